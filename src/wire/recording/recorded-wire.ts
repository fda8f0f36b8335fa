/**
 * A wire engine whose inputs are recorded: everything that reaches it through its ports and its doors, so that the same
 * engine can be run again without the world and comes to the same states. Names, addresses and payload stay out; what the engine
 * itself sees is not changed, but that it neither grants nor uses pieces of the allowed fast set (BEP 6).
 */
import { latin1Text, toHex } from "../../core/bytes.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { ByteStream } from "../../core/ports.ts";
import { ConnectionSecurity } from "../encryption/connection-security.ts";
import { makePeerId } from "../protocol/peer-id.ts";
import type { SavedBan } from "../swarm/ban-list.ts";
import { canonicalRanking } from "../swarm/peer-priority.ts";
import type { Swarm, SwarmOptions } from "../swarm/swarm.ts";
import { DEFAULT_WIRE_CONFIG, type WireConfig } from "../wire-config.ts";
import { type Wire, WireEngine, type WireEngineOptions, type WireLimits } from "../wire-engine.ts";
import type { SwarmEvent, WireEvent } from "../wire-events.ts";
import type { OutsideView } from "../wire-shared.ts";
import type { WireView } from "../wire-view.ts";
import { AddressMask } from "./address-mask.ts";
import { type ContentMasks, metadataVersion, type RecordedTorrent } from "./content-recorder.ts";
import { IdentityMask } from "./identity-mask.ts";
import { OutputDigest } from "./output-digest.ts";
import { RankingMask } from "./ranking-mask.ts";
import * as kinds from "./record-kinds.ts";
import { type EngineCommand, maskedOutside, type RecordedSwarm, slabBytesOf } from "./recorded-commands.ts";
import {
  recordedClock,
  recordedFlag,
  recordedRandom,
  recordedSlabs,
  recordedStorage,
} from "./recorded-ports.ts";
import { RecordedStreams } from "./recorded-streams.ts";
import { RecordingSwarm } from "./recorded-swarm.ts";
import { Recording, type RecordingSink } from "./recording.ts";
import { wireState } from "./wire-state.ts";

/** So often a recording says what the engine shows, for a replay to be compared with. */
const STATE_INTERVAL_MS = 10_000;
/** BEP 9: blocks that metadata is asked for in. */
export const METADATA_BLOCK_BYTES = 16_384;

export interface RecordingOptions {
  readonly sink: RecordingSink;
  /** The recording ends before it grows beyond this. */
  readonly limitBytes: number;
}

