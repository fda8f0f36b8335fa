import { expect, test } from "vitest";
import { ClientError } from "../../../src/core/errors.ts";
import { MAX_PENDING_COMMANDS } from "../../../src/session/channel/channel-config.ts";
import { connectEngine, type EngineClient } from "../../../src/session/channel/engine-client.ts";
import { EngineHost } from "../../../src/session/channel/engine-host.ts";
import { PROTOCOL_VERSION } from "../../../src/session/session-view.ts";
import { World } from "../../../src/sim/index.ts";
import { FakeHostedSession } from "../support/hosted-session.ts";
import { MemoryPort, settle } from "../support/port-pair.ts";
import { aLogLine, aSessionSnapshot, aTorrentSnapshot } from "../support/snapshots.ts";

const ID = "c".repeat(40);
const ENGINE = { pid: 4711, life: "background", startedAtUnixMs: 1 } as const;

async function aConnection(session = new FakeHostedSession()) {
  const [enginePort, viewerPort] = MemoryPort.pair();
  const host = new EngineHost(session, enginePort, { engine: ENGINE, clock: new World(1).clock });
  const connecting = connectEngine(viewerPort);
  await settle(enginePort, viewerPort);
  const client: EngineClient = await connecting;
  return { session, host, client, enginePort, viewerPort, settle: () => settle(enginePort, viewerPort) };
}

const framesOf = (port: MemoryPort, kind: string) =>
  port.sent.filter((frame) => (frame as { kind: string }).kind === kind);

test("a viewer holds the engine's snapshot as soon as it is connected", async () => {
  const session = new FakeHostedSession();
  session.snapshot = aSessionSnapshot({ torrents: [aTorrentSnapshot()], log: [aLogLine(7)] });

  const { client } = await aConnection(session);

  expect(client.getSnapshot()).toEqual(session.snapshot);
});

test("each change reaches the viewer, and what did not change keeps its identity there", async () => {
  const still = aTorrentSnapshot({ id: "1".repeat(40) });
  const session = new FakeHostedSession();
  session.snapshot = aSessionSnapshot({ torrents: [still, aTorrentSnapshot({ id: "2".repeat(40) })] });
  const { client, settle } = await aConnection(session);
  const before = client.getSnapshot();
  let notifications = 0;
  client.subscribe(() => notifications++);

  const moved = aTorrentSnapshot({ id: "2".repeat(40), havePieces: 32 });
  session.publish({ ...session.snapshot, torrents: [still, moved] });
  await settle();

  const after = client.getSnapshot();
  expect(after).toEqual(session.snapshot);
  expect(notifications).toBe(1);
  expect(after.torrents[0]).toBe(before.torrents[0]);
  expect(after.dht).toBe(before.dht);
  expect(after.log).toBe(before.log);
});

test("a slow viewer gets one snapshot at a time, and then the newest", async () => {
  const { session, client, enginePort, viewerPort, settle } = await aConnection();
  const sentBefore = framesOf(enginePort, "snapshot").length;

  for (let rate = 1; rate <= 500; rate++) session.publish(aSessionSnapshot({ downBytesPerSecond: rate }));

  expect(framesOf(enginePort, "snapshot")).toHaveLength(sentBefore + 1);
  expect(viewerPort.waiting).toBe(1);
  await settle();
  expect(framesOf(enginePort, "snapshot")).toHaveLength(sentBefore + 2);
  expect(client.getSnapshot().downBytesPerSecond).toBe(500);
});

test("nothing is sent for a publication that changed nothing", async () => {
  const { session, enginePort, settle } = await aConnection();
  const sentBefore = enginePort.sent.length;

  session.publish(session.snapshot);
  await settle();

  expect(enginePort.sent).toHaveLength(sentBefore);
});

test("commands arrive with their arguments and are answered with their results", async () => {
  const { session, client, settle } = await aConnection();
  session.answer = () => Promise.resolve({ id: ID, isNew: true });
  const source = { kind: "metainfo", bytes: Uint8Array.of(1, 2, 3) } as const;

  const added = client.commands.add(source, { folder: "/data", peers: ["127.0.0.1:1"], seedRatio: 1.5 });
  await settle();

  await expect(added).resolves.toEqual({ id: ID, isNew: true });
  expect(session.calls).toEqual([
    { name: "add", args: [source, { folder: "/data", peers: ["127.0.0.1:1"], seedRatio: 1.5 }] },
  ]);
});

