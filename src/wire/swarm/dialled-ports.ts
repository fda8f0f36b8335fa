/** Ports of one host that were dialled lately: whoever names many ports of one address would make us scan it (threats D9). */
import { BoundedCache } from "../../core/bounded-cache.ts";

/** So many ports of one address are dialled within the window. */
export const MAX_PORTS_PER_HOST = 3;
const PORT_WINDOW_MS = 600_000;
/** Hosts that are remembered: more than can be dialled in a window at 5 a second. */
const MAX_HOSTS = 4_096;

interface DialledPort {
  readonly port: number;
  readonly atMs: number;
}

export class DialledPorts {
  /** By party. */
  readonly #ports = new BoundedCache<string, readonly DialledPort[]>(MAX_HOSTS);

  dialled(party: string, port: number, nowMs: number): void {
    const others = this.#recent(party, nowMs).filter((dialled) => dialled.port !== port);
    this.#ports.set(party, [...others, { port, atMs: nowMs }]);
  }

  /** When the port may be dialled; a port that was dialled lately may be at once. */
  dueMs(party: string, port: number, nowMs: number): number {
    const recent = this.#recent(party, nowMs);
    if (recent.length < MAX_PORTS_PER_HOST || recent.some((dialled) => dialled.port === port)) return nowMs;
    return (recent[0] as DialledPort).atMs + PORT_WINDOW_MS;
  }

  /** Within the window, longest ago first. */
  #recent(party: string, nowMs: number): DialledPort[] {
    const all = this.#ports.peek(party) ?? [];
    return all.filter(({ atMs }) => nowMs - atMs < PORT_WINDOW_MS);
  }
}
