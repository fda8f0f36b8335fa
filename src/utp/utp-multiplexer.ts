/**
 * All uTP connections of one datagram socket: finds the connection that a packet belongs to, dials, accepts, and keeps
 * their time. The socket is shared with the DHT; its owner hands over every datagram that is not KRPC.
 *
 * A source address can be forged, so nobody is answered with more than came (threats W9): a SYN gets one STATE of the
 * same 20 bytes, never repeated by itself, and the connection begins to exist for its user when a packet has come that
 * acknowledges the random number of that STATE.
 */
import { type Endpoint, formatEndpoint } from "../core/endpoint.ts";
import type {
  ByteStream,
  Clock,
  DatagramSocket,
  Random,
  StreamDialer,
  StreamHandler,
  StreamListener,
} from "../core/ports.ts";
import { PacketPool } from "./flight.ts";
import { nextSequence, previousSequence } from "./sequence-number.ts";
import {
  HALF_OPEN_MS,
  MAX_CONNECTIONS,
  MAX_DATAGRAM_BYTES,
  MAX_HALF_OPEN,
  MAX_RESETS_PER_SECOND,
  RECEIVE_WINDOW_BYTES,
  TICK_MS,
} from "./utp-config.ts";
import { UtpConnection, type UtpTools } from "./utp-connection.ts";
import {
  decodeUtpPacket,
  ST_DATA,
  ST_FIN,
  ST_RESET,
  ST_STATE,
  ST_SYN,
  type UtpHeader,
  type UtpPacket,
  writeUtpHeader,
} from "./utp-packet.ts";

export interface UtpMultiplexerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly socket: DatagramSocket;
}

/** A SYN that was answered. */
interface HalfOpen {
  /** Number of our STATE, and of the SYN. */
  readonly sequence: number;
  readonly synSequence: number;
  readonly atMs: number;
}

const SECOND_MS = 1_000;

export class UtpMultiplexer implements StreamDialer, StreamListener {
  readonly local: Endpoint;
  /** Until the session takes over, connections are turned away. */
  onConnection: (stream: ByteStream) => void = (stream) => stream.close();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #socket: DatagramSocket;
  readonly #tools: UtpTools;
  /** By the id that their packets carry; two remote ends may have chosen the same. */
  readonly #connections = new Map<number, UtpConnection[]>();
  #count = 0;
  /** By address and id of the SYN, oldest first. */
  readonly #halfOpen = new Map<string, HalfOpen>();
  #toFlush: UtpConnection[] = [];
  #ticker: Disposable | undefined;
  #lastTickMs = 0;
  #resetsSinceMs = 0;
  #resets = 0;
  #isClosed = false;

