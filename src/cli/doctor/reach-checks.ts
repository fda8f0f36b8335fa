/** Whether others can reach this machine: what the Starling that runs has seen, or else what the router says. */
import { createNodePlatform } from "../../platform/index.ts";
import { type MappingSnapshot, PortMapping, type ReachabilitySnapshot } from "../../session/index.ts";
import type { NetworkOptions } from "../arguments/network-options.ts";
import { type Check, fine, warning } from "./check.ts";

/** All three protocols have answered, or not, by then. */
const PATIENCE_MS = 15_000;
const OPEN_IT = "Forward the port in the router, or switch PCP, NAT-PMP or UPnP on there.";

/** By what has happened since the start of the engine. */
export function reachCheck({ verdict, sentence }: ReachabilitySnapshot): Check {
  return verdict === "outgoing" ? warning("reach", sentence, OPEN_IT) : fine("reach", sentence);
}

/** Asks the router for our port, and gives it back. */
export async function routerCheck(network: NetworkOptions): Promise<Check> {
  if (network.portMapping === false) return fine("router", "not asked: --port-mapping off");
  const { host, interface: interfaceName, port } = network;
  const platform = await createNodePlatform();
  try {
    const open = await platform.network.open({
      port,
      ...(host === undefined ? {} : { host }),
      ...(interfaceName === undefined ? {} : { interface: interfaceName }),
    });
    const { clock, random } = platform;
    const mapping = await new Promise<MappingSnapshot>((resolve) => {
      const end = (): void => {
        timeout[Symbol.dispose]();
        const view = asking.view();
        void asking.close().then(() => resolve(view));
      };
      const asking = new PortMapping({
        clock,
        random,
        network: open,
        transports: ["tcp", "udp"],
        log: () => undefined,
        onChange: () => {
          if (!asking.isSearching) end();
        },
      });
      const timeout = clock.setTimer(PATIENCE_MS, end);
      asking.start();
    });
    await open.close();
    return routerVerdict(mapping);
  } catch {
    return warning("router", "not asked: the port is not free", "Choose another one with --port.");
  } finally {
    await platform.close();
  }
}

/** What the router said, judged. */
export function routerVerdict(mapping: MappingSnapshot): Check {
  const { state, gateway, tcpPort, protocol, detail, pinholes } = mapping;
  const overIpv6 = pinholes.length === 0 ? "" : `, and lets others in over IPv6 to ${pinholes.join(", ")}`;
  switch (state) {
    case "mapped":
      return fine("router", `${gateway} maps port ${tcpPort} when asked (${protocol})${overIpv6}`);
    case "refused":
      return warning("router", `${gateway} maps no port: ${detail}`, OPEN_IT);
    case "silent":
      return warning("router", `${gateway} maps no port: no answer over PCP, NAT-PMP or UPnP`, OPEN_IT);
    default:
      return pinholes.length === 0
        ? fine("router", "there is none that could be asked")
        : fine("router", `it lets others in over IPv6 to ${pinholes.join(", ")}, when asked (pcp)`);
  }
}
