/**
 * Packets that were sent and are not acknowledged, oldest first. Each transmission has a number of its own: a packet is
 * lost when one that was sent three transmissions later has arrived (RFC 9002, 6.1.1), which finds lost repetitions too.
 */
import { sequenceDistance } from "./sequence-number.ts";
import { MAX_PAYLOAD_BYTES, MAX_SPARE_PACKETS, REORDERING_PACKETS } from "./utp-config.ts";

/** Used again and again: a packet a transmission would keep the garbage collector busy. */
export class FlyingPacket {
  type = 0;
  sequence = 0;
  readonly buffer: Uint8Array = new Uint8Array(MAX_PAYLOAD_BYTES);
  /** Bytes of `buffer` that are payload. */
  payloadBytes = 0;
  /** Size of the datagram of the present transmission where it probes the path; 0 = it does not. */
  probeBytes = 0;
  transmissions = 0;
  /** Number of its last transmission. */
  order = 0;
  sentAtMs = 0;
  /** `lost` is also what is not sent yet. */
  state: "flying" | "lost" | "arrived" = "lost";
}

/** Packets that wait to be used again, shared by all connections. */
export class PacketPool {
  readonly #spare: FlyingPacket[] = [];

  acquire(type: number, sequence: number): FlyingPacket {
    const packet = this.#spare.pop() ?? new FlyingPacket();
    packet.type = type;
    packet.sequence = sequence;
    packet.payloadBytes = 0;
    packet.probeBytes = 0;
    packet.transmissions = 0;
    packet.state = "lost";
    return packet;
  }

  release(packet: FlyingPacket): void {
    if (this.#spare.length < MAX_SPARE_PACKETS) this.#spare.push(packet);
  }
}

/** What one acknowledgement brought. */
export interface Acknowledgement {
  /** Payload that is known to have arrived, for the first time. */
  bytes: number;
  /** Packets, those without payload included. */
  packets: number;
  /** Round trip of the newest packet that was sent once; undefined: none. */
  roundTripMs: number | undefined;
  /** Something was lost since the window was cut the last time. */
  isCongested: boolean;
  /** Datagram sizes that arrived or got lost as probes; 0 = none. */
  arrivedProbeBytes: number;
  lostProbeBytes: number;
}

export class Flight {
  readonly #pool: PacketPool;
  readonly #packets: FlyingPacket[] = [];
  /** Packets before this index need not be sent again. */
  #resendFrom = 0;
  #order = 0;
  #highestArrived = 0;
  /** Loss of transmissions up to this number was answered by a smaller window. */
  #cutOrder = 0;
  #duplicates = 0;
  /** Payload under way: neither acknowledged nor given up for lost. */
  bytes = 0;

  constructor(pool: PacketPool) {
    this.#pool = pool;
  }

  /** Packets that wait for an acknowledgement, and those before them that came out of order. */
  get count(): number {
    return this.#packets.length;
  }

  /** Nothing waits for an acknowledgement. */
  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  get oldest(): FlyingPacket | undefined {
    return this.#packets[0];
  }

  /** A packet that is about to be sent for the first time; its payload is still to be filled in. */
  add(type: number, sequence: number): FlyingPacket {
    const packet = this.#pool.acquire(type, sequence);
    this.#packets.push(packet);
    return packet;
  }

  /** `packet` leaves now. */
  sent(packet: FlyingPacket, nowMs: number): void {
    packet.state = "flying";
    packet.transmissions++;
    packet.order = ++this.#order;
    packet.sentAtMs = nowMs;
    this.bytes += packet.payloadBytes;
  }

  /** The oldest packet that is to be sent again. */
  nextLost(): FlyingPacket | undefined {
    for (; this.#resendFrom < this.#packets.length; this.#resendFrom++) {
      const packet = this.#packets[this.#resendFrom] as FlyingPacket;
      if (packet.state === "lost") return packet;
    }
    return undefined;
  }

