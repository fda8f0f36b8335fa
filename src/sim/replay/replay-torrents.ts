/** The torrents of a replay: their swarms, what the recording says to them, what they told and what the session would say. */
import { fromHex } from "../../core/bytes.ts";
import { peerIdFrom } from "../../core/ids.ts";
import { type Diagnosis, diagnose, factsWithSwarm, type RecordedFacts } from "../../session/index.ts";
import type { PieceVerdict } from "../../torrent/piece-verdict.ts";
import {
  Bitfield,
  bytesOfRuns,
  eventOutput,
  type OutputDigest,
  PieceMap,
  type RecordedContent,
  type RecordedSwarm,
  RecordingFault,
  type Swarm,
  type SwarmCommand,
  type SwarmEvent,
  VERDICTS,
  type WireEngine,
} from "../../wire/index.ts";
import { BLANK_SLOT } from "../blank-payload.ts";
import { blankMetadata } from "./blank-metadata.ts";
import type { ReplayedTorrent } from "./replay-report.ts";
import type { ReplayScript } from "./replay-script.ts";
import { replayedStorage } from "./replayed-ports.ts";
import type { StreamContents } from "./stream-contents.ts";

const DIGEST_BYTES = 20;

export interface TorrentTools {
  readonly script: ReplayScript;
  readonly outputs: OutputDigest;
  readonly contents: StreamContents;
  /** A torrent did something worth telling. */
  readonly tell: (torrent: number, what: string) => void;
  /** An event was told: its owner may have answered at once. */
  readonly told: () => void;
}

export class ReplayTorrents {
  readonly swarms: Swarm[] = [];
  readonly #tools: TorrentTools;
  readonly #diagnoses = new Map<number, Diagnosis>();
  /** Of each torrent while it last ran. */
  readonly #latest = new Map<number, ReplayedTorrent>();

  constructor(tools: TorrentTools) {
    this.#tools = tools;
  }

  add(engine: WireEngine, recorded: RecordedSwarm): void {
    const { script, outputs, contents, tell, told } = this.#tools;
    const number = this.swarms.length;
    const { rawInfoBytes, listenPort, isSuperSeed } = recorded;
    const swarm = engine.addSwarm({
      infoHash: contents.infoHashOf(number),
      peerId: peerIdFrom(fromHex(recorded.ownId) ?? new Uint8Array(0)),
      listenPort,
      isSuperSeed,
      ...(rawInfoBytes === null ? {} : { rawInfo: blankMetadata(number, rawInfoBytes) }),
      ...(recorded.hasStorage ? { storage: replayedStorage(script, outputs, recorded.slabBytes) } : {}),
      onEvent: (event) => {
        eventOutput(outputs, event);
        const what = sentenceOf(event);
        if (what !== undefined) tell(number, what);
        told();
      },
    });
    this.swarms.push(swarm);
  }

  command(number: number, command: SwarmCommand): void {
    const swarm = this.#swarm(number);
    const line = commandLine(command);
    if (line !== undefined) this.#tools.tell(number, line);
    switch (command.do) {
      case "setContent":
        this.#setContent(number, command);
        break;
      case "setPriorities":
        swarm.setPriorities(bytesOfRuns(command.priorities, swarm.view().pieceCount));
        break;
      case "setPieceOrder":
        swarm.setPieceOrder(command.order);
        break;
      case "setUrgentPieces":
        swarm.setUrgentPieces(command.pieces);
        break;
      case "setDeadlines":
        swarm.setDeadlines(command.deadlines);
        break;
      case "setLimits":
        swarm.setLimits(command.limits);
        break;
      case "addCandidates":
        swarm.addCandidates(command.peers, command.source);
        break;
      case "pieceLost":
        swarm.pieceLost(command.piece);
        break;
      default:
        swarm[command.do]();
    }
  }

  checked(
    number: number,
    piece: number,
    kind: number,
    code: string,
    digests: readonly number[] | undefined,
  ): void {
    const verdict = VERDICTS[kind];
    const blockDigests = digests === undefined ? {} : { blockDigests: digestBytes(digests) };
    const said: PieceVerdict =
      verdict === "failed" ? { kind: "failed", code } : { kind: verdict ?? "bad", ...blockDigests };
    this.#swarm(number).pieceChecked(piece, said);
  }

