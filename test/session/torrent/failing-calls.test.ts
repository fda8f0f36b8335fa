/** Disks that fail once: whatever call it is, the torrent ends exact, and the next start finds it. */
import { expect, test } from "vitest";
import { ClientError } from "../../../src/core/errors.ts";
import type { SessionPlatform, StateStore } from "../../../src/session/session-ports.ts";
import { encodeSessionList, SESSION_LIST_RECORD } from "../../../src/storage/index.ts";
import { filledFile, fingerprint } from "../../support/filled-torrent.ts";
import { FOLDER, magnetOf, SessionWorld } from "../support/session-world.ts";

const FILE = filledFile("one.bin", 200_000, 32_768);
const { id: ID } = FILE.metainfo;

/** Counts the calls to the state store; the one that `failAtCall` names rejects. */
class FailingState implements StateStore {
  calls = 0;
  readonly #state: StateStore;
  readonly #failAtCall: number;

  constructor(state: StateStore, failAtCall: number) {
    this.#state = state;
    this.#failAtCall = failAtCall;
  }

  load: StateStore["load"] = (name, isIntact) => this.#call(() => this.#state.load(name, isIntact));
  save: StateStore["save"] = (name, bytes) => this.#call(() => this.#state.save(name, bytes));
  remove: StateStore["remove"] = (name) => this.#call(() => this.#state.remove(name));
  list: StateStore["list"] = (prefix) => this.#call(() => this.#state.list(prefix));

  #call<Result>(call: () => Promise<Result>): Promise<Result> {
    if (++this.calls !== this.#failAtCall) return call();
    return Promise.reject(new ClientError("DISK_FULL", "The disk is full."));
  }
}

/** Downloads with the N-th call to the state failing, then starts anew on a disk that works. Answers the calls made. */
async function downloadWithFailure(failAtCall: number): Promise<number> {
  const net = new SessionWorld(500 + failAtCall);
  await net.openSeeder("10.0.1.1", FILE);
  const memory = net.newMemory();
  // A list of a former session, which does not name the torrent: without one the records would tell.
  memory.records.set(SESSION_LIST_RECORD, encodeSessionList([]));
  let state: FailingState | undefined;
  const platform = (same: SessionPlatform): SessionPlatform => {
    state = new FailingState(same.state, failAtCall);
    return { ...same, state };
  };
  const opening = net.open("10.0.2.1", { memory, remember: true, platform });
  const opened = await opening.catch(() => undefined);
  if (opened !== undefined) {
    const added = opened.session.commands.add(magnetOf(FILE), {});
    await net.settled(
      added.then(
        () => {},
        () => {},
      ),
    );
    const isHeld = opened.session.getSnapshot().torrents.length === 1;
    if (!isHeld) await net.settled(opened.session.commands.add(magnetOf(FILE), {}));
    await net.untilPhase(opened, ID, "seeding");
    await net.close(opened);
    const again = await net.open("10.0.2.1", { memory, remember: true });
    await net.untilPhase(again, ID, "seeding");
    expect(fingerprint(again.memory.disk.read(`${FOLDER}/one.bin`)), `call ${failAtCall}`).toBe(
      fingerprint(FILE.content),
    );
  }
  return state?.calls ?? 0;
}

test("ST05: whichever single call to the state fails, the torrent ends exact and is there after a restart", async () => {
  const calls = await downloadWithFailure(Number.POSITIVE_INFINITY);
  expect(calls).toBeGreaterThan(5);

  for (let call = 1; call <= calls; call++) await downloadWithFailure(call);
});
