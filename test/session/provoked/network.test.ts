/** N, D, L: the network, the DHT and who announces, provoked in simulated networks. */
import { describe, expect, test } from "vitest";
import { filledFile } from "../../support/filled-torrent.ts";
import { magnetOf, SessionWorld, torrentFile } from "../support/session-world.ts";
import { FILE, FILE_ID, NOWHERE, PIECE, SLOW_MACHINE_MS, sentencesOf, untilCode } from "./provoked.ts";

const ROUTER_HOST = "10.0.0.1";
const MAGNET = magnetOf(FILE);

describe("what is wrong with the network is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("N1: the cable is out", async () => {
    const net = new SessionWorld(921);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(MAGNET, {}));
    net.datagrams.silentHosts.add("10.0.2.1");
    const { diagnosis, chain } = await untilCode(net, machine, "N1");

    expect(diagnosis.sentence).toBe("No network interface is up.");
    expect(chain).toMatchObject({ disk: "ok", net: "broken", dht: "unreached" });
  });

  test("N3: datagrams are lost, connections are not", async () => {
    const net = new SessionWorld(922);
    const other = filledFile("other.bin", 60 * PIECE, PIECE);
    await net.openSeeder("10.0.1.1", other, { port: 7000, maxUpBytesPerSecond: 10_000 });
    net.datagrams.silentHosts.add(ROUTER_HOST);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(magnetOf(other, "&x.pe=10.0.1.1:7000"), {}));
    await net.settled(machine.session.commands.add(MAGNET, {}));
    const { diagnosis } = await untilCode(net, machine, "N3");

    expect(diagnosis.sentence).toMatch(/^UDP seems blocked: \d+ packets? sent, nothing came back\.$/);
    expect(diagnosis.evidence).toContain("Connections over TCP work.");
  });
});

describe("what is wrong with the DHT is said", { timeout: SLOW_MACHINE_MS }, () => {
  test("D1: no bootstrap node is set", async () => {
    const net = new SessionWorld(923);
    const machine = await net.open("10.0.2.1", { bootstrap: "none" });
    await net.settled(machine.session.commands.add(MAGNET, {}));

    expect((await untilCode(net, machine, "D1")).chain.dht).toBe("broken");
  });

  test("D2: one bootstrap node is silent, the name of the other does not resolve", async () => {
    const net = new SessionWorld(924);
    const machine = await net.open("10.0.2.1", {
      bootstrap: [`${NOWHERE}:6881`, "boot.lab.example:6881"],
      addressProfile: "lan",
    });
    await net.settled(machine.session.commands.add(MAGNET, {}));
    const { diagnosis } = await untilCode(net, machine, "D2");

    expect(diagnosis.sentence).toBe("None of your 2 bootstrap nodes answers, so no peers can be found.");
    expect(diagnosis.evidence).toContain("boot.lab.example:6881: name not found (DNS)");
  });

  test("D3: the bootstrap node of a private network is of none", async () => {
    const net = new SessionWorld(929);
    const machine = await net.open("10.0.2.1", {
      privateNetwork: { name: "lab", idHex: "0b".repeat(8), mode: "open" },
    });
    await net.settled(machine.session.commands.add(MAGNET, {}));
    const { diagnosis, chain } = await untilCode(net, machine, "D3");

    expect(diagnosis.sentence).toBe("Whoever answers belongs to another DHT network than yours.");
    expect(diagnosis.evidence[0]).toMatch(/^\d+ messages? of another network or key dropped\.$/);
    expect(chain).toMatchObject({ net: "ok", dht: "broken" });
  });

  test("D4, L1 and then L2: joining, looking, and nobody announces it", async () => {
    const net = new SessionWorld(925);
    const machine = await net.open("10.0.2.1");
    const said = sentencesOf(machine);
    // Looks without announcing: who announces is found by its next look (L3).
    await net.settled(machine.session.commands.add(MAGNET, { metadataOnly: true }));
    const { diagnosis } = await untilCode(net, machine, "L2");

    expect(diagnosis.sentence).toMatch(/^The DHT is fine \(\d+ nodes?\), but nobody announces this hash\.$/);
    expect(said.get("D4") ?? said.get("L1")).toMatch(/^Joining the DHT|^Looking for peers in the DHT/);
  });

  test("D5: contact was lost", async () => {
    const net = new SessionWorld(926);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(MAGNET, {}));
    await net.until(() => machine.session.getSnapshot().dht.state === "joined");
    net.datagrams.silentHosts.add(ROUTER_HOST);

    expect((await untilCode(net, machine, "D5")).diagnosis.sentence).toMatch(/^Lost contact with the DHT/);
  });

  test("D6: it is switched off", async () => {
    const net = new SessionWorld(927);
    const machine = await net.open("10.0.2.1", { dht: false });
    await net.settled(machine.session.commands.add(MAGNET, {}));

    expect((await untilCode(net, machine, "D6")).chain.dht).toBe("broken");
  });

  test("L3: only we announce it", async () => {
    const net = new SessionWorld(928);
    const machine = await net.open("10.0.2.1");
    await net.settled(machine.session.commands.add(torrentFile(FILE), {}));

    expect((await untilCode(net, machine, "L3")).diagnosis.sentence).toBe("Only you announce this hash.");
  });
});

describe("the size of the swarm", { timeout: SLOW_MACHINE_MS }, () => {
  test("is told by the DHT, without ourselves", async () => {
    const net = new SessionWorld(929);
    for (const host of ["10.0.1.1", "10.0.1.2", "10.0.1.3"]) await net.openSeeder(host, FILE);
    const machine = await net.open("10.0.2.1", { maxDownBytesPerSecond: 10_000 });
    await net.settled(machine.session.commands.add(MAGNET, {}));
    await net.until(() => machine.torrent(FILE_ID).estimatedPeers !== null);

    expect(machine.torrent(FILE_ID)).toMatchObject({ estimatedPeers: 3, estimatedSeeds: 3 });
  });
});
