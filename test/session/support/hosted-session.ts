/** A session that only remembers what it was asked, for the tests of the channel. */
import type { HostedSession } from "../../../src/session/channel/engine-host.ts";
import type { SessionCommands, SessionSnapshot } from "../../../src/session/session-view.ts";
import { aSessionSnapshot } from "./snapshots.ts";

export class FakeHostedSession implements HostedSession {
  snapshot: SessionSnapshot = aSessionSnapshot();
  readonly listeners = new Set<() => void>();
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[] = [];
  attached = 0;
  /** What the next commands answer. */
  answer: () => Promise<unknown> = () => Promise.resolve(undefined);

  getSnapshot(): SessionSnapshot {
    return this.snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(snapshot: SessionSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }

  attachViewer(): { readonly commands: SessionCommands; detach(): void } {
    this.attached++;
    const record =
      (name: string) =>
      (...args: readonly unknown[]): Promise<never> => {
        this.calls.push({ name, args });
        return this.answer() as Promise<never>;
      };
    const commands: SessionCommands = {
      add: record("add"),
      pause: record("pause"),
      resume: record("resume"),
      remove: record("remove"),
      restore: record("restore"),
      verify: record("verify"),
      reannounce: record("reannounce"),
      addPeers: record("addPeers"),
      setFilePriorities: record("setFilePriorities"),
      setTorrent: record("setTorrent"),
      moveData: record("moveData"),
      configure: record("configure"),
      exportTorrent: record("exportTorrent"),
      watchDetails: record("watchDetails"),
      shutdown: record("shutdown"),
    };
    return { commands, detach: () => this.attached-- };
  }
}
