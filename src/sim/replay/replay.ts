/**
 * Runs an engine again on what was recorded of it, in virtual time: without a network, a disk or a wait. Where the engine is
 * the one that was recorded it comes to the same states; where it was changed the replay says where it goes
 * another way.
 */

import { NO_HANDLER } from "../../core/no-handler.ts";
import type { ByteStream } from "../../core/ports.ts";
import type { RecordedFacts } from "../../session/index.ts";
import * as wire from "../../wire/index.ts";
import {
  type EngineCommand,
  OutputDigest,
  type RecordedSwarm,
  RecordingFault,
  type SwarmCommand,
  type WireConfig,
  WireEngine,
  type WireState,
} from "../../wire/index.ts";
import { parsed, type RecordOf, readRecording } from "./recording-file.ts";
import { firstDifference, type ReplayReport, type TimelineEntry } from "./replay-report.ts";
import { Divergence, RecordingEnds, ReplayScript } from "./replay-script.ts";
import { ReplayTorrents } from "./replay-torrents.ts";
import { replayedRandom, replayedRanking, replayedSlabs } from "./replayed-ports.ts";
import { ReplayedStreams } from "./replayed-streams.ts";
import { StreamContents } from "./stream-contents.ts";

const MICROSECONDS = 1_000;
/** Of a longer timeline the beginning and the end are told. */
const MAX_TIMELINE = 400;

/**
 * Throws a `RecordingFault` for what is no recording, or a damaged one. `changes` to how the engine was configured show where it
 * would have gone another way.
 */
export function replay(file: Uint8Array, changes: Partial<WireConfig> = {}): ReplayReport {
  return new Replay(file, changes).run();
}

class Replay {
  readonly #changes: Partial<WireConfig>;
  readonly #isCut: boolean;
  readonly #script: ReplayScript;
  readonly #contents: StreamContents;
  readonly #outputs = new OutputDigest();
  readonly #torrents: ReplayTorrents;
  readonly #timeline: TimelineEntry[] = [];
  #engine: WireEngine | undefined;
  #streams: ReplayedStreams | undefined;
  #onTimer: (() => void) | undefined;
  #microseconds = 0;
  #startMs: number | undefined;
  #recordedBy = "";
  #events = 0;
  #states = 0;
  #equalStates = 0;
  #diagnoses = 0;
  #equalDiagnoses = 0;
  #lastState: WireState | null = null;
  #divergence: ReplayReport["divergence"] = null;
  #ending: ReplayReport["ending"] = "cut";

