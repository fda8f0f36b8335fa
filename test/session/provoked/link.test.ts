/** C and M: connections and the file list, provoked in simulated swarms. */
import { describe, expect, test } from "vitest";
import type { Metainfo } from "../../../src/torrent/metainfo.ts";
import { filledFile } from "../../support/filled-torrent.ts";
import { magnetOf, SessionWorld } from "../support/session-world.ts";
import { FILE, FILE_ID, NOWHERE, PIECE, SLOW_MACHINE_MS, sentencesOf, untilCode } from "./provoked.ts";

const nobodyThere = magnetOf(FILE, `&x.pe=${NOWHERE}:7000`);

describe("why no peer is connected is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("C0, C1, C2: the only peer is dead, and later our own port is doubted", async () => {
    const net = new SessionWorld(931);
    net.streams.silentHosts.add(NOWHERE);
    const machine = await net.open("10.0.2.1");
    const said = sentencesOf(machine);
    await net.settled(machine.session.commands.add(nobodyThere, {}));
    const { diagnosis, chain } = await untilCode(net, machine, "C2");

    expect(said.get("C0")).toBe("Connecting: 1 peer known, none connected yet.");
    expect(said.get("C1")).toMatch(/^1 peer known, none reachable: \d+ timed out\.$/);
    expect(diagnosis.sentence).toMatch(/^1 peer known, none reachable, and nobody reaches you/);
    expect(chain.link).toBe("broken");
  });

  test("C1 stays where others reach us", async () => {
    const net = new SessionWorld(932);
    net.streams.silentHosts.add(NOWHERE);
    const other = filledFile("other.bin", 60 * PIECE, PIECE);
    const machine = await net.openSeeder("10.0.2.1", other, { port: 7000 });
    const guest = await net.open("10.0.3.1", { maxDownBytesPerSecond: 1_000 });
    await net.settled(guest.session.commands.add(magnetOf(other, "&x.pe=10.0.2.1:7000"), {}));
    await net.until(() => guest.torrent(other.metainfo.id).phase === "downloading");
    await net.settled(machine.session.commands.add(nobodyThere, {}));
    await net.runFor(300_000);

    expect(machine.torrent(FILE_ID).diagnosis.code).toBe("C1");
  });

  test("C3: whom we reach does not have this torrent", async () => {
    const net = new SessionWorld(933);
    await net.open("10.0.1.1", { port: 7000 });
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE, "&x.pe=10.0.1.1:7000"), {}));

    expect((await untilCode(net, machine, "C3")).diagnosis.sentence).toBe(
      "1 peer known; they answer, but not for this torrent.",
    );
  });
});

describe("why the file list does not come is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("M1: the peers that are connected lack it too", async () => {
    const net = new SessionWorld(934);
    const other = await net.open("10.0.1.1", { port: 7000 });
    await net.settled(other.session.commands.add(magnetOf(FILE), {}));
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(FILE, "&x.pe=10.0.1.1:7000"), {}));

    expect((await untilCode(net, machine, "M1")).diagnosis.sentence).toBe(
      "1 peer connected, none can send the file list yet.",
    );
  });

  test("M0 and M2: a long list that comes over a line which is hardly one", async () => {
    const net = new SessionWorld(935);
    const long = filledFile("long.bin", 3_000 * 1_024, 1_024);
    net.streams.setLinks("10.0.1.1", { upBytesPerSecond: 350, downBytesPerSecond: 1e6 });
    await net.openMetadataServer("10.0.1.1", 7000, long.metainfo);
    const machine = await net.open("10.0.2.1");
    const said = sentencesOf(machine);
    const { id } = long.metainfo;
    await net.settled(machine.session.commands.add(magnetOf(long, "&x.pe=10.0.1.1:7000"), {}));
    const { diagnosis } = await untilCode(net, machine, "M2", id);

    expect(said.get("M0")).toMatch(/^Fetching the file list from 1 peer/);
    expect(diagnosis.sentence).toMatch(
      /^The file list came to \d+(\.\d)? % and then stood still for \d+ s\.$/,
    );
  });

  test("M3: a peer sends a list that is not of this hash", async () => {
    const net = new SessionWorld(936);
    const liar = { infoHash: FILE.metainfo.infoHash, rawInfo: new Uint8Array(3_000).fill(65) } as Metainfo;
    await net.openMetadataServer("10.0.1.1", 7000, liar);
    const other = await net.open("10.0.1.2", { port: 7000 });
    await net.settled(other.session.commands.add(magnetOf(FILE), {}));
    const machine = await net.open("10.0.2.1");
    const peers = "&x.pe=10.0.1.1:7000&x.pe=10.0.1.2:7000";
    await net.settled(machine.session.commands.add(magnetOf(FILE, peers), {}));

    expect((await untilCode(net, machine, "M3")).diagnosis.sentence).toMatch(
      /^A file list arrived that does not belong to this hash/,
    );
  });
});
