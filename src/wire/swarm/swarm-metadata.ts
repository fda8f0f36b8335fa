/** Fetches the info dictionary from peers and serves it to them (BEP 9), over extended messages (BEP 10). */
import type { PeerConnection } from "../peer/peer-connection.ts";
import { extendedMessage } from "../protocol/message-encoder.ts";
import {
  decodeMetadataMessage,
  encodeMetadataData,
  encodeMetadataReject,
  encodeMetadataRequest,
  type MetadataMessage,
} from "../protocol/ut-metadata.ts";
import { MetadataExchange, type MetadataOutcome, MetadataServer } from "./metadata-exchange.ts";
import type { SwarmContext } from "./swarm-context.ts";

/** PA14: answers to questions that we never asked, before the peer is dropped. */
const MAX_UNREQUESTED = 16;

export class SwarmMetadata {
  readonly #swarm: SwarmContext;
  readonly #onComplete: (rawInfo: Uint8Array) => void;
  #exchange: MetadataExchange | undefined;
  #server: MetadataServer | undefined;
  #lastDataMs: number | undefined;

  /** `onComplete` is called with metadata whose SHA-1 is the info-hash. */
  constructor(swarm: SwarmContext, onComplete: (rawInfo: Uint8Array) => void) {
    this.#swarm = swarm;
    this.#onComplete = onComplete;
    this.#exchange = new MetadataExchange({ infoHash: swarm.infoHash, random: swarm.shared.random });
  }

  /** Verified and served. */
  get isKnown(): boolean {
    return this.#server !== undefined;
  }

  get sizeBytes(): number | undefined {
    return this.#server?.sizeBytes ?? this.#exchange?.likelySizeBytes;
  }

  get progressRatio(): number {
    return this.isKnown ? 1 : (this.#exchange?.progressRatio ?? 0);
  }

  /** Since the last block of it arrived; undefined before the first, and once it is complete. */
  get idleMs(): number | undefined {
    if (this.isKnown || this.#lastDataMs === undefined) return undefined;
    return this.#swarm.shared.turns.nowMs - this.#lastDataMs;
  }

  /** The metadata is known from elsewhere (a `.torrent` file); it is served from now on. */
  provide(rawInfo: Uint8Array): void {
    if (this.isKnown) return;
    this.#server = new MetadataServer(rawInfo);
    this.#exchange = undefined;
  }

  /** The peer says that it has metadata of this length. */
  offered(peer: PeerConnection, sizeBytes: number): void {
    peer.offersMetadata = true;
    if (this.#exchange?.peerOffers(peer.slot, peer.party, sizeBytes) === true) this.#ask(peer);
  }

  /** Body of a ut_metadata message. */
  received(peer: PeerConnection, body: Uint8Array): void {
    const message = decodeMetadataMessage(body);
    if (!message.ok) peer.close("protocol-error", `ut_metadata: ${message.fault.message}`);
    else this.#handle(peer, message.value);
  }

  #handle(peer: PeerConnection, message: MetadataMessage): void {
    const { nowMs } = this.#swarm.shared.turns;
    switch (message.kind) {
      case "request":
        this.#serve(peer, message.block);
        break;
      case "data":
        this.#data(peer, message, nowMs);
        break;
      case "reject":
        this.#exchange?.rejected(peer.slot, message.block, nowMs);
        break;
      case "unknown":
        break;
    }
  }

  #data(peer: PeerConnection, message: MetadataMessage & { kind: "data" }, nowMs: number): void {
    const outcome = this.#exchange?.data(
      peer.slot,
      message.block,
      message.totalBytes,
      message.payload,
      nowMs,
    );
    if (outcome !== undefined) this.#act(peer, outcome);
  }

  #act(peer: PeerConnection, outcome: MetadataOutcome): void {
    switch (outcome.kind) {
      case "accepted":
        this.#lastDataMs = this.#swarm.shared.turns.nowMs;
        this.#ask(peer);
        break;
      case "complete":
        for (const party of outcome.liars) this.#swarm.banParty(party, "sent wrong metadata");
        this.provide(outcome.rawInfo);
        this.#onComplete(outcome.rawInfo);
        break;
      case "poisoned":
        for (const party of outcome.ban) this.#swarm.banParty(party, "sent wrong metadata");
        this.#swarm.tell({ type: "metadata-rejected" });
        break;
      case "unrequested":
        if (++peer.unrequestedMetadata > MAX_UNREQUESTED)
          peer.close("protocol-error", "sent metadata that nobody asked for");
        break;
      case "malformed":
        peer.close("protocol-error", "sent metadata of a wrong length");
        break;
    }
  }

  #serve(peer: PeerConnection, block: number): void {
    if (peer.utMetadataId === 0) return;
    const server = this.#server;
    const payload = server?.serve(peer.slot, block, this.#swarm.shared.turns.nowMs);
    const body =
      server === undefined || payload === undefined
        ? encodeMetadataReject(block)
        : encodeMetadataData(block, server.sizeBytes, payload);
    peer.outbox.write(extendedMessage(peer.utMetadataId, body));
  }

  #ask(peer: PeerConnection): void {
    const exchange = this.#exchange;
    if (exchange === undefined || peer.utMetadataId === 0 || peer.isClosed) return;
    const { nowMs } = this.#swarm.shared.turns;
    for (let block = exchange.ask(peer.slot, nowMs); block >= 0; block = exchange.ask(peer.slot, nowMs))
      peer.outbox.write(extendedMessage(peer.utMetadataId, encodeMetadataRequest(block)));
  }

  left(peer: PeerConnection): void {
    this.#exchange?.peerLeft(peer.slot);
    this.#server?.peerLeft(peer.slot);
  }

  /** About once a second: gives up requests that were not answered and asks others. */
  second(): void {
    if (this.#exchange === undefined) return;
    this.#exchange.tick(this.#swarm.shared.turns.nowMs);
    for (const peer of this.#swarm.roster.connected) this.#ask(peer);
  }
}
