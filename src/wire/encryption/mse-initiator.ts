/**
 * The end of an MSE handshake that dialled, and so knows which torrent it wants. Sans-IO.
 *
 *   key --96 bytes--> verification --VC found--> selection --method, pad length--> pad --> agreed
 *    \________________________\_______________________\________ anything else --> failed
 */
import { concatBytes, readUint16, readUint32, writeUint16, writeUint32 } from "../../core/bytes.ts";
import type { Random } from "../../core/ports.ts";
import { KEY_BYTES, KeyExchange } from "./diffie-hellman.ts";
import { HandshakeInput } from "./handshake-input.ts";
import {
  type Agreement,
  cipherOf,
  hashOf,
  MAX_PAD_BYTES,
  type MseHandshake,
  PLAINTEXT,
  RC4,
  randomPad,
  VC_BYTES,
  xored,
} from "./mse-handshake.ts";
import type { Rc4 } from "./rc4.ts";

/** crypto_select and the length of the padding behind it. */
const SELECTION_BYTES = 6;

export interface MseInitiatorOptions {
  readonly random: Random;
  readonly infoHash: Uint8Array;
  /** Methods that we offer: PLAINTEXT, RC4 or both. */
  readonly provided: number;
  readonly send: (bytes: Uint8Array) => void;
  /** What is to be said first of all: rides in the handshake and saves a round trip. Asked for once. */
  readonly initialPayload: () => Uint8Array;
}

export class MseInitiator implements MseHandshake {
  readonly #options: MseInitiatorOptions;
  readonly #keys: KeyExchange;
  readonly #input = new HandshakeInput();
  #encryptor: Rc4 | undefined;
  #decryptor: Rc4 | undefined;
  /** VC as the other end will have encrypted it. */
  #encryptedVc: Uint8Array | undefined;
  #method: Agreement["method"] | undefined;
  #padBytes = 0;
  agreement: Agreement | undefined;
  failure: string | undefined;

  constructor(options: MseInitiatorOptions) {
    this.#options = options;
    this.#keys = new KeyExchange(options.random);
  }

  begin(): void {
    const { random, send } = this.#options;
    send(concatBytes([this.#keys.publicKey, randomPad(random)]));
  }

  receive(bytes: Uint8Array): void {
    this.#input.append(bytes);
    while (this.failure === undefined && this.agreement === undefined && this.#step());
  }

  /** One step further; false = more bytes are needed. */
  #step(): boolean {
    if (this.#decryptor === undefined) return this.#readKey();
    if (this.#encryptedVc !== undefined) return this.#findVerification(this.#encryptedVc);
    if (this.#method === undefined) return this.#readSelection(this.#decryptor);
    return this.#skipPad(this.#method, this.#decryptor);
  }

  #readKey(): boolean {
    if (this.#input.length < KEY_BYTES) return false;
    const secret = this.#keys.secretWith(this.#input.take(KEY_BYTES));
    if (secret === undefined) return this.#fail("a degenerate key");
    const { infoHash, send } = this.#options;
    this.#encryptor = cipherOf("keyA", secret, infoHash);
    this.#decryptor = cipherOf("keyB", secret, infoHash);
    this.#encryptedVc = this.#decryptor.applied(new Uint8Array(VC_BYTES));
    send(
      concatBytes([
        hashOf("req1", secret),
        xored(hashOf("req2", infoHash), hashOf("req3", secret)),
        this.#encryptor.applied(this.#offer()),
      ]),
    );
    return true;
  }

  #offer(): Uint8Array {
    const { random, provided, initialPayload } = this.#options;
    const pad = randomPad(random);
    const payload = initialPayload();
    const head = new Uint8Array(VC_BYTES + 6);
    writeUint32(head, VC_BYTES, provided);
    writeUint16(head, VC_BYTES + 4, pad.length);
    const payloadBytes = new Uint8Array(2);
    writeUint16(payloadBytes, 0, payload.length);
    return concatBytes([head, pad, payloadBytes, payload]);
  }

  #findVerification(encryptedVc: Uint8Array): boolean {
    const isFound = this.#input.takePast(encryptedVc);
    if (isFound === undefined) return false;
    this.#encryptedVc = undefined;
    return isFound || this.#fail("no verification constant");
  }

  #readSelection(decryptor: Rc4): boolean {
    if (this.#input.length < SELECTION_BYTES) return false;
    const selection = this.#input.takeDecrypted(SELECTION_BYTES, decryptor);
    const method = readUint32(selection, 0);
    this.#padBytes = readUint16(selection, 4);
    const isKnown = method === PLAINTEXT || method === RC4;
    if (!isKnown || (method & this.#options.provided) === 0) return this.#fail("a method we did not offer");
    if (this.#padBytes > MAX_PAD_BYTES) return this.#fail("too much padding");
    this.#method = method;
    return true;
  }

  #skipPad(method: Agreement["method"], decryptor: Rc4): boolean {
    if (this.#input.length < this.#padBytes) return false;
    this.#input.takeDecrypted(this.#padBytes, decryptor);
    this.agreement = {
      method,
      encryptor: this.#encryptor as Rc4,
      decryptor,
      encryptedBytes: 0,
      rest: this.#input.takeAll(),
    };
    return true;
  }

  #fail(why: string): true {
    this.failure = why;
    return true;
  }
}
