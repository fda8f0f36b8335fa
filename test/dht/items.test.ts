import { describe, expect, test } from "vitest";
import { fromHex, latin1Text, toHex } from "../../src/core/bytes.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { immutableTarget, mutableTarget, signedBytes } from "../../src/dht/item-rules.ts";
import { ItemStore, MAX_ITEMS } from "../../src/dht/item-store.ts";
import type { KrpcMessage } from "../../src/dht/krpc-message.ts";
import { SeededRandom } from "../../src/sim/index.ts";
import { aPublisher, type SignedPut, verifySignature } from "./item-publisher.ts";
import { latin1Bytes } from "./latin1.ts";
import { ASKER, ASKER_ID, bytesBeyondFactor, decoded, LoneNode } from "./lone-node.ts";

const hex = (text: string) => fromHex(text.replaceAll(/\s/g, "")) as Uint8Array;
/** BEP 44, "Test Vectors". */
const PUBLIC_KEY = hex("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
const VALUE = "12:Hello World!";
const PLAIN = {
  salt: "",
  target: "4a533d47ec9c7d95b1ad75f576cffc641853b750",
  buffer: `3:seqi1e1:v${VALUE}`,
  signature: hex(`305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff
    1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01`),
};
const SALTED = {
  salt: "foobar",
  target: "411eba73b6f087ca51a3795d9c8c938d365e32c1",
  buffer: `4:salt6:foobar3:seqi1e1:v${VALUE}`,
  signature: hex(`6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d
    df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08`),
};
const IMMUTABLE_TARGET = "e5f96f6f38320f0f33959cb4d3d656452117aadb";

const raw = (bytes: Uint8Array) => `${bytes.length}:${latin1Text(bytes)}`;
const get = (target: string | Uint8Array, args = "", id = ASKER_ID) =>
  latin1Bytes(
    `d1:ad2:id${raw(id)}${args}6:target${raw(typeof target === "string" ? hex(target) : target)}e1:q3:get1:t2:aa1:y1:qe`,
  );

interface Put extends Partial<SignedPut> {
  readonly cas?: number;
}

const put = (token: Uint8Array, { value = VALUE, salt, seq, cas, publicKey, signature }: Put) =>
  latin1Bytes(
    `d1:ad${cas === undefined ? "" : `3:casi${cas}e`}2:id20:abcdefghij0123456789${publicKey === undefined ? "" : `1:k${raw(publicKey)}`}${
      salt === undefined ? "" : `4:salt${raw(latin1Bytes(salt))}`
    }${seq === undefined ? "" : `3:seqi${seq}e`}${signature === undefined ? "" : `3:sig${raw(signature)}`}5:token${raw(token)}1:v${value}e1:q3:put1:t2:aa1:y1:qe`,
  );

class ItemNode extends LoneNode {
  constructor() {
    super({ limits: "off" }, { verifySignature });
  }

  token(target: string | Uint8Array, from = ASKER): Uint8Array {
    return this.answerTo(get(target), from).token() ?? new Uint8Array(0);
  }

  /** Puts with a good token; the error's code, or 0. */
  put(target: string | Uint8Array, item: Put): number {
    const [answer] = this.answersTo(put(this.token(target), item));
    const message = decoded(answer as Uint8Array);
    return message.kind === "error" ? message.errorCode : 0;
  }
}

const itemIn = ({ bytes, itemAt, itemLength }: KrpcMessage) =>
  itemAt < 0 ? undefined : latin1Text(bytes.subarray(itemAt, itemAt + itemLength));

describe("the vectors of BEP 44", () => {
  test.each([PLAIN, SALTED])("target, signed buffer and signature with the salt %j", (vector) => {
    const salt = latin1Bytes(vector.salt);
    const buffer = signedBytes(salt, 1, latin1Bytes(VALUE));
    expect(toHex(mutableTarget(PUBLIC_KEY, salt))).toBe(vector.target);
    expect(latin1Text(buffer)).toBe(vector.buffer);
    expect(verifySignature(PUBLIC_KEY, vector.signature, buffer)).toBe(true);
  });

  test("immutable target", () => {
    expect(toHex(immutableTarget(latin1Bytes(VALUE)))).toBe(IMMUTABLE_TARGET);
  });

  test.each([PLAIN, SALTED])("are stored and given out, salt %j", ({ salt, target, signature }) => {
    const node = new ItemNode();
    expect(node.put(target, { salt, seq: 1, publicKey: PUBLIC_KEY, signature })).toBe(0);
    const reply = node.answerTo(get(target));
    const { bytes, publicKeyAt, signatureAt } = reply;
    expect([itemIn(reply), reply.seq]).toEqual([VALUE, 1]);
    expect(toHex(bytes.subarray(publicKeyAt, publicKeyAt + 32))).toBe(toHex(PUBLIC_KEY));
    expect(toHex(bytes.subarray(signatureAt, signatureAt + 64))).toBe(toHex(signature));
  });
});

describe("a node that stores items, BEP 44,", () => {
  test("gives an immutable value back byte for byte, for two hours", () => {
    const node = new ItemNode();
    node.node.start();
    const value = "d9:__proto__le1:ad2:\x00\x01i9007199254740993ee1:\xffi-1ee";
    const target = immutableTarget(latin1Bytes(value));
    expect(itemIn(node.answerTo(get(target)))).toBeUndefined();
    expect(node.put(target, { value })).toBe(0);
    node.world.runFor(2 * 3_600_000 - 1);
    expect(itemIn(node.answerTo(get(target)))).toBe(value);
    node.world.runFor(1);
    expect(itemIn(node.answerTo(get(target)))).toBeUndefined();
  });

  test.each(["d1:b0:1:a0:e", "d1:a0:1:a0:e"])(
    "refuses the value %j, whose keys are not in order: 203",
    (value) => {
      const node = new ItemNode();
      const target = immutableTarget(latin1Bytes(value));
      const answers = node.answersTo(put(node.token(target), { value }));
      expect(answers.map((it) => decoded(it).errorCode).filter((code) => code !== 203)).toEqual([]);
      expect(itemIn(node.answerTo(get(target)))).toBeUndefined();
    },
  );

  test("takes a value of 1,000 bytes bencoded, not of 1,001: 205, and serves it", () => {
    const node = new ItemNode();
    const [value, tooBig] = [`996:${"x".repeat(996)}`, `997:${"x".repeat(997)}`];
    const target = immutableTarget(latin1Bytes(value));
    expect(node.put(immutableTarget(latin1Bytes(tooBig)), { value: tooBig })).toBe(205);
    expect(itemIn(node.answerTo(get(target)))).toBeUndefined();
    expect(node.put(target, { value })).toBe(0);
    expect(itemIn(node.answerTo(get(target)))).toBe(value);
  });

  test("gives a stranger 8,000 bytes of large values in ten seconds, those it knows all they ask for, DH04", () => {
    const node = new ItemNode();
    const [friend = ASKER] = node.befriend(20);
    const value = `996:${"x".repeat(996)}`;
    const target = immutableTarget(latin1Bytes(value));
    node.put(target, { value });
    const stranger = endpoint("9.9.8.8", 1);
    expect(itemIn(node.answerTo(get(target), stranger))).toBe(value);
    expect(bytesBeyondFactor(node, get(target), stranger)).toBeLessThanOrEqual(8_000);
    expect(itemIn(node.answerTo(get(target), stranger))).toBeUndefined();
    const id = node.world.random.fork("friend 4 0").bytes(20);
    expect(bytesBeyondFactor(node, get(target, "", id), friend)).toBeGreaterThan(100_000);
  });

  test("serves the largest mutable item in one frame", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    const salt = "s".repeat(64);
    const value = `996:${"x".repeat(996)}`;
    node.befriend(20);
    expect(node.put(target(salt), signed(Number.MAX_SAFE_INTEGER, value, salt))).toBe(0);
    const [answer] = node.answersTo(get(target(salt)));
    expect(itemIn(decoded(answer as Uint8Array))).toBe(value);
    expect(answer?.length).toBeLessThanOrEqual(1_400);
  });

  test("refuses a salt of more than 64 bytes: 207", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    const salt = "s".repeat(65);
    expect(node.put(target(salt), signed(1, VALUE, salt))).toBe(207);
  });

  test("refuses a signature of another value, key, salt or number: 206", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    const good = signed(1, VALUE);
    expect(node.put(target(), { ...good, value: "12:hello World!" })).toBe(206);
    expect(node.put(target(), { ...good, seq: 2 })).toBe(206);
    expect(node.put(target("x"), { ...good, salt: "x" })).toBe(206);
    expect(node.put(mutableTarget(PUBLIC_KEY, new Uint8Array(0)), { ...good, publicKey: PUBLIC_KEY })).toBe(
      206,
    );
    expect(node.put(target(), good)).toBe(0);
  });

  test("never goes back: 302, also for another value of the same number", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    expect(node.put(target(), signed(5, "1:a"))).toBe(0);
    expect(node.put(target(), signed(4, "1:b"))).toBe(302);
    expect(node.put(target(), signed(5, "1:b"))).toBe(302);
    expect(node.put(target(), signed(5, "1:a"))).toBe(0);
    expect(node.put(target(), signed(6, "1:c"))).toBe(0);
    expect(itemIn(node.answerTo(get(target())))).toBe("1:c");
  });

  test("compares and swaps: 301 unless `cas` is the stored number", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    expect(node.put(target(), { ...signed(5, "1:a"), cas: 1 })).toBe(0);
    expect(node.put(target(), { ...signed(6, "1:b"), cas: 4 })).toBe(301);
    expect(node.put(target(), { ...signed(6, "1:b"), cas: -1 })).toBe(301);
    expect(node.put(target(), { ...signed(6, "1:b"), cas: 5 })).toBe(0);
  });

  test("tells only the number to those who have the value", () => {
    const node = new ItemNode();
    const { target, signed } = aPublisher();
    node.put(target(), signed(5, "1:a"));
    for (const [seq, value] of [
      [4, "1:a"],
      [5, undefined],
      [6, undefined],
    ] as const) {
      const reply = node.answerTo(get(target(), `3:seqi${seq}e`));
      expect([reply.seq, itemIn(reply), reply.signatureAt >= 0]).toEqual([5, value, value !== undefined]);
    }
  });

  test("refuses tokens of other items, other addresses and other times: 203", () => {
    const node = new ItemNode();
    const token = node.token(IMMUTABLE_TARGET);
    const codes = (sent: Uint8Array, from = ASKER) =>
      node.answersTo(put(sent, {}), from).map((it) => decoded(it).errorCode);
    expect(codes(node.token(PLAIN.target))).toEqual([203]);
    expect(codes(token, endpoint("9.9.9.8", 6881))).toEqual([203]);
    expect(codes(new Uint8Array(0))).toEqual([203]);
    node.world.runFor(15 * 60_000);
    expect(codes(token)).toEqual([203]);
    expect(codes(node.token(IMMUTABLE_TARGET))).toEqual([0]);
  });

  test("refuses what is neither mutable nor immutable: 203", () => {
    const node = new ItemNode();
    const good = aPublisher().signed(1, VALUE);
    const { publicKey = PUBLIC_KEY, signature = PLAIN.signature } = good;
    for (const item of [
      { seq: 1, signature },
      { publicKey, seq: 1 },
      { publicKey, signature },
      { ...good, seq: -1 },
    ])
      expect(node.put(IMMUTABLE_TARGET, item)).toBe(203);
  });

  test("refuses mutable items where nobody can verify them: 202, and takes immutable ones", () => {
    const lone = new LoneNode({ limits: "off" });
    const { target, signed } = aPublisher();
    const tokenFor = (of: Uint8Array) => lone.answerTo(get(of)).token() ?? new Uint8Array(0);
    const refused = lone.answersTo(put(tokenFor(target()), signed(1, VALUE)));
    expect(refused.map((it) => decoded(it).errorCode)).toEqual([202]);
    expect(lone.answerTo(put(tokenFor(hex(IMMUTABLE_TARGET)), {})).kind).toBe("reply");
  });
});

test("an item store holds 1,000 items, and a flood drives out the far ones first", () => {
  const random = new SeededRandom("items");
  const store = new ItemStore(random);
  const localId = new Uint8Array(20);
  const put = (target: Uint8Array): void => {
    store.put({ target, value: latin1Bytes("0:"), signed: undefined }, undefined, localId, 0);
  };
  const near = Uint8Array.of(0, ...random.bytes(19));
  put(near);
  for (let i = 0; i < 5 * MAX_ITEMS; i++) put(random.bytes(20));
  expect([store.size, store.find(near, 1) !== undefined]).toEqual([MAX_ITEMS, true]);
  store.sweep(3 * 3_600_000);
  expect(store.size).toBe(0);
});
