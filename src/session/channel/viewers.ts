/** All viewers of one engine: each is served by a host of its own, and there are only so many. */
import type { Clock } from "../../core/ports.ts";
import { MAX_VIEWERS } from "./channel-config.ts";
import type { ChannelPort } from "./channel-port.ts";
import type { EngineIdentity } from "./engine-frames.ts";
import { EngineHost, type HostedSession } from "./engine-host.ts";

export class Viewers {
  readonly #session: HostedSession;
  readonly #engine: EngineIdentity;
  readonly #clock: Clock;
  readonly #hosts = new Set<EngineHost>();

  constructor(session: HostedSession, engine: EngineIdentity, clock: Clock) {
    this.#session = session;
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Viewers that are being served. */
  get count(): number {
    return [...this.#hosts].filter((host) => host.isServing).length;
  }

  /** Serves whoever is at the other end of `port`, once it has greeted. */
  admit(port: ChannelPort): void {
    const host = new EngineHost(this.#session, port, {
      engine: this.#engine,
      clock: this.#clock,
      hasRoom: () => this.count < MAX_VIEWERS,
    });
    this.#hosts.add(host);
    host.onReleased = () => this.#hosts.delete(host);
  }
}
