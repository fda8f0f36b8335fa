import { expect, test } from "vitest";
import { utf8Bytes } from "../../../src/core/bytes.ts";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import { messageWithBody } from "../../../src/wire/protocol/message-encoder.ts";
import * as ids from "../../../src/wire/protocol/message-ids.ts";
import {
  decodeHolepunch,
  encodeHolepunch,
  type HolepunchMessage,
} from "../../../src/wire/protocol/ut-holepunch.ts";
import { encodePexMessage } from "../../../src/wire/protocol/ut-pex.ts";
import { aTorrent } from "../support/a-torrent.ts";
import { ScriptedPeer } from "../support/scripted-peer.ts";
import { swarmWorld } from "../support/swarm-world.ts";

const EXTENDED = { hasExtensions: true, hasFast: true, hasDht: false };
const OUR_UT_PEX = 2;
const OUR_UT_HOLEPUNCH = 4;
const THEIR_UT_HOLEPUNCH = 7;
const TAKES_CALLS = `d1:md12:ut_holepunchi${THEIR_UT_HOLEPUNCH}eee`;

/** Us, and peers that say what they are told to. With `calls` we speak uTP, and note whose call we expect. */
function relay(calls?: Endpoint[]) {
  const w = swarmWorld();
  const torrent = aTorrent();
  const us = w.addPeer(torrent, calls === undefined ? {} : { expectCall: (from) => calls.push(from) });
  let count = 0;
  const peer = (handshake: string) => {
    const scripted = new ScriptedPeer(w.newHost(), { features: EXTENDED, idByte: ++count });
    const heard: HolepunchMessage[] = [];
    scripted.onExtended = (id, body) => {
      const message = decodeHolepunch(body);
      if (id === THEIR_UT_HOLEPUNCH && message.ok) heard.push(message.value);
    };
    scripted.greet(w, us, torrent.infoHash);
    scripted.send(extended(ids.EXTENSION_HANDSHAKE, utf8Bytes(handshake)));
    w.world.runFor(200);
    const view = us.swarm.peers().find(({ address }) => address.host === scripted.host);
    return {
      heard,
      scripted,
      address: view?.address ?? endpoint("127.0.0.1", 1),
      say: (type: HolepunchMessage["type"], address: Endpoint) => {
        scripted.send(extended(OUR_UT_HOLEPUNCH, encodeHolepunch({ type, address, error: undefined })));
        w.world.runFor(200);
      },
    };
  };
  return { us, peer, w, world: w.world };
}

function extended(id: number, body: Uint8Array): Uint8Array {
  return messageWithBody(ids.EXTENDED, Uint8Array.from([id, ...body]));
}

test("a relay tells both where the other is", () => {
  const { peer } = relay();
  const asking = peer(`d1:md12:ut_holepunchi${THEIR_UT_HOLEPUNCH}ee1:pi7001ee`);
  const target = peer(`d1:md12:ut_holepunchi${THEIR_UT_HOLEPUNCH}ee1:pi7002ee`);
  const at = endpoint(target.address.host, 7_002);
  asking.say("rendezvous", at);
  expect(asking.heard).toEqual([{ type: "connect", address: at, error: undefined }]);
  expect(target.heard).toEqual([
    { type: "connect", address: endpoint(asking.address.host, 7_001), error: undefined },
  ]);
});

test("a relay says why it cannot", () => {
  const { us, peer } = relay();
  const asking = peer(`d1:md12:ut_holepunchi${THEIR_UT_HOLEPUNCH}ee1:pi7001ee`);
  const deaf = peer("d1:md6:ut_pexi1ee1:pi7002ee");
  const nobody = endpoint("127.9.9.9", 7_009);
  const itself = endpoint(asking.address.host, 7_001);
  asking.say("rendezvous", nobody);
  asking.say("rendezvous", endpoint(deaf.address.host, 7_002));
  asking.say("rendezvous", itself);
  expect(asking.heard.map(({ type, error }) => `${type} ${error}`)).toEqual([
    "error not-connected",
    "error no-support",
    "error no-such-peer",
  ]);
  expect(asking.heard[0]?.address).toEqual(nobody);
  expect(us.swarm.view().counts.connectedPeers).toBe(2);
});

test("who does not take such messages is not answered, and who sends many is not either", () => {
  const { peer } = relay();
  const silent = peer("d1:mdee");
  const eager = peer(TAKES_CALLS);
  const nobody = endpoint("127.9.9.9", 7_009);
  silent.say("rendezvous", nobody);
  for (let i = 0; i < 50; i++) eager.say("rendezvous", nobody);
  expect(silent.heard).toEqual([]);
  expect(eager.heard).toHaveLength(20);
});

test("where there is no uTP nobody is called, and nobody is told that he could", () => {
  const { us, peer } = relay();
  const liar = peer(TAKES_CALLS);
  liar.say("connect", endpoint("127.9.9.9", 7_009));
  expect(us.swarm.view().counts.failedDials).toBe(0);
  expect(us.swarm.peers()).toHaveLength(1);
  const [handshake] = liar.scripted.heardOf("extended");
  expect(handshake).toBeDefined();
  expect(Buffer.from(handshake?.split(" ")[2] ?? "", "hex").toString("latin1")).not.toContain("ut_holepunch");
});

test("of whom a peer named and nobody reaches, that peer is asked for help, once", () => {
  const { peer, w, world } = relay([]);
  const helper = peer(TAKES_CALLS);
  const hidden = endpoint(w.newHost(), 7_003);
  w.network.silentHosts.add(hidden.host);
  const named = encodePexMessage({ added: [{ address: hidden, flags: 0 }], dropped: [] });
  helper.scripted.send(extended(OUR_UT_PEX, named));
  world.runFor(5 * 60_000);
  expect(helper.heard).toEqual([{ type: "rendezvous", address: hidden, error: undefined }]);
});

test("who is told to call does so, and the dialer knows that a call comes", () => {
  const calls: Endpoint[] = [];
  const { us, peer, w } = relay(calls);
  const helper = peer(TAKES_CALLS);
  const caller = new ScriptedPeer(w.newHost(), { features: EXTENDED, idByte: 99 }).listen(w);
  helper.say("connect", caller.address);
  expect(calls).toEqual([caller.address]);
  expect(caller.isOpen).toBe(true);
  // Again, while it is connected: nothing.
  helper.say("connect", caller.address);
  expect(calls).toHaveLength(1);
  expect(us.swarm.peers()).toHaveLength(2);
});

test("a message that makes no sense ends the connection", () => {
  const { peer, world } = relay();
  const broken = peer(TAKES_CALLS);
  broken.scripted.send(extended(OUR_UT_HOLEPUNCH, Uint8Array.of(9, 9)));
  world.runFor(200);
  expect(broken.scripted.isOpen).toBe(false);
});
