import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readUint32 } from "../../../src/core/bytes.ts";
import { MessageAssembler } from "../../../src/platform/channel/message-assembler.ts";
import { decodeMessage, encodeMessage } from "../../../src/platform/channel/message-codec.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 500);

const bodyOf = (message: unknown) => encodeMessage(message).subarray(4);
const throughWire = (message: unknown) => {
  const decoded = decodeMessage(bodyOf(message));
  if (!decoded.ok) throw new Error(decoded.fault.message);
  return decoded.value;
};

describe("messages on the engine's socket", () => {
  test("any plain data comes back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const message = { kind: "any", value };
        expect(throughWire(message)).toEqual(JSON.parse(JSON.stringify(message)));
      }),
      { numRuns: RUNS },
    );
  });

  test("byte arrays travel as bytes, also Node's buffers, also several in one message", () => {
    const message = {
      args: [
        { kind: "metainfo", bytes: Uint8Array.of(0, 255, 128) },
        { more: [Buffer.from("ab"), new Uint8Array(0)] },
      ],
    };

    expect(throughWire(message)).toEqual({
      args: [
        { kind: "metainfo", bytes: Uint8Array.of(0, 255, 128) },
        { more: [Uint8Array.from([97, 98]), new Uint8Array(0)] },
      ],
    });
  });

  test("the length in front covers the message", () => {
    const encoded = encodeMessage({ bytes: new Uint8Array(1_000) });

    expect(readUint32(encoded, 0)).toBe(encoded.length - 4);
    expect(encoded.length).toBeLessThan(1_100);
  });

  test("undefined in an object is absence", () => {
    expect(throughWire({ kind: "result", value: undefined })).toEqual({ kind: "result" });
  });

  test("PA21: mutated messages are faults or data, never an exception", () => {
    const seed = bodyOf({ kind: "command", id: 3, name: "add", args: [{ bytes: Uint8Array.of(1, 2, 3) }] });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.nat(seed.length),
        (edits, length) => {
          const body = seed.slice(0, length);
          for (const [at, value] of edits) if (at < body.length) body[at] = value;
          expect(typeof decodeMessage(body).ok).toBe("boolean");
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("bytes that are not there make the message a fault", () => {
    const text = '{"bytes":{"$bytes":[0,9]}}';
    const body = new Uint8Array(4 + text.length + 3);
    body[3] = text.length;
    body.set(new TextEncoder().encode(text), 4);

    expect(decodeMessage(body)).toMatchObject({ ok: false, fault: { code: "message-invalid" } });
  });
});

describe("the assembler", () => {
  const assemble = (chunks: readonly Uint8Array[], maxMessageBytes = 10_000, remainingBytes = 1_000_000) => {
    const budget = { remainingBytes };
    const assembler = new MessageAssembler(budget, maxMessageBytes);
    const messages: Uint8Array[] = [];
    const results = chunks.map((chunk) => assembler.push(chunk, (body) => messages.push(body)));
    return { messages, isUsable: results.every(Boolean), budget, assembler };
  };

  test("finds the same messages wherever the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 20 }),
        (lengths, cuts) => {
          const wanted = lengths.map((length, i) =>
            encodeMessage({ i, bytes: new Uint8Array(length).fill(i) }),
          );
          const stream = Buffer.concat(wanted);
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] as number);
            chunks.push(stream.subarray(at, end));
            at = end;
          }
          const { messages, budget } = assemble(chunks);
          expect(messages).toHaveLength(wanted.length);
          expect(
            Buffer.concat(messages).equals(Buffer.concat(wanted.map((message) => message.subarray(4)))),
          ).toBe(true);
          expect(budget.remainingBytes).toBe(1_000_000);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("PA21: a line of 100 MiB is refused at its first bytes", () => {
    const { isUsable, budget } = assemble([new TextEncoder().encode('{"cmd":"add","x":"xxxxxxxx')]);

    expect(isUsable).toBe(false);
    expect(budget.remainingBytes).toBe(1_000_000);
  });

  test("a length alone takes no memory, and a slow message only what has come of it", () => {
    const head = Uint8Array.of(0, 0, 0x27, 0x10);
    const { budget } = assemble([head, new Uint8Array(10)], 10_000);

    expect(1_000_000 - budget.remainingBytes).toBeLessThanOrEqual(4_096);
  });

  test("a message of length zero ends the stream", () => {
    expect(assemble([new Uint8Array(4)]).isUsable).toBe(false);
  });

  test("what all streams hold together is bounded", () => {
    const budget = { remainingBytes: 10_000 };
    const first = new MessageAssembler(budget, 9_000);
    const second = new MessageAssembler(budget, 9_000);
    const head = Uint8Array.of(0, 0, 0x23, 0x28);
    const push = (assembler: MessageAssembler) =>
      assembler.push(head, () => {}) && assembler.push(new Uint8Array(8_000), () => {});

    expect(push(first)).toBe(true);
    expect(push(second)).toBe(false);
    first.dispose();
    second.dispose();
    expect(budget.remainingBytes).toBe(10_000);
    expect(push(new MessageAssembler(budget, 9_000))).toBe(true);
  });
});