  constructor({ clock, random, socket }: UtpMultiplexerOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#socket = socket;
    this.local = socket.local;
    this.#tools = {
      clock,
      scratch: new Uint8Array(MAX_DATAGRAM_BYTES[4]),
      pool: new PacketPool(),
      reorderBudget: { usedBytes: 0 },
      send: (datagram, to) => socket.send(datagram, to),
      flushSoon: (connection) => this.#flushSoon(connection),
      forget: (connection) => this.#remove(connection),
    };
  }

  /** Some connection has more to send than it may, because a queue on the way is as long as it tolerates. */
  get isHeldBack(): boolean {
    for (const connection of this.#all()) if (connection.isHeldBack) return true;
    return false;
  }

  dial(to: Endpoint, handler: StreamHandler, timeoutMs: number): ByteStream {
    const receiveId = this.#freeId(to);
    const sequence = this.#random.integer(0x1_0000);
    const connection = new UtpConnection(this.#tools, {
      remote: to,
      receiveId,
      sendId: nextSequence(receiveId),
      sequence,
    });
    connection.handler = handler;
    const mayDial = !this.#isClosed && to.port !== 0 && to.family === this.local.family;
    if (mayDial && this.#count < MAX_CONNECTIONS) {
      this.#add(connection);
      connection.connect(timeoutMs);
    } else this.#clock.setTimer(0, () => connection.unreachable());
    return connection;
  }

  /** A datagram of the socket that is not the DHT's; whatever it is, it does no harm. */
  handleDatagram(datagram: Uint8Array, from: Endpoint): void {
    const packet = decodeUtpPacket(datagram);
    if (packet === undefined || this.#isClosed) return;
    const connection = this.#find(packet.connectionId, from);
    if (packet.type === ST_SYN) this.#answerSyn(packet, from);
    else if (connection !== undefined) connection.receive(packet, datagram);
    else if (packet.type === ST_RESET)
      this.#findForReset(packet.connectionId, from)?.receive(packet, datagram);
    else if (packet.type === ST_DATA) this.#accept(packet, datagram, from);
    else if (packet.type === ST_FIN) this.#reset(packet, from);
  }

  /** The system says that nothing reaches `to`: attempts end there. */
  handleUnreachable(to: Endpoint): void {
    for (const connection of [...this.#all()]) if (isSame(connection.remote, to)) connection.unreachable();
  }

  /** Ends every connection; those that were closed before have said so to their peers. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const connection of [...this.#all()]) connection.abandon();
    this.#halfOpen.clear();
    this.#ticker?.[Symbol.dispose]();
  }

  // Arrivals ------------------------------------------------------------------------------------------------------

  /** A STATE of our own random number, and nothing else until the peer has shown that it received it. */
  #answerSyn(packet: UtpPacket, from: Endpoint): void {
    const key = halfOpenKey(from, packet.connectionId);
    // Another one than that which a connection came from may have the same id; a repeated one changes nothing.
    if (this.#find(nextSequence(packet.connectionId), from) !== undefined) return;
    const nowMs = this.#clock.nowMs();
    const sequence = this.#halfOpen.get(key)?.sequence ?? this.#random.integer(0x1_0000);
    this.#halfOpen.delete(key);
    this.#halfOpen.set(key, { sequence, synSequence: packet.sequence, atMs: nowMs });
    this.#dropOldHalfOpen(nowMs);
    this.#sendHeader(from, {
      type: ST_STATE,
      connectionId: packet.connectionId,
      timestampUs: (nowMs * 1000) >>> 0,
      delayUs: (nowMs * 1000 - packet.timestampUs) >>> 0,
      windowBytes: RECEIVE_WINDOW_BYTES,
      sequence,
      acknowledged: packet.sequence,
    });
  }

  #dropOldHalfOpen(nowMs: number): void {
    for (const [key, { atMs }] of this.#halfOpen) {
      if (this.#halfOpen.size <= MAX_HALF_OPEN && nowMs - atMs < HALF_OPEN_MS) return;
      this.#halfOpen.delete(key);
    }
  }

  /** First data of somebody who may have sent a SYN: it is a connection where it knows the number we chose. */
  #accept(packet: UtpPacket, datagram: Uint8Array, from: Endpoint): void {
    const synId = previousSequence(packet.connectionId);
    const key = halfOpenKey(from, synId);
    const halfOpen = this.#halfOpen.get(key);
    if (halfOpen === undefined || this.#count >= MAX_CONNECTIONS) {
      this.#reset(packet, from);
      return;
    }
    // Most take the number of a STATE for that of the packet which comes next, some for one that is used up.
    const { acknowledged } = packet;
    if (acknowledged !== previousSequence(halfOpen.sequence) && acknowledged !== halfOpen.sequence) return;
    this.#halfOpen.delete(key);
    const connection = new UtpConnection(this.#tools, {
      remote: from,
      receiveId: packet.connectionId,
      sendId: synId,
      sequence: nextSequence(acknowledged),
    });
    connection.accepted(halfOpen.synSequence);
    this.#add(connection);
    this.onConnection(connection);
    connection.receive(packet, datagram);
  }

  /** Tells somebody that we know nothing of its connection; no larger than what it sent, and not often. */
  #reset(packet: UtpPacket, to: Endpoint): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#resetsSinceMs >= SECOND_MS) {
      this.#resetsSinceMs = nowMs;
      this.#resets = 0;
    }
    if (++this.#resets > MAX_RESETS_PER_SECOND) return;
    this.#sendHeader(to, {
      type: ST_RESET,
      // As libutp: the id of the packet itself, which is that of the other direction.
      connectionId: packet.connectionId,
      timestampUs: (nowMs * 1000) >>> 0,
      delayUs: 0,
      windowBytes: 0,
      sequence: this.#random.integer(0x1_0000),
      acknowledged: packet.sequence,
    });
  }

  #sendHeader(to: Endpoint, header: UtpHeader): void {
    const end = writeUtpHeader(this.#tools.scratch, header);
    this.#socket.send(this.#tools.scratch.subarray(0, end), to);
  }

  // Who there is --------------------------------------------------------------------------------------------------

  #find(receiveId: number, remote: Endpoint): UtpConnection | undefined {
    return this.#connections.get(receiveId)?.find((connection) => isSame(connection.remote, remote));
  }

  /** A reset may carry the id that we send with: one more or less than that which we receive. */
  #findForReset(id: number, remote: Endpoint): UtpConnection | undefined {
    const candidates = [nextSequence(id), previousSequence(id)];
    return candidates
      .map((receiveId) => this.#find(receiveId, remote))
      .find((connection) => connection?.sendId === id);
  }

  #freeId(remote: Endpoint): number {
    for (;;) {
      const id = this.#random.integer(0x1_0000);
      if (this.#find(id, remote) === undefined) return id;
    }
  }

  #add(connection: UtpConnection): void {
    const same = this.#connections.get(connection.receiveId);
    if (same === undefined) this.#connections.set(connection.receiveId, [connection]);
    else same.push(connection);
    this.#count++;
    if (this.#ticker !== undefined) return;
    this.#lastTickMs = this.#clock.nowMs();
    this.#armTicker();
  }

  #remove(connection: UtpConnection): void {
    const same = this.#connections.get(connection.receiveId) ?? [];
    const others = same.filter((other) => other !== connection);
    if (others.length === same.length) return;
    this.#count--;
    if (others.length === 0) this.#connections.delete(connection.receiveId);
    else this.#connections.set(connection.receiveId, others);
  }

  *#all(): Generator<UtpConnection> {
    for (const same of this.#connections.values()) yield* same;
  }

  // Time ----------------------------------------------------------------------------------------------------------

  /** What one turn of the event loop received is answered in one go at its end. */
  #flushSoon(connection: UtpConnection): void {
    if (connection.isFlushDue) return;
    connection.isFlushDue = true;
    if (this.#toFlush.push(connection) === 1) this.#clock.setTimer(0, () => this.#flush());
  }

  #flush(): void {
    const due = this.#toFlush;
    this.#toFlush = [];
    if (this.#isClosed) return;
    for (const connection of due) {
      connection.isFlushDue = false;
      connection.flush();
    }
  }

  /** Runs while there is anything to look after. */
  #armTicker(): void {
    this.#ticker = this.#clock.setTimer(TICK_MS, () => {
      this.#ticker = undefined;
      this.#tick();
      if (this.#count > 0 && !this.#isClosed && this.#ticker === undefined) this.#armTicker();
    });
  }

  #tick(): void {
    const nowMs = this.#clock.nowMs();
    // A thread that was held up has answers waiting in its socket: they are read before anything counts as late.
    const wasHeldUp = nowMs - this.#lastTickMs > 2 * TICK_MS;
    this.#lastTickMs = nowMs;
    if (wasHeldUp) return;
    for (const connection of [...this.#all()]) connection.tick(nowMs);
  }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.host === b.host;
}

function halfOpenKey(from: Endpoint, id: number): string {
  return `${id} ${formatEndpoint(from)}`;
}
