/**
 * One connection (BEP 29) as a byte stream.
 *
 *              STATE              FIN of the peer, all before it here
 *   connecting ------> open -----------------------------------------> lingering --> forgotten
 *        \              \---- close(): FIN, until it is acknowledged --> closing ---/
 *         \______________\___ reset, silence ____________________________________ /
 *
 * An accepted connection is open from the start: the multiplexer has seen that the peer is where it says it is.
 * Nothing is sent from within a call to the stream: packets leave when the multiplexer flushes, at the end of the
 * event loop's turn, and carry the acknowledgement of all that came in it.
 */
import type { Endpoint } from "../core/endpoint.ts";
import { NO_HANDLER } from "../core/no-handler.ts";
import type { ByteStream, Clock, StreamEnd, StreamHandler } from "../core/ports.ts";
import { Flight, type FlyingPacket, type PacketPool } from "./flight.ts";
import { Ledbat } from "./ledbat.ts";
import { PathMtu } from "./path-mtu.ts";
import { type ReorderBudget, ReorderBuffer } from "./reorder-buffer.ts";
import { RoundTrip } from "./round-trip.ts";
import { SendQueue } from "./send-queue.ts";
import { nextSequence, previousSequence, sequenceDistance } from "./sequence-number.ts";
import {
  CLOSING_MS,
  FIRST_WINDOW_PROBE_MS,
  HELD_OVERHEAD_BYTES,
  HIGH_WATER_BYTES,
  KEEP_ALIVE_MS,
  LINGER_MS,
  LOW_WATER_BYTES,
  MAX_FLIGHT_PACKETS,
  MAX_TIMEOUTS,
  MAX_WINDOW_PROBE_MS,
  RECEIVE_WINDOW_BYTES,
} from "./utp-config.ts";
import {
  HEADER_BYTES,
  ST_DATA,
  ST_FIN,
  ST_RESET,
  ST_STATE,
  ST_SYN,
  type UtpPacket,
  writePadding,
  writeSelectiveAck,
  writeUtpHeader,
} from "./utp-packet.ts";

/** What the connections of one socket share. */
export interface UtpTools {
  readonly clock: Clock;
  /** Where packets are put together; valid until the next one. */
  readonly scratch: Uint8Array;
  readonly pool: PacketPool;
  readonly reorderBudget: ReorderBudget;
  send(datagram: Uint8Array, to: Endpoint): void;
  /** Calls `flush` at the end of the turn. */
  flushSoon(connection: UtpConnection): void;
  /** The connection is over for good. */
  forget(connection: UtpConnection): void;
}

export interface UtpConnectionOptions {
  readonly remote: Endpoint;
  /** Id in the packets that we receive, and in those that we send. */
  readonly receiveId: number;
  readonly sendId: number;
  /** Number of our first packet. */
  readonly sequence: number;
}

export class UtpConnection implements ByteStream {
  readonly remote: Endpoint;
  readonly transport = "utp";
  readonly receiveId: number;
  readonly sendId: number;
  handler: StreamHandler = NO_HANDLER;
  readonly #tools: UtpTools;
  #state: "connecting" | "open" | "closing" | "lingering" | "forgotten" = "connecting";

  // Sending
  readonly #queue = new SendQueue();
  readonly #flight: Flight;
  readonly #congestion: Ledbat;
  readonly #roundTrip = new RoundTrip();
  readonly #mtu: PathMtu;
  #sequence: number;
  #peerWindowBytes = 0;
  #timeoutAtMs = Number.POSITIVE_INFINITY;
  #windowProbeAtMs = Number.POSITIVE_INFINITY;
  #windowProbeMs = FIRST_WINDOW_PROBE_MS;
  #lastSentMs: number;
  #owesWritable = false;

  // Receiving
  readonly #reordered: ReorderBuffer;
  /** In order, and not taken yet because reading is paused. */
  readonly #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Last number received in order. */
  #received = 0;
  /** Number of the peer's FIN. */
  #endSequence: number | undefined;
  /** What the peer's last packet took to come here, by both clocks. */
  #delayUs = 0;
  #owesAck = false;
  #isPaused = false;