export class RecordedWire implements Wire {
  readonly #recording: Recording;
  readonly #masks: ContentMasks;
  readonly #outputs = new OutputDigest();
  readonly #options: WireEngineOptions;
  readonly #config: WireConfig;
  readonly #torrents = new Map<string, RecordedTorrent>();
  readonly #strangers = new Map<string, number>();
  readonly #swarms: RecordingSwarm[] = [];
  readonly #engine: WireEngine;
  #stateAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: WireEngineOptions, { sink, limitBytes }: RecordingOptions) {
    this.#options = options;
    this.#config = { ...DEFAULT_WIRE_CONFIG, ...options.config, allowedFastPieces: 0 };
    this.#recording = new Recording(options.clock, sink, limitBytes);
    this.#masks = {
      recording: this.#recording,
      addresses: new AddressMask(),
      identities: new IdentityMask(),
      torrentOf: (infoHash) => this.#torrents.get(latin1Text(infoHash)),
      strangerOf: (infoHash) => this.#strangerOf(latin1Text(infoHash)),
    };
    let engine: WireEngine | undefined;
    this.#engineCommand(this.#opening(), () => {
      engine = new WireEngine(this.#recordedOptions());
    });
    this.#engine = engine as unknown as WireEngine;
  }

  accept(stream: ByteStream): void {
    this.#recording.event(
      kinds.ACCEPT,
      (writer) => {
        writer.address(this.#masks.addresses.endpoint(stream.remote));
        writer.byte(kinds.TRANSPORTS.indexOf(stream.transport));
      },
      () => this.#engine.accept(stream),
    );
  }

  addSwarm(options: SwarmOptions): Swarm {
    const number = this.#swarms.length;
    const ownId = options.peerId ?? makePeerId(this.#config.peerIdPrefix, this.#options.random);
    const { infoHash } = options;
    const torrent: RecordedTorrent = { number, infoHash, ownId, metadata: new Map() };
    this.#torrents.set(latin1Text(infoHash), torrent);
    let swarm: Swarm | undefined;
    this.#recording.event(
      kinds.ADD_SWARM,
      (writer) => writer.text(JSON.stringify(this.#recordedSwarm(options, torrent))),
      () => {
        swarm = this.#engine.addSwarm({ ...this.#swarmOptions(options, torrent), peerId: ownId });
      },
    );
    const recorded = new RecordingSwarm(number, swarm as unknown as Swarm, this.#masks, this.#outputs, () =>
      this.#noteState(),
    );
    this.#swarms.push(recorded);
    return recorded;
  }

  setLimits(limits: WireLimits): void {
    this.#engineCommand({ do: "setLimits", limits }, () => this.#engine.setLimits(limits));
  }

  setOutside(outside: OutsideView): void {
    const masked = maskedOutside(outside, this.#masks.addresses);
    this.#engineCommand({ do: "setOutside", outside: masked }, () => this.#engine.setOutside(outside));
  }

  exportBans(): SavedBan[] {
    return this.#engine.exportBans();
  }

  importBans(saved: readonly SavedBan[]): void {
    const bans = saved.map(
      ({ party, remainingMs }) => [this.#masks.addresses.party(party), remainingMs] as const,
    );
    this.#engineCommand({ do: "importBans", bans }, () => this.#engine.importBans(saved));
  }

  get payload(): Wire["payload"] {
    return this.#engine.payload;
  }

  view(): WireView {
    return this.#engine.view();
  }

  /** What the session knows of a torrent's surroundings; it has no names in it. */
  noteFacts(infoHash: InfoHash, text: string): void {
    const torrent = this.#torrents.get(latin1Text(infoHash));
    if (torrent === undefined) return;
    this.#recording.note(kinds.FACTS, (writer) => {
      writer.number(torrent.number);
      writer.text(text);
    });
  }

  close(): void {
    this.#noteState();
    this.#recording.event(
      kinds.CLOSE,
      () => {},
      () => this.#engine.close(),
    );
    this.#recording.close();
  }

  #noteState(): void {
    if (!this.#recording.isOn) return;
    const state = this.#recording.outside(() => wireState(this.#engine, this.#swarms, this.#outputs));
    this.#recording.note(kinds.STATE, (writer) => writer.text(JSON.stringify(state)));
    this.#recording.flush();
  }

  #ticked(): void {
    const { nowMs } = this.#recording;
    if (nowMs - this.#stateAtMs < STATE_INTERVAL_MS) return;
    this.#stateAtMs = nowMs;
    this.#noteState();
  }

  #engineCommand(command: EngineCommand, action: () => void): void {
    this.#recording.event(kinds.ENGINE, (writer) => writer.text(JSON.stringify(command)), action);
  }

  #opening(): EngineCommand {
    const { slabs, addressProfile, dialer, isUtpHeldBack } = this.#options;
    const { clientName, ...config } = this.#config;
    return {
      do: "open",
      version: clientName,
      profile: addressProfile,
      config: { ...config, dhtPort: this.#masks.addresses.port(config.dhtPort) },
      slabBytes: slabs.capacityBytes ?? "unknown",
      hasUtp: isUtpHeldBack !== undefined,
      punchesHoles: dialer.expectCall !== undefined,
    };
  }

  #recordedOptions(): WireEngineOptions {
    const { clock, random, dialer, slabs, addressProfile, hasSentTo, isUtpHeldBack, ranking } = this.#options;
    const recording = this.#recording;
    return {
      clock: recordedClock(clock, recording, () => this.#ticked()),
      random: recordedRandom(random, recording),
      dialer,
      slabs: recordedSlabs(slabs, recording),
      addressProfile,
      config: this.#config,
      onEvent: (event) => this.#wireEvent(event),
      hasSentTo: (host) => recordedFlag(hasSentTo?.(host) ?? false, recording),
      ...(isUtpHeldBack === undefined
        ? {}
        : { isUtpHeldBack: () => recordedFlag(isUtpHeldBack(), recording) }),
      // What ciphers are made of is no input of what lies above them.
      peerStreams: (turns) =>
        new RecordedStreams(
          new ConnectionSecurity(this.#config.encryption, random, dialer, turns),
          this.#masks,
          this.#outputs,
        ),
      ranking: new RankingMask(ranking ?? canonicalRanking(random), (rank) => {
        if (!recording.isListening) return;
        recording.writer.byte(kinds.RANK);
        recording.writer.float(rank);
      }),
    };
  }

  #swarmOptions(options: SwarmOptions, torrent: RecordedTorrent): SwarmOptions {
    const { storage } = options;
    return {
      ...options,
      onEvent: (event) => this.#swarmEvent(options, torrent, event),
      ...(storage === undefined ? {} : { storage: recordedStorage(storage, this.#recording, this.#outputs) }),
    };
  }

  #recordedSwarm(options: SwarmOptions, { ownId }: RecordedTorrent): RecordedSwarm {
    return {
      listenPort: this.#masks.addresses.port(options.listenPort),
      isSuperSeed: options.isSuperSeed === true,
      ownId: toHex(IdentityMask.own(ownId)),
      rawInfoBytes: options.rawInfo?.length ?? null,
      hasStorage: options.storage !== undefined,
      slabBytes: slabBytesOf(options.storage),
    };
  }

  #swarmEvent({ onEvent }: SwarmOptions, torrent: RecordedTorrent, event: SwarmEvent): void {
    eventOutput(this.#outputs, event);
    if (event.type === "metadata-complete") this.#noteMetadata(torrent, event.rawInfo);
    this.#recording.telling(() => onEvent(event));
  }

  #wireEvent(event: WireEvent): void {
    eventOutput(this.#outputs, event);
    this.#recording.telling(() => this.#options.onEvent?.(event));
  }

  /** Which of the versions of its blocks were right. */
  #noteMetadata(torrent: RecordedTorrent, rawInfo: Uint8Array): void {
    const { writer, isOn } = this.#recording;
    if (!isOn) return;
    const blocks = Math.ceil(rawInfo.length / METADATA_BLOCK_BYTES);
    writer.byte(kinds.METADATA_FOUND);
    writer.number(torrent.number);
    writer.number(rawInfo.length);
    const versionOf = (block: number): number => {
      const start = block * METADATA_BLOCK_BYTES;
      return metadataVersion(torrent, block, rawInfo.subarray(start, start + METADATA_BLOCK_BYTES));
    };
    writer.list(Array.from({ length: blocks }, (_, block) => versionOf(block)));
  }

  #strangerOf(key: string): number {
    const number = this.#strangers.get(key) ?? this.#strangers.size;
    this.#strangers.set(key, number);
    return number;
  }
}

/** Of an event what can be the same in a replay. */
export function eventOutput(
  outputs: { text(value: string): void; add(value: number): void },
  event: SwarmEvent | WireEvent,
): void {
  outputs.text(event.type);
  if ("pieceIndex" in event) outputs.add(event.pieceIndex);
  if ("reason" in event) outputs.text(event.reason);
}
