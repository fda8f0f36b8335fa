/** What was recorded of an engine runs again to the same states, and says of nobody who it was. */
import { describe, expect, test } from "vitest";
import { latin1Text, toHex } from "../../../src/core/bytes.ts";
import { addressBytes } from "../../../src/core/endpoint.ts";
import { infoHashFromHex } from "../../../src/core/ids.ts";
import { replay } from "../../../src/sim/index.ts";
import type { SwarmMachine } from "../../../src/sim/swarm-machine.ts";
import { SwarmWorld } from "../../../src/sim/swarm-world.ts";
import { FILE, FILE_ID, openPartial, untilCode } from "../../session/provoked/provoked.ts";
import { magnetOf, SessionWorld } from "../../session/support/session-world.ts";
import { MemoryRecording } from "./recordings.ts";

const PIECE_BYTES = 65_536;
const PIECES = 40;
const PEERS = 5;
const LINKS = { upBytesPerSecond: 200_000, downBytesPerSecond: 1_000_000 };

interface Crowd {
  readonly recording: MemoryRecording;
  readonly finishedAtMs: number | undefined;
}

const crowds = new Map<number, Crowd>();

/** The same crowd for all tests that ask for it. */
function crowdOf(seed: number): Crowd {
  const crowd = crowds.get(seed) ?? recordedCrowd(seed);
  crowds.set(seed, crowd);
  return crowd;
}

/** A crowd that downloads from one publisher, with one of them recorded until it leaves. */
function recordedCrowd(seed: number, limitBytes?: number, then?: "stops when it has all"): Crowd {
  const swarm = new SwarmWorld({
    seed,
    totalBytes: PIECES * PIECE_BYTES,
    pieceBytes: PIECE_BYTES,
    minRttMs: 20,
    maxRttMs: 200,
  });
  const recording = new MemoryRecording(limitBytes);
  const wire = { encryption: "prefer" } as const;
  swarm.join({ links: LINKS, has: "all" });
  const recorded: SwarmMachine = swarm.join({
    links: LINKS,
    has: "nothing",
    recording,
    wire,
    onEvent: ({ type }) => {
      if (type === "wanted-complete" && then !== undefined) recorded.swarm.stop();
    },
  });
  for (let i = 1; i < PEERS; i++) swarm.join({ links: LINKS, has: "nothing", wire });
  swarm.world.runFor(50_000);
  recorded.leave();
  return { recording, finishedAtMs: recorded.finishedAtMs };
}

/** A machine that everybody chokes, recorded until it says so. */
async function recordedStall(): Promise<{ readonly recording: MemoryRecording; readonly code: string }> {
  const net = new SessionWorld(943);
  for (const host of ["10.0.1.1", "10.0.1.2"]) await net.openSeeder(host, FILE, { uploadSlots: 0 });
  const recording = new MemoryRecording();
  const machine = await net.open("10.0.2.1", { recording });
  await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
  await untilCode(net, machine, "S2");
  await net.runFor(20_000);
  const { code } = machine.torrent(FILE_ID).diagnosis;
  await net.close(machine);
  return { recording, code };
}

describe("a download that was recorded", () => {
  test.each([1, 2])("is replayed to the same states to the last (seed %i)", (seed) => {
    const { recording, finishedAtMs } = crowdOf(seed);
    const report = replay(recording.bytes);

    expect(finishedAtMs).toBeDefined();
    expect(report.divergence).toBeNull();
    expect(report.ending).toBe("closed");
    expect(report.states).toBeGreaterThan(4);
    expect(report.equalStates).toBe(report.states);
    expect(report.torrents[0]?.haveBytes).toBe(PIECES * PIECE_BYTES);
    expect(report.timeline.map(({ what }) => what)).toContain("everything that is wanted is here");
  });

  test("is replayed to the same states where its owner answered an event in the midst of others", () => {
    const { recording } = recordedCrowd(3, undefined, "stops when it has all");
    const report = replay(recording.bytes);

    expect(report.divergence).toBeNull();
    expect(report.equalStates).toBe(report.states);
    expect(report.timeline.map(({ what }) => what)).toContain("stopped");
  });

  test("is replayed to the same report each time", () => {
    const { bytes } = crowdOf(1).recording;
    expect(replay(bytes)).toEqual(replay(bytes));
  });

  test("is recorded up to the limit and not beyond", () => {
    const { recording } = recordedCrowd(1, 20_000);
    const report = replay(recording.bytes);

    expect(recording.end).toBe("full");
    expect(recording.bytes.length).toBeLessThan(60_000);
    expect(report.ending).toBe("full");
    expect(report.divergence).toBeNull();
    expect(report.equalStates).toBe(report.states);
  });
});