test("every command crosses the channel", async () => {
  const { session, client, settle } = await aConnection();
  const { commands } = client;

  const answers = [
    commands.add({ kind: "magnet", text: ID }, {}),
    commands.pause(ID),
    commands.resume(ID),
    commands.remove(ID, { deleteData: true }),
    commands.restore(ID),
    commands.verify(ID),
    commands.reannounce(ID),
    commands.addPeers(ID, ["127.0.0.1:6881"]),
    commands.setFilePriorities(ID, [0, 4]),
    commands.setTorrent(ID, { labels: ["films"], queuePosition: 0 }),
    commands.moveData(ID, "/media/large"),
    commands.configure({ maxDownBytesPerSecond: null, maxUpBytesPerSecond: 5 }),
    commands.exportTorrent(ID),
    commands.watchDetails([ID]),
    commands.shutdown(),
  ];
  await settle();
  await Promise.all(answers);

  expect(session.calls.map((call) => call.name)).toEqual(Object.keys(commands));
  expect(session.calls.map((call) => call.args).slice(8, 12)).toEqual([
    [ID, [0, 4]],
    [ID, { labels: ["films"], queuePosition: 0 }],
    [ID, "/media/large"],
    [{ maxDownBytesPerSecond: null, maxUpBytesPerSecond: 5 }],
  ]);
});

test("an error keeps its code, sentence and hint", async () => {
  const { session, client, settle } = await aConnection();
  session.answer = () =>
    Promise.reject(new ClientError("DISK_FULL", "The disk is full.", { hint: "Free 3 GB." }));

  const paused = client.commands.pause(ID);
  const outcome = expect(paused).rejects.toMatchObject({
    name: "ClientError",
    code: "DISK_FULL",
    message: "The disk is full.",
    hint: "Free 3 GB.",
  });
  await settle();
  await outcome;
});

test("an error that is no ClientError arrives as INTERNAL", async () => {
  const { session, client, settle } = await aConnection();
  session.answer = () => Promise.reject(new TypeError("oops"));

  const outcome = expect(client.commands.pause(ID)).rejects.toMatchObject({
    code: "INTERNAL",
    message: "oops",
  });
  await settle();
  await outcome;
});

test("arguments that a command does not take are refused without reaching the session", async () => {
  const { session, client, settle } = await aConnection();

  const outcome = expect(client.commands.pause("../../etc/passwd")).rejects.toMatchObject({ code: "USAGE" });
  await settle();
  await outcome;

  expect(session.calls).toEqual([]);
});

test("a viewer of another version is refused with a sentence", async () => {
  const session = new FakeHostedSession();
  const [enginePort, viewerPort] = MemoryPort.pair();
  new EngineHost(session, enginePort, { engine: ENGINE, clock: new World(1).clock });
  const refusals: unknown[] = [];
  viewerPort.onMessage = (frame) => refusals.push(frame);

  viewerPort.postMessage({ kind: "hello", version: PROTOCOL_VERSION + 1 });
  await settle(enginePort, viewerPort);

  expect(refusals).toMatchObject([{ kind: "refused", version: PROTOCOL_VERSION }]);
  expect((refusals[0] as { message: string }).message).toContain(`version ${PROTOCOL_VERSION + 1}`);
  expect(enginePort.isClosed).toBe(true);
  expect(session.attached).toBe(0);
});

test("connecting to an engine of another version rejects with what to do", async () => {
  const [enginePort, viewerPort] = MemoryPort.pair();
  const connecting = connectEngine(viewerPort);
  const outcome = expect(connecting).rejects.toMatchObject({ code: "STATE_LOCKED", hint: "Stop it." });

  enginePort.postMessage({ kind: "refused", version: 9, message: "It speaks version 9.", hint: "Stop it." });
  await settle(enginePort, viewerPort);

  await outcome;
});

