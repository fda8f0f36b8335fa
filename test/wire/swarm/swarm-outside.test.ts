/** What peers are told of how we look from outside, and what they say of themselves (BEP 10: `p`, `yourip`, `ipv4`, `ipv6`). */
import { expect, test } from "vitest";
import { encodeBencode } from "../../../src/core/bencode.ts";
import { addressBytes } from "../../../src/core/endpoint.ts";
import { decodeExtensionHandshake } from "../../../src/wire/protocol/extension-handshake.ts";
import { extendedMessage } from "../../../src/wire/protocol/message-encoder.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

const FEATURES = { hasExtensions: true, hasFast: true, hasDht: false };

function greeted() {
  const w = swarmWorld();
  const torrent = aTorrent();
  const us = w.addPeer(torrent);
  const meet = (idByte: number) => {
    const peer = new ScriptedPeer(w.newHost(), { features: FEATURES, idByte });
    const told: Uint8Array[] = [];
    peer.onExtended = (id, body) => {
      if (id === 0) told.push(body.slice());
    };
    peer.greet(w, us, torrent.infoHash);
    const said = decodeExtensionHandshake(told[0] ?? new Uint8Array(0));
    return { peer, said: said.ok ? said.value : undefined };
  };
  return { w, us, torrent, meet };
}

test("peers are told the port that leads to us from outside, and our address of the other family", () => {
  const { us, meet } = greeted();
  const { peer, said } = meet(1);
  expect(said).toMatchObject({ listenPort: us.address.port, ourHost: peer.host, ipv6Host: undefined });

  us.engine.setOutside({ port: 7_000, hosts: ["80.0.0.9", "2a00::9"] });
  expect(meet(2).said).toMatchObject({ listenPort: 7_000, ipv4Host: undefined, ipv6Host: "2a00::9" });
});

test("a peer's address of the other family is dialled once its connection is over", () => {
  const { w, us, meet } = greeted();
  const twin = new ScriptedPeer("fd00::77", { features: FEATURES, idByte: 3 }).listen(w);
  const { peer } = meet(3);
  const say = (host: string) =>
    peer.send(extendedMessage(0, encodeBencode({ m: {}, p: 6881, ipv6: addressBytes(host) })));
  say("fd00::77");
  // One of each peer is enough.
  say("fd00::78");
  w.world.runFor(5_000);
  expect(us.swarm.view().counts.candidates).toBe(1);
  expect(twin.isOpen).toBe(false);
  peer.close();
  w.world.runFor(5_000);
  expect(twin.isOpen).toBe(true);
});

test("what a peer says of an address that we may not contact is not believed", () => {
  const { w, us, meet } = greeted();
  for (const [index, host] of ["ff02::1", "2001:db8::1", "::", "2a00::1"].entries())
    meet(4 + index).peer.send(
      extendedMessage(0, encodeBencode({ m: {}, p: 6881, ipv6: addressBytes(host) })),
    );
  w.world.runFor(5_000);
  expect(us.swarm.view().counts.candidates).toBe(0);
});