describe("a download that is stuck", () => {
  test("is replayed to the same diagnosis", async () => {
    const { recording, code } = await recordedStall();
    const report = replay(recording.bytes);

    expect(report.divergence).toBeNull();
    expect(report.equalDiagnoses).toBe(report.diagnoses);
    expect(report.torrents[0]?.diagnosis?.code).toBe(code);
    expect(report.torrents[0]?.diagnosis?.sentence).toMatch(/chok/);
    expect(report.torrents[0]?.connectedPeers).toBe(2);
  });

  test("names nobody: no address, hash, name or content is in the recording", async () => {
    const { recording } = await recordedStall();
    const { metainfo, content } = FILE;
    const text = latin1Text(recording.bytes);
    const hosts = ["10.0.1.1", "10.0.1.2", "10.0.2.1", "10.0.0.1"];
    const infoHash = infoHashFromHex(FILE_ID) ?? new Uint8Array(0);
    const named = [
      ...hosts,
      ...hosts.map((host) => latin1Text(addressBytes(host) ?? new Uint8Array(0))),
      FILE_ID,
      latin1Text(infoHash),
      metainfo.name,
      "/data",
      latin1Text(metainfo.rawInfo.subarray(0, 40)),
      latin1Text(metainfo.rawInfo.subarray(-40)),
      latin1Text(content.subarray(0, 20)),
    ];

    expect(named.filter((name) => name.length === 0)).toEqual([]);
    expect(named.filter((name) => text.includes(name)).map((name) => toHex(Buffer.from(name)))).toEqual([]);
  });
});

describe("an engine that is not the one that was recorded", () => {
  test.each([
    ["asks for less at a time", { uploadSlots: 1 }],
    ["chooses whom it gives to more often", { chokeIntervalMs: 3_000 }],
  ])("is seen to go another way where it %s", (_, changes) => {
    const { bytes } = crowdOf(1).recording;

    expect(replay(bytes, changes).divergence).not.toBeNull();
  });
});

describe("a recording that cannot be replayed as it was", () => {
  test("is read as far as it goes where it was cut off", () => {
    const { bytes } = crowdOf(1).recording;
    const report = replay(bytes.subarray(0, Math.floor(bytes.length / 2)));

    expect(report.ending).toBe("cut");
    expect(report.divergence).toBeNull();
    expect(report.equalStates).toBe(report.states);
  });

  test("is refused where it was damaged", () => {
    const { bytes } = crowdOf(1).recording;
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] as number) ^ 1;

    expect(() => replay(bytes)).toThrow(/damaged/);
  });

  test.each([
    ["nothing", ""],
    ["another file", "not a recording at all"],
    ["another version", "starling-recording 9\n"],
    ["no engine", "starling-recording 1\n"],
  ])("is refused where it is %s", (_, text) => {
    expect(() => replay(Buffer.from(text))).toThrow(/recording|version|recorded/);
  });
});

test("a limit, a pause and pieces that nobody has are replayed too", async () => {
  const net = new SessionWorld(944);
  await openPartial(net, "10.0.1.1", (piece) => piece < 20);
  const recording = new MemoryRecording();
  const machine = await net.open("10.0.2.1", { recording, maxDownBytesPerSecond: 200_000 });
  await net.settled(machine.session.commands.add(magnetOf(FILE), {}));
  await net.runFor(30_000);
  await net.settled(machine.session.commands.pause(FILE_ID));
  await net.settled(machine.session.commands.resume(FILE_ID));
  await net.runFor(30_000);
  await net.close(machine);
  const report = replay(recording.bytes);

  expect(report.divergence).toBeNull();
  expect(report.equalStates).toBe(report.states);
  expect(report.equalDiagnoses).toBe(report.diagnoses);
});
