/** What the system says of a port of a machine before any protocol does: for the reports of `doctor`. */
import { connect } from "node:net";
import type { Endpoint } from "../core/endpoint.ts";
import type { EgressGuard } from "./egress-guard.ts";
import { createLife } from "./udp.ts";

export type KnockTransport = "udp" | "tcp";

/**
 * `open`: a connection stands, or a datagram came back. `refused`: the machine is there and nobody listens. `silent`: nothing
 * came; over UDP that is what a program does which does not care for us, and what a filter does.
 */
export type Knock = "open" | "refused" | "silent";

/** Sends an empty datagram, or connects and says nothing. Never rejects. */
export function knock(
  transport: KnockTransport,
  to: Endpoint,
  waitMs: number,
  guard: EgressGuard,
): Promise<Knock> {
  if (!guard.allows(transport, to)) return Promise.resolve("silent");
  return transport === "udp" ? knockUdp(to, waitMs) : knockTcp(to, waitMs);
}

/** Only a connected socket hears of ports that are refused. */
async function knockUdp(to: Endpoint, waitMs: number): Promise<Knock> {
  const life = createLife(to.family);
  const { socket } = life;
  const outcome = new Promise<Knock>((resolve) => {
    const timer = setTimeout(() => resolve("silent"), waitMs);
    const settle = (knock: Knock): void => {
      clearTimeout(timer);
      resolve(knock);
    };
    socket.on("message", () => settle("open"));
    socket.on("error", (error: NodeJS.ErrnoException) => settle(saysRefused(error)));
    socket.connect(to.port, to.host, () => socket.send(Buffer.alloc(0)));
  });
  return await outcome.finally(() => life.close().catch(() => undefined));
}

async function knockTcp(to: Endpoint, waitMs: number): Promise<Knock> {
  const socket = connect({ host: to.host, port: to.port });
  const outcome = new Promise<Knock>((resolve) => {
    socket.setTimeout(waitMs, () => resolve("silent"));
    socket.once("connect", () => resolve("open"));
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(saysRefused(error)));
  });
  return await outcome.finally(() => socket.destroy());
}

function saysRefused({ code }: NodeJS.ErrnoException): Knock {
  return code === "ECONNREFUSED" ? "refused" : "silent";
}