test("commands that wait when the engine goes away reject with SESSION_CLOSED", async () => {
  const { session, client, host, settle } = await aConnection();
  session.answer = () => new Promise(() => {});
  const reasons: ClientError[] = [];
  client.onClosed = (reason) => reasons.push(reason);
  const outcome = expect(client.commands.pause(ID)).rejects.toMatchObject({ code: "SESSION_CLOSED" });
  await settle();

  host.close();
  await settle();

  await outcome;
  expect(reasons.map((reason) => reason.code)).toEqual(["SESSION_CLOSED"]);
  await expect(client.commands.pause(ID)).rejects.toMatchObject({ code: "SESSION_CLOSED" });
});

test("a viewer that leaves is forgotten, and the engine goes on", async () => {
  const { session, client, enginePort, settle } = await aConnection();

  client.close();
  await settle();
  session.publish(aSessionSnapshot({ downBytesPerSecond: 9 }));

  expect(session.attached).toBe(0);
  expect(session.listeners.size).toBe(0);
  expect(enginePort.waiting).toBe(0);
});

test("a viewer may have a bounded number of commands waiting", async () => {
  const { session, client, settle } = await aConnection();
  session.answer = () => new Promise(() => {});
  for (let i = 0; i < MAX_PENDING_COMMANDS; i++) client.commands.pause(ID).catch(() => {});

  await expect(client.commands.pause(ID)).rejects.toMatchObject({ code: "USAGE" });

  client.close();
  await settle();
});

test("the engine answers floods of commands with errors instead of running them all", async () => {
  const { session, enginePort, viewerPort, settle } = await aConnection();
  session.answer = () => new Promise(() => {});

  for (let id = 1; id <= MAX_PENDING_COMMANDS + 3; id++) {
    viewerPort.postMessage({ kind: "command", id, name: "pause", args: [ID] });
  }
  await settle();

  expect(session.calls).toHaveLength(MAX_PENDING_COMMANDS);
  expect(framesOf(enginePort, "error")).toHaveLength(3);
});

test("a message that cannot be read ends the service of that viewer", async () => {
  const { session, enginePort, viewerPort, settle } = await aConnection();

  viewerPort.postMessage("GET / HTTP/1.1");
  await settle();

  expect(enginePort.isClosed).toBe(true);
  expect(session.attached).toBe(0);
});

test("commands before the greeting are not run", async () => {
  const session = new FakeHostedSession();
  const [enginePort, viewerPort] = MemoryPort.pair();
  new EngineHost(session, enginePort, { engine: ENGINE, clock: new World(1).clock });

  viewerPort.postMessage({ kind: "command", id: 1, name: "shutdown", args: [] });
  await settle(enginePort, viewerPort);

  expect(session.calls).toEqual([]);
  expect(enginePort.isClosed).toBe(true);
});

test("a viewer learns which engine it is connected to", async () => {
  const { client } = await aConnection();

  expect(client.engine).toEqual(ENGINE);
});

test("through a channel that carries bytes, snapshots take no more than their share", async () => {
  const world = new World(1);
  const session = new FakeHostedSession();
  const [enginePort, viewerPort] = MemoryPort.pair();
  enginePort.bytesOf = (message) => JSON.stringify(message).length;
  new EngineHost(session, enginePort, { engine: ENGINE, clock: world.clock });
  const connecting = connectEngine(viewerPort);
  await settle(enginePort, viewerPort);
  const client = await connecting;
  const sentBefore = enginePort.sent.length;

  let publications = 0;
  for (let atMs = 250; atMs <= 60_000; atMs += 250) {
    world.runUntil(atMs);
    const torrents = Array.from({ length: 1_000 }, (_, i) =>
      aTorrentSnapshot({ id: i.toString(16).padStart(40, "0"), upBytesPerSecond: atMs }),
    );
    session.publish(aSessionSnapshot({ torrents }));
    publications++;
    await settle(enginePort, viewerPort);
  }

  const sent = enginePort.sent.slice(sentBefore + 1);
  const bytes = sent.reduce<number>((sum, message) => sum + JSON.stringify(message).length, 0);
  expect(bytes / 60).toBeLessThan(50_000);
  expect(sent.length).toBeGreaterThan(10);
  expect(sent.length).toBeLessThan(publications);
  expect(client.getSnapshot().torrents[999]?.upBytesPerSecond).toBeGreaterThan(50_000);
});
