/** All viewers of one engine: each is served by a host of its own, and there are only so many. */
import { MAX_VIEWERS } from "./channel-config.ts";
import type { ChannelPort } from "./channel-port.ts";
import type { EngineIdentity } from "./engine-frames.ts";
import { EngineHost, type HostedSession } from "./engine-host.ts";

export class Viewers {
  readonly #session: HostedSession;
  readonly #engine: EngineIdentity;
  readonly #hosts = new Set<EngineHost>();

  constructor(session: HostedSession, engine: EngineIdentity) {
    this.#session = session;
    this.#engine = engine;
  }

  /** Viewers that are being served. */
  get count(): number {
    return [...this.#hosts].filter((host) => host.isServing).length;
  }

  /** Serves whoever is at the other end of `port`, once it has greeted. */
  admit(port: ChannelPort): void {
    const host = new EngineHost(this.#session, port, {
      engine: this.#engine,
      hasRoom: () => this.count < MAX_VIEWERS,
    });
    this.#hosts.add(host);
    host.onReleased = () => this.#hosts.delete(host);
  }
}
