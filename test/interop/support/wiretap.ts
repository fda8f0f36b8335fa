/**
 * A relay between two peers that notes what each says: the names of its messages, and what it offers in its handshakes. TCP in
 * plaintext; the bytes pass unchanged.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { decodeDictionary, readDictionary } from "../../../src/core/bencode.ts";
import { MESSAGE_LIMITS } from "../../../src/core/bencode-scanner.ts";
import { addressText, type Lab, PEER_PORT } from "./lab.ts";

/** Options of Starling that leave the tap something to read. */
export const IN_PLAINTEXT: readonly string[] = ["--encryption", "off", "--transport", "tcp"];

const HANDSHAKE_BYTES = 68;
const RESERVED_OFFSET = 20;
const EXTENDED = 20;
const NAMES: Readonly<Record<number, string>> = {
  0: "choke",
  1: "unchoke",
  2: "interested",
  3: "not_interested",
  4: "have",
  5: "bitfield",
  6: "request",
  7: "piece",
  8: "cancel",
  9: "port",
  13: "suggest",
  14: "have_all",
  15: "have_none",
  16: "reject",
  17: "allowed_fast",
};

/** What one side of a connection said. */
export class Speaker {
  /** Of its messages, in the order of their first use. Extended ones by the name that the other side gave them. */
  readonly said: Set<string> = new Set();
  /** Names that it takes (BEP 10 `m`) and the other keys of its extension handshakes. */
  readonly offers: Set<string> = new Set();
  hasFast = false;
  hasExtensions = false;
  /** Its own numbers for the extended messages that it takes. */
  readonly names: Map<number, string> = new Map();
  #pending: Buffer = Buffer.alloc(0);
  #hasShakenHands = false;

  heard(bytes: Buffer, listener: Speaker): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    if (!this.#hasShakenHands) {
      if (this.#pending.length < HANDSHAKE_BYTES) return;
      this.#handshake(this.#pending.subarray(RESERVED_OFFSET, RESERVED_OFFSET + 8));
      this.#pending = this.#pending.subarray(HANDSHAKE_BYTES);
    }
    while (this.#pending.length >= 4) {
      const endOfMessage = 4 + this.#pending.readUInt32BE(0);
      if (this.#pending.length < endOfMessage) return;
      if (endOfMessage > 4) this.#message(this.#pending.subarray(4, endOfMessage), listener);
      this.#pending = this.#pending.subarray(endOfMessage);
    }
  }

  /** BEP 4: bits of BEP 10 and 6. */
  #handshake(reserved: Buffer): void {
    this.#hasShakenHands = true;
    this.hasExtensions = ((reserved[5] ?? 0) & 0x10) !== 0;
    this.hasFast = ((reserved[7] ?? 0) & 0x04) !== 0;
  }

  #message(message: Buffer, listener: Speaker): void {
    const id = message[0] as number;
    if (id !== EXTENDED) this.said.add(NAMES[id] ?? `message ${id}`);
    else if (message[1] === 0) this.#extensionHandshake(message.subarray(2));
    else this.said.add(listener.names.get(message[1] as number) ?? `extended ${message[1]}`);
  }

  #extensionHandshake(body: Buffer): void {
    const decoded = decodeDictionary(body, MESSAGE_LIMITS);
    if (!decoded.ok) throw new Error(`an extension handshake that is none: ${decoded.fault.message}`);
    const { value } = decoded.value;
    for (const [name, number] of Object.entries(readDictionary(value, "m") ?? {})) {
      this.offers.add(name);
      this.names.set(Number(number), name);
    }
    for (const key of Object.keys(value)) if (key !== "m") this.offers.add(key);
  }
}

export class Wiretap {
  readonly host: string;
  readonly port = PEER_PORT;
  /** Who came to the tap, and whom it connects to. All connections count into the same two. */
  readonly caller: Speaker = new Speaker();
  readonly called: Speaker = new Speaker();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** Listens at an address of its own and connects whoever comes to `host`:`port`. One connection at a time is told apart. */
  static async open(
    lab: Lab,
    { host, port }: { readonly host: string; readonly port: number },
  ): Promise<Wiretap> {
    const tap = lab.run(new Wiretap(lab.newHost(), host, port));
    await new Promise<void>((resolve) => tap.#server.listen(tap.port, tap.host, resolve));
    return tap;
  }

  private constructor(host: string, toHost: string, toPort: number) {
    this.host = host;
    this.#server = createServer((near) => {
      const far = connect({ host: toHost, port: toPort, localAddress: host });
      this.#relay(near, far, (bytes) => this.caller.heard(bytes, this.called));
      this.#relay(far, near, (bytes) => this.called.heard(bytes, this.caller));
    });
  }

  get address(): string {
    return addressText(this.host, this.port);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(from: Socket, to: Socket, listen: (bytes: Buffer) => void): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      listen(bytes);
      if (!to.write(bytes)) from.pause();
    });
    to.on("drain", () => from.resume());
    from.on("close", () => to.destroy());
    from.on("error", () => to.destroy());
  }
}