  constructor(bytes: Uint8Array, changes: Partial<WireConfig>) {
    this.#changes = changes;
    const file = readRecording(bytes);
    this.#isCut = file.isCut;
    this.#script = new ReplayScript(file.records);
    this.#contents = new StreamContents(file);
    this.#torrents = new ReplayTorrents({
      script: this.#script,
      outputs: this.#outputs,
      contents: this.#contents,
      tell: (torrent, what) => this.#tell(torrent, what),
      told: () => this.#told(),
    });
  }

  run(): ReplayReport {
    try {
      for (let event = this.#script.event(); event !== undefined; event = this.#script.event())
        this.#perform(event);
    } catch (error) {
      if (error instanceof Divergence) this.#diverged(error.message);
      else if (!(error instanceof RecordingEnds)) throw error;
    }
    if (this.#engine === undefined) throw new RecordingFault("nothing was recorded in it");
    return {
      recordedBy: this.#recordedBy,
      durationMs: this.#sinceStartMs,
      events: this.#events,
      states: this.#states,
      equalStates: this.#equalStates,
      diagnoses: this.#diagnoses,
      equalDiagnoses: this.#equalDiagnoses,
      divergence: this.#divergence,
      ending: this.#isCut ? "cut" : this.#ending,
      timeline: shortened(this.#timeline),
      torrents: this.#torrents.report(),
      lastState: this.#lastState,
    };
  }

  get #nowMs(): number {
    return this.#microseconds / MICROSECONDS;
  }

  get #sinceStartMs(): number {
    return this.#nowMs - (this.#startMs ?? this.#nowMs);
  }

  get #running(): WireEngine {
    if (this.#engine === undefined) throw new RecordingFault("it does not begin with an engine");
    return this.#engine;
  }

  // Events: one method for each kind, by the table below ---------------------------------------------------------------

  #perform({ kind, fields }: RecordOf): void {
    this.#events++;
    const [elapsed, ...rest] = fields as [number, ...never[]];
    this.#microseconds += elapsed;
    this.#startMs ??= this.#nowMs;
    const action = ACTIONS[kind];
    if (action === undefined) throw new RecordingFault("it has an event that does not exist");
    action.call(this, ...rest);
  }

  tick(): void {
    const callback = this.#onTimer;
    this.#onTimer = undefined;
    if (callback === undefined) throw new Divergence("the engine waits for no timer");
    callback();
  }

  accept(address: ByteStream["remote"], transport: number): void {
    this.#running.accept({
      remote: address,
      transport: wire.TRANSPORTS[transport] ?? "tcp",
      queuedBytes: 0,
      handler: NO_HANDLER,
      write: () => true,
      pauseReading: () => {},
      resumeReading: () => {},
      close: () => {},
    });
  }

  open(number: number, transport: number, encryption: number): void {
    const stream = this.#open.of(number);
    stream.transport = wire.TRANSPORTS[transport] ?? "tcp";
    stream.encryption = wire.ENCRYPTIONS[encryption];
    stream.handler.onOpen();
  }

  bytes(number: number, encryption: number, lengthBytes: number): void {
    const stream = this.#open.of(number);
    stream.encryption = wire.ENCRYPTIONS[encryption];
    const bytes = this.#contents.take(number, lengthBytes);
    stream.handler.onBytes(bytes, 0, bytes.length);
  }

  writable(number: number): void {
    this.#open.of(number).handler.onWritable();
  }

  sent(number: number): void {
    this.#open.of(number).blockLeft();
  }

  end(number: number, reason: number, encryption: number): void {
    const stream = this.#open.of(number);
    stream.encryption = wire.ENCRYPTIONS[encryption];
    stream.handler.onEnd(wire.STREAM_ENDS[reason] ?? "error");
    this.#open.ended(number);
    this.#contents.forget(number);
  }

  addSwarm(text: string): void {
    this.#torrents.add(this.#running, parsed<RecordedSwarm>(text));
  }

  command(torrent: number, text: string): void {
    this.#torrents.command(torrent, parsed<SwarmCommand>(text));
  }

  checked(torrent: number, piece: number, kind: number, code: string, has: number, digests: number[]): void {
    this.#torrents.checked(torrent, piece, kind, code, has === 1 ? digests : undefined);
  }

  blockRead(torrent: number, token: number, code: string): void {
    this.#torrents.blockRead(torrent, token, code);
  }

  engine(text: string): void {
    const command = parsed<EngineCommand>(text);
    if (command.do === "open") this.#openEngine(command);
    else if (command.do === "setLimits") this.#running.setLimits(command.limits);
    else if (command.do === "setOutside")
      this.#running.setOutside({ port: command.outside.port, hosts: command.outside.hosts ?? [] });
    else this.#running.importBans(command.bans.map(([party, remainingMs]) => ({ party, remainingMs })));
  }

  state(text: string): void {
    const recorded = parsed<WireState>(text);
    const replayed = wire.wireState(this.#running, this.#torrents.swarms, this.#outputs);
    this.#torrents.look();
    this.#lastState = JSON.parse(JSON.stringify(replayed)) as WireState;
    const difference = firstDifference(recorded, this.#lastState);
    this.#states++;
    if (difference === undefined) this.#equalStates++;
    else this.#diverged(difference);
  }

  facts(torrent: number, text: string): void {
    this.#diagnoses++;
    const recorded = parsed<RecordedFacts>(text);
    if (this.#torrents.facts(torrent, recorded)) this.#equalDiagnoses++;
    else this.#diverged(`the diagnosis is no longer ${recorded.code}`);
  }

  close(): void {
    this.#ending = "closed";
    this.#running.close();
  }

  full(): void {
    this.#ending = "full";
  }

  get #open(): ReplayedStreams {
    if (this.#streams === undefined) throw new RecordingFault("it does not begin with an engine");
    return this.#streams;
  }

  #openEngine(command: EngineCommand & { readonly do: "open" }): void {
    this.#recordedBy = command.version;
    const script = this.#script;
    this.#streams = new ReplayedStreams(command.config.encryption ?? "prefer", script, this.#outputs);
    const streams = this.#streams;
    this.#engine = new WireEngine({
      clock: {
        nowMs: () => this.#nowMs,
        setTimer: (_, callback) => {
          this.#onTimer = callback;
          return { [Symbol.dispose]: () => {} };
        },
      },
      random: replayedRandom(script),
      dialer: {
        dial: () => {
          throw new RecordingFault("a replay dials nobody");
        },
        ...(command.punchesHoles ? { expectCall: () => {} } : {}),
      },
      slabs: replayedSlabs(script, command.slabBytes),
      addressProfile: command.profile,
      config: { ...command.config, clientName: command.version, ...this.#changes },
      onEvent: (event) => {
        wire.eventOutput(this.#outputs, event);
        this.#told();
      },
      hasSentTo: () => script.flag(wire.FLAG),
      ...(command.hasUtp ? { isUtpHeldBack: () => script.flag(wire.FLAG) } : {}),
      peerStreams: () => streams,
      ranking: replayedRanking(script),
    });
  }

  #told(): void {
    this.#script.told((event) => this.#perform(event));
  }

  #tell(torrent: number, what: string): void {
    this.#timeline.push({ atMs: this.#sinceStartMs, torrent, what });
  }

  #diverged(what: string): void {
    this.#divergence ??= { atMs: this.#sinceStartMs, what };
  }
}

/** What each kind of event does. */
const ACTIONS: Readonly<Record<number, (this: Replay, ...fields: never[]) => void>> = {
  [wire.TICK]: Replay.prototype.tick,
  [wire.ACCEPT]: Replay.prototype.accept,
  [wire.OPEN]: Replay.prototype.open,
  [wire.BYTES]: Replay.prototype.bytes,
  [wire.WRITABLE]: Replay.prototype.writable,
  [wire.END]: Replay.prototype.end,
  [wire.SENT]: Replay.prototype.sent,
  [wire.ADD_SWARM]: Replay.prototype.addSwarm,
  [wire.COMMAND]: Replay.prototype.command,
  [wire.CHECKED]: Replay.prototype.checked,
  [wire.BLOCK_READ]: Replay.prototype.blockRead,
  [wire.ENGINE]: Replay.prototype.engine,
  [wire.STATE]: Replay.prototype.state,
  [wire.FACTS]: Replay.prototype.facts,
  [wire.CLOSE]: Replay.prototype.close,
  [wire.FULL]: Replay.prototype.full,
};

function shortened(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (timeline.length <= MAX_TIMELINE) return timeline;
  return [...timeline.slice(0, MAX_TIMELINE / 2), ...timeline.slice(-MAX_TIMELINE / 2)];
}