  /** `code` is empty where the block could be read. */
  blockRead(number: number, token: number, code: string): void {
    const swarm = this.#swarm(number);
    if (code === "") swarm.blockRead(token, BLANK_SLOT);
    else swarm.blockRead(token, undefined, code);
  }

  /** The session knew this; answers whether what it would say of the replayed swarm is the same. */
  facts(number: number, recorded: RecordedFacts): boolean {
    const diagnosis = diagnose(factsWithSwarm(recorded.facts, this.#swarm(number).view()));
    this.#diagnoses.set(number, diagnosis);
    return diagnosis.code === recorded.code;
  }

  /** Notes how the torrents are that run. */
  look(): void {
    this.swarms.forEach((swarm, number) => {
      if (swarm.view().state === "running" || !this.#latest.has(number))
        this.#latest.set(number, this.#figuresOf(swarm, number));
    });
  }

  /** How each was while it last ran. */
  report(): ReplayedTorrent[] {
    this.look();
    return [...this.#latest.values()].map((torrent) => ({
      ...torrent,
      diagnosis: this.#diagnoses.get(torrent.number) ?? null,
    }));
  }

  #figuresOf(swarm: Swarm, number: number): ReplayedTorrent {
    const { totalBytes, haveBytes, counts, totals } = swarm.view();
    return {
      number,
      totalBytes: totalBytes ?? null,
      haveBytes,
      connectedPeers: counts.connectedPeers,
      candidates: counts.candidates,
      downloadedBytes: totals.downloadedBytes,
      uploadedBytes: totals.uploadedBytes,
      diagnosis: null,
    };
  }

  #setContent(number: number, content: RecordedContent): void {
    const { script, outputs } = this.#tools;
    const pieceMap = new PieceMap(content.totalBytes, content.pieceBytes);
    const have = new Bitfield(pieceMap.pieceCount);
    const bytes = bytesOfRuns(content.have, have.bytes.length);
    for (let piece = 0; piece < pieceMap.pieceCount; piece++)
      if (((bytes[piece >> 3] as number) & (0x80 >> (piece & 7))) !== 0) have.set(piece);
    this.#swarm(number).setContent({
      pieceMap,
      rawInfo: blankMetadata(number, content.rawInfoBytes),
      have,
      priorities: bytesOfRuns(content.priorities, pieceMap.pieceCount),
      ...(content.hasStorage ? { storage: replayedStorage(script, outputs, content.slabBytes) } : {}),
    });
  }

  #swarm(number: number): Swarm {
    const swarm = this.swarms[number];
    if (swarm === undefined) throw new RecordingFault("it speaks of a torrent that was never added");
    return swarm;
  }
}

/** Equal numbers become equal digests; 0 stands for none. */
function digestBytes(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, block) => {
    view.setUint32(block * DIGEST_BYTES, number);
  });
  return bytes;
}

/** What a person wants to read of; the rest happens all the time. */
function sentenceOf(event: SwarmEvent): string | undefined {
  switch (event.type) {
    case "first-peer":
      return "first peer";
    case "metadata-complete":
      return "the metadata is complete";
    case "metadata-rejected":
      return "metadata that does not belong to the torrent";
    case "piece-bad":
      return `piece ${event.pieceIndex} is not what the torrent says`;
    case "piece-unobtainable":
      return `nobody can give piece ${event.pieceIndex}`;
    case "peer-banned":
      return `a peer is banned: ${event.reason}`;
    case "disk-failed":
      return `the disk failed (${event.code})`;
    case "block-unreadable":
      return `a block of piece ${event.pieceIndex} cannot be read (${event.code})`;
    case "wanted-complete":
      return "everything that is wanted is here";
    default:
      return undefined;
  }
}

function commandLine(command: SwarmCommand): string | undefined {
  switch (command.do) {
    case "start":
      return "started";
    case "stop":
      return "stopped";
    case "remove":
      return "removed";
    case "setContent":
      return `content of ${command.totalBytes} bytes in pieces of ${command.pieceBytes}`;
    case "addCandidates":
      return `${command.peers.length} ${command.peers.length === 1 ? "peer" : "peers"} named by ${command.source}`;
    default:
      return undefined;
  }
}