  /** Everything up to `last` has arrived, and what `selective` names (BEP 29). */
  acknowledge(last: number, selective: Uint8Array | undefined, nowMs: number): Acknowledgement {
    const outcome: Acknowledgement = {
      bytes: 0,
      packets: 0,
      roundTripMs: undefined,
      isCongested: false,
      arrivedProbeBytes: 0,
      lostProbeBytes: 0,
    };
    const first = this.#packets[0];
    if (first === undefined) return outcome;
    const cumulative = Math.min(this.#packets.length, sequenceDistance(first.sequence, last) + 1);
    for (let i = 0; i < cumulative; i++) this.#arrived(this.#packets[i] as FlyingPacket, outcome, nowMs);
    if (cumulative > 0) {
      for (const packet of this.#packets.splice(0, cumulative)) this.#pool.release(packet);
      this.#resendFrom = Math.max(0, this.#resendFrom - cumulative);
      this.#duplicates = 0;
    }
    if (selective !== undefined) {
      this.#markSelected(last, selective, outcome, nowMs);
      this.#findLost(outcome);
    }
    return outcome;
  }

  /**
   * The peer says again what it said before, and names nothing: after three times the packet it waits for is lost (as
   * in TCP without selective acknowledgements). Answers whether that was found now.
   */
  repeated(): boolean {
    const [oldest] = this.#packets;
    if (++this.#duplicates !== REORDERING_PACKETS || oldest === undefined) return false;
    if (oldest.state !== "flying" || oldest.transmissions > 1 || oldest.probeBytes > 0) return false;
    this.#lose(oldest);
    this.#resendFrom = 0;
    this.#cutOrder = this.#order;
    return true;
  }

  /** Nothing came back in time: all of it is taken for lost. Answers the size of a probe among it; 0 = none. */
  loseAll(): number {
    let probeBytes = 0;
    for (const packet of this.#packets) {
      if (packet.state !== "flying") continue;
      probeBytes = Math.max(probeBytes, packet.probeBytes);
      this.#lose(packet);
    }
    this.#resendFrom = 0;
    this.#duplicates = 0;
    this.#cutOrder = this.#order;
    return probeBytes;
  }

  clear(): void {
    for (const packet of this.#packets) this.#pool.release(packet);
    this.#packets.length = 0;
    this.#resendFrom = 0;
    this.bytes = 0;
  }

  #arrived(packet: FlyingPacket, outcome: Acknowledgement, nowMs: number): void {
    if (packet.state === "arrived") return;
    if (packet.state === "flying") this.bytes -= packet.payloadBytes;
    packet.state = "arrived";
    outcome.packets++;
    outcome.bytes += packet.payloadBytes;
    if (packet.transmissions === 1) outcome.roundTripMs = nowMs - packet.sentAtMs;
    if (packet.probeBytes > 0) outcome.arrivedProbeBytes = packet.probeBytes;
    this.#highestArrived = Math.max(this.#highestArrived, packet.order);
  }

  #markSelected(last: number, selective: Uint8Array, outcome: Acknowledgement, nowMs: number): void {
    const first = this.#packets[0];
    if (first === undefined) return;
    // Bit 0 stands for the packet after the missing one.
    const offset = sequenceDistance(first.sequence, last) + 2;
    for (let i = 0; i < selective.length; i++) {
      for (let bits = selective[i] as number, bit = 8 * i; bits !== 0; bits >>>= 1, bit++) {
        const packet = (bits & 1) === 0 ? undefined : this.#packets[offset + bit];
        if (packet !== undefined) this.#arrived(packet, outcome, nowMs);
      }
    }
  }

  #findLost(outcome: Acknowledgement): void {
    for (let i = 0; i < this.#packets.length; i++) {
      const packet = this.#packets[i] as FlyingPacket;
      if (packet.state !== "flying" || packet.order + REORDERING_PACKETS > this.#highestArrived) continue;
      if (packet.probeBytes > 0) outcome.lostProbeBytes = packet.probeBytes;
      else if (packet.order > this.#cutOrder) outcome.isCongested = true;
      this.#lose(packet);
      this.#resendFrom = Math.min(this.#resendFrom, i);
    }
    if (outcome.isCongested) this.#cutOrder = this.#order;
  }

  #lose(packet: FlyingPacket): void {
    packet.state = "lost";
    packet.probeBytes = 0;
    this.bytes -= packet.payloadBytes;
  }
}