  /** Attempts end, or the ended connection is forgotten, at this time. */
  #deadlineMs = Number.POSITIVE_INFINITY;
  isFlushDue = false;

  constructor(tools: UtpTools, options: UtpConnectionOptions) {
    this.#tools = tools;
    this.remote = options.remote;
    this.receiveId = options.receiveId;
    this.sendId = options.sendId;
    this.#sequence = options.sequence;
    this.#flight = new Flight(tools.pool);
    this.#reordered = new ReorderBuffer(tools.reorderBudget);
    this.#mtu = new PathMtu(options.remote.family);
    this.#congestion = new Ledbat(this.#mtu.datagramBytes - HEADER_BYTES);
    this.#lastSentMs = tools.clock.nowMs();
  }

  // ByteStream ---------------------------------------------------------------------------------------------------

  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  /** It has more to send than it may, because its packets wait about as long in queues as it tolerates, or longer. */
  get isHeldBack(): boolean {
    return this.#queue.queuedBytes > 0 && this.#congestion.isAtTarget;
  }

  write(bytes: Uint8Array, onSent?: () => void): boolean {
    if (this.#state !== "open" && this.#state !== "connecting") return false;
    this.#queue.push(bytes, onSent);
    if (this.#state === "open") this.#tools.flushSoon(this);
    if (this.#queue.queuedBytes < HIGH_WATER_BYTES) return true;
    this.#owesWritable = true;
    return false;
  }

  pauseReading(): void {
    this.#isPaused = true;
  }

  resumeReading(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.#heldBytes > 0) this.#tools.flushSoon(this);
  }

  close(): void {
    if (this.#state !== "open" && this.#state !== "connecting") return;
    const wasOpen = this.#state === "open";
    this.#state = wasOpen ? "closing" : "forgotten";
    this.#dropQueues();
    const { handler } = this;
    this.handler = NO_HANDLER;
    this.#tools.clock.setTimer(0, () => handler.onEnd("closed-by-us"));
    if (!wasOpen) {
      this.#tools.forget(this);
      return;
    }
    this.#deadlineMs = this.#tools.clock.nowMs() + CLOSING_MS;
    // At once: the socket may be closed before the turn ends.
    this.#transmit(this.#newPacket(ST_FIN));
  }

  // The multiplexer -----------------------------------------------------------------------------------------------

  /** Begins to connect; to be called once. */
  connect(timeoutMs: number): void {
    this.#deadlineMs = this.#tools.clock.nowMs() + timeoutMs;
    this.#transmit(this.#newPacket(ST_SYN));
  }

  /** Begins as one that was accepted: the peer's SYN had this number. */
  accepted(synSequence: number): void {
    this.#state = "open";
    this.#received = synSequence;
  }

  /** The system says that nothing reaches the peer. */
  unreachable(): void {
    if (this.#state === "connecting") this.#end("unreachable");
  }

  /** A packet with our id, from the peer's address. */
  receive(packet: UtpPacket, datagram: Uint8Array): void {
    if (this.#state === "forgotten") return;
    const nowMs = this.#tools.clock.nowMs();
    // Whoever acknowledges what was never sent, or was long ago, is not the peer.
    const age = sequenceDistance(packet.acknowledged, previousSequence(this.#sequence));
    if (age < 0 || age > 2 * MAX_FLIGHT_PACKETS) return;
    if (packet.type === ST_RESET) {
      this.#end(this.#state === "connecting" ? "refused" : "reset");
      return;
    }
    if (packet.type === ST_SYN || !this.#isOpenAfter(packet)) return;
    this.#delayUs = (nowMs * 1000 - packet.timestampUs) >>> 0;
    this.#peerWindowBytes = packet.windowBytes;
    this.#acknowledged(packet, nowMs);
    if (packet.type !== ST_STATE) this.#take(packet, datagram);
    if (this.#owesAck || this.#queue.queuedBytes > 0 || !this.#flight.isEmpty) this.#tools.flushSoon(this);
  }

  /** Sends what may be sent now, and the acknowledgement that is owed. */
  flush(): void {
    if (this.#state === "forgotten") return;
    this.#deliverHeld();
    if (this.#state !== "connecting") this.#sendWhatMayBeSent();
    if (this.#owesAck) this.#sendState();
    if (this.#owesWritable && this.#state === "open" && this.#queue.queuedBytes <= LOW_WATER_BYTES) {
      this.#owesWritable = false;
      this.handler.onWritable();
    }
  }

  /** Ten times a second: what is late. */
  tick(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) {
      this.#end("timeout");
      return;
    }
    if (nowMs >= this.#timeoutAtMs) this.#timedOut();
    if (this.#state === "open" && nowMs >= this.#windowProbeAtMs) this.#probeWindow(nowMs);
    if (this.#state === "open" && nowMs - this.#lastSentMs >= KEEP_ALIVE_MS) this.#sendState();
  }

  /** The socket is gone: ends without a word. */
  abandon(): void {
    this.#end("error");
  }

  // Receiving -----------------------------------------------------------------------------------------------------

  /** Whether the connection stands once `packet` is here: an answer to our SYN opens it. */
  #isOpenAfter(packet: UtpPacket): boolean {
    if (this.#state !== "connecting") return true;
    if (packet.acknowledged !== previousSequence(this.#sequence)) return false;
    this.#state = "open";
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    // The number in a STATE is that of the packet which comes next.
    this.#received = previousSequence(packet.sequence);
    this.handler.onOpen();
    return true;
  }

  #take(packet: UtpPacket, datagram: Uint8Array): void {
    this.#owesAck = true;
    const ahead = sequenceDistance(this.#received, packet.sequence);
    // Nobody reads any more, but the peer's own FIN is to be acknowledged.
    if (ahead === 1 && this.#state === "closing") this.#received = packet.sequence;
    if (ahead <= 0 || this.#state !== "open") return;
    if (packet.type === ST_FIN) this.#endSequence ??= packet.sequence;
    const payloadBytes = datagram.length - packet.payloadStart;
    if (ahead > 1) {
      const payload = datagram.subarray(packet.payloadStart);
      this.#reordered.keep(packet.sequence, payload, this.#received, this.#windowBytes());
      return;
    }
    // A window that is full is no reason to forget what fits it by the peer's knowledge of a moment ago.
    if (payloadBytes > this.#windowBytes() && this.#heldBytes > 0) return;
    this.#received = packet.sequence;
    this.#deliver(datagram, packet.payloadStart, datagram.length);
    this.#takeReordered();
  }

  #takeReordered(): void {
    for (;;) {
      if (this.#state !== "open") return;
      if (this.#received === this.#endSequence) {
        this.#ended();
        return;
      }
      const next = this.#reordered.take(nextSequence(this.#received));
      if (next === undefined) return;
      this.#received = nextSequence(this.#received);
      this.#deliver(next, 0, next.length);
    }
  }

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (!this.#isPaused && this.#heldBytes === 0) this.handler.onBytes(bytes, start, end);
    else {
      // Not `slice`, which copies nothing where it is Node's.
      this.#held.push(new Uint8Array(bytes.subarray(start, end)));
      this.#heldBytes += end - start;
    }
  }

  #deliverHeld(): void {
    if (this.#isPaused || this.#heldBytes === 0) return;
    while (!this.#isPaused) {
      const bytes = this.#held.shift();
      if (bytes === undefined) break;
      this.#heldBytes -= bytes.length;
      this.handler.onBytes(bytes, 0, bytes.length);
    }
    // The peer may wait for room.
    if (this.#state === "open") this.#owesAck = true;
    if (this.#heldBytes === 0 && this.#received === this.#endSequence && this.#state === "open")
      this.#ended();
  }

  /** The peer's FIN and all before it are here: said once everything is delivered. */
  #ended(): void {
    if (this.#heldBytes > 0) return;
    this.#sendState();
    this.#state = "lingering";
    this.#deadlineMs = this.#tools.clock.nowMs() + LINGER_MS;
    this.#dropQueues();
    this.#flight.clear();
    this.#timeoutAtMs = Number.POSITIVE_INFINITY;
    this.#tellEnd("closed-by-peer");
  }

  /** Payload that the peer may still send. */
  #windowBytes(): number {
    const heldBytes = this.#heldBytes + HELD_OVERHEAD_BYTES * this.#held.length;
    return Math.max(0, RECEIVE_WINDOW_BYTES - heldBytes - this.#reordered.heldBytes);
  }

  // Sending -------------------------------------------------------------------------------------------------------

  #acknowledged(packet: UtpPacket, nowMs: number): void {
    const flightBytes = this.#flight.bytes;
    const { acknowledged, selectiveAck } = packet;
    const wasEmpty = this.#flight.isEmpty;
    const news = this.#flight.acknowledge(acknowledged, selectiveAck, nowMs);
    if (news.roundTripMs !== undefined) this.#roundTrip.add(news.roundTripMs);
    if (news.arrivedProbeBytes > 0) {
      this.#mtu.arrived(news.arrivedProbeBytes);
      this.#congestion.setPacketBytes(this.#payloadBytes());
    }
    if (news.lostProbeBytes > 0) this.#mtu.lost(news.lostProbeBytes);
    if (news.packets > 0) {
      if (packet.delayUs !== 0) this.#congestion.delayed(packet.delayUs, nowMs);
      this.#roundTrip.answered();
      this.#timeoutAtMs = this.#flight.isEmpty ? Number.POSITIVE_INFINITY : nowMs + this.#roundTrip.timeoutMs;
      this.#congestion.acknowledged(news.bytes, flightBytes);
    } else if (!wasEmpty && packet.type === ST_STATE && selectiveAck === undefined && this.#flight.repeated())
      this.#congestion.lost();
    if (news.isCongested) this.#congestion.lost();
    this.#noteClosedWindow();
    if (this.#state === "closing" && this.#flight.isEmpty) this.#forget();
  }

  /** A peer that has no room and says so is alive, however often it is asked. */
  #noteClosedWindow(): void {
    const { oldest } = this.#flight;
    if (oldest === undefined) this.#windowProbeMs = FIRST_WINDOW_PROBE_MS;
    else if (oldest.payloadBytes > this.#peerWindowBytes) this.#roundTrip.timeouts = 0;
  }

  #payloadBytes(): number {
    return this.#mtu.datagramBytes - HEADER_BYTES;
  }

  #sendWhatMayBeSent(): void {
    for (;;) {
      const lost = this.#flight.nextLost();
      if (lost !== undefined) {
        if (!this.#hasRoomFor(lost.payloadBytes)) return;
        this.#transmit(lost);
        continue;
      }
      const bytes = Math.min(this.#payloadBytes(), this.#queue.queuedBytes);
      if (bytes === 0 || this.#state !== "open") return;
      if (this.#flight.count >= MAX_FLIGHT_PACKETS) return;
      if (!this.#hasRoomFor(bytes)) {
        if (this.#flight.isEmpty && this.#windowProbeAtMs === Number.POSITIVE_INFINITY)
          this.#windowProbeAtMs = this.#tools.clock.nowMs() + this.#windowProbeMs;
        return;
      }
      this.#sendData();
    }
  }

  /** One packet may be under way at any window of ours, but none beyond the peer's. */
  #hasRoomFor(bytes: number): boolean {
    const after = this.#flight.bytes + bytes;
    if (after > this.#peerWindowBytes) return false;
    return after <= this.#congestion.windowBytes || this.#flight.bytes === 0;
  }

  /** The next bytes of the queue as a packet. */
  #sendData(): void {
    this.#windowProbeAtMs = Number.POSITIVE_INFINITY;
    const packet = this.#newPacket(ST_DATA);
    packet.payloadBytes = this.#queue.take(packet.buffer.subarray(0, this.#payloadBytes()));
    // A probe tells something only where acknowledgements of later packets show that it alone was lost.
    if (this.#flight.bytes > 0) packet.probeBytes = this.#mtu.beginProbe() ?? 0;
    if (this.#state === "open") this.#transmit(packet);
  }

  #newPacket(type: number): FlyingPacket {
    const packet = this.#flight.add(type, this.#sequence);
    this.#sequence = nextSequence(this.#sequence);
    return packet;
  }

  #transmit(packet: FlyingPacket): void {
    const nowMs = this.#tools.clock.nowMs();
    const { scratch } = this.#tools;
    // Only the SYN carries the id that we receive.
    const id = packet.type === ST_SYN ? this.receiveId : this.sendId;
    let end = this.#writeHeader(packet.type, id, packet.sequence, nowMs);
    if (packet.probeBytes > 0)
      end = writePadding(scratch, end, packet.probeBytes - end - packet.payloadBytes);
    scratch.set(packet.buffer.subarray(0, packet.payloadBytes), end);
    this.#flight.sent(packet, nowMs);
    if (this.#timeoutAtMs === Number.POSITIVE_INFINITY) this.#timeoutAtMs = nowMs + this.#roundTrip.timeoutMs;
    // What is missing can only be named in a STATE.
    if (this.#reordered.isEmpty) this.#owesAck = false;
    this.#leave(end + packet.payloadBytes, nowMs);
  }

  #sendState(): void {
    const nowMs = this.#tools.clock.nowMs();
    this.#owesAck = false;
    let end = this.#writeHeader(ST_STATE, this.sendId, this.#sequence, nowMs);
    const bits = this.#reordered.selectiveAck(this.#received);
    if (bits !== undefined) end = writeSelectiveAck(this.#tools.scratch, end, bits);
    this.#leave(end, nowMs);
  }

  #writeHeader(type: number, connectionId: number, sequence: number, nowMs: number): number {
    return writeUtpHeader(this.#tools.scratch, {
      type,
      connectionId,
      timestampUs: (nowMs * 1000) >>> 0,
      delayUs: this.#delayUs,
      windowBytes: this.#windowBytes(),
      sequence,
      acknowledged: this.#received,
    });
  }

  #leave(datagramBytes: number, nowMs: number): void {
    this.#lastSentMs = nowMs;
    this.#tools.send(this.#tools.scratch.subarray(0, datagramBytes), this.remote);
  }

  #timedOut(): void {
    const { oldest } = this.#flight;
    this.#timeoutAtMs = Number.POSITIVE_INFINITY;
    if (oldest === undefined) return;
    // A SYN is repeated until the time for connecting is over.
    if (this.#state !== "connecting" && this.#roundTrip.timeouts >= MAX_TIMEOUTS) {
      this.#end("timeout");
      return;
    }
    this.#roundTrip.timedOut();
    const probeBytes = this.#flight.loseAll();
    if (probeBytes > 0) this.#mtu.lost(probeBytes);
    this.#congestion.timedOut();
    this.#transmit(oldest);
  }

  /** The window was closed: one packet asks whether it still is, in case the answer that opened it got lost. */
  #probeWindow(nowMs: number): void {
    this.#windowProbeMs = Math.min(MAX_WINDOW_PROBE_MS, 2 * this.#windowProbeMs);
    this.#windowProbeAtMs = nowMs + this.#windowProbeMs;
    if (this.#flight.isEmpty && this.#queue.queuedBytes > 0) this.#sendData();
  }

  // The end -------------------------------------------------------------------------------------------------------

  /** Nothing more is sent or received, and the handler is told. */
  #end(reason: StreamEnd): void {
    if (this.#state === "forgotten") return;
    this.#forget();
    this.#tellEnd(reason);
  }

  #forget(): void {
    this.#state = "forgotten";
    this.#dropQueues();
    this.#flight.clear();
    this.#tools.forget(this);
  }

  #dropQueues(): void {
    this.#queue.clear();
    this.#reordered.clear();
    this.#held.length = 0;
    this.#heldBytes = 0;
  }

  /** Once; after `close` nobody listens. */
  #tellEnd(reason: StreamEnd): void {
    const { handler } = this;
    this.handler = NO_HANDLER;
    handler.onEnd(reason);
  }
}
