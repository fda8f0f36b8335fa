import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes.ts";
import { SeededRandom } from "../../../src/sim/index.ts";
import { KEY_BYTES, KeyExchange } from "../../../src/wire/encryption/diffie-hellman.ts";

const PRIME =
  "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563";

describe("key exchange", () => {
  test("two ends come to the same secret, always 96 bytes long", () => {
    const random = new SeededRandom("dh");
    for (let i = 0; i < 20; i++) {
      const a = new KeyExchange(random);
      const b = new KeyExchange(random);
      const secret = a.secretWith(b.publicKey);
      expect(a.publicKey).toHaveLength(KEY_BYTES);
      expect(secret).toHaveLength(KEY_BYTES);
      expect(b.secretWith(a.publicKey)).toEqual(secret);
    }
  });

  test("keys that fix the secret in advance are refused: zero, one, the prime less one, anything not below the prime", () => {
    const exchange = new KeyExchange(new SeededRandom("dh"));
    const prime = fromHex(PRIME) as Uint8Array;
    const one = new Uint8Array(KEY_BYTES);
    one[KEY_BYTES - 1] = 1;
    const primeLessOne = prime.slice();
    primeLessOne[KEY_BYTES - 1] = (prime[KEY_BYTES - 1] as number) - 1;
    const largest = new Uint8Array(KEY_BYTES).fill(0xff);

    for (const key of [new Uint8Array(KEY_BYTES), one, primeLessOne, prime, largest])
      expect(exchange.secretWith(key)).toBeUndefined();
  });
});
