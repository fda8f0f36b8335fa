/**
 * The engine's side of the channel (decision 7): answers the commands of one viewer and keeps it supplied with
 * snapshots. Back-pressure is by acknowledgement: while a snapshot is on its way nothing more is sent, and what
 * follows is the difference between what the viewer holds and the newest state. A viewer costs one reference to a
 * snapshot, however slow it is, and no more than its share of bytes, however much happens.
 *
 * States: greeting --hello--> serving --(close | wrong version | message that cannot be read)--> closed
 */
import { ClientError, toClientError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports.ts";
import { PROTOCOL_VERSION, type SessionCommands, type SessionSnapshot } from "../session-view.ts";
import { MAX_PENDING_COMMANDS } from "./channel-config.ts";
import type { ChannelPort } from "./channel-port.ts";
import type { CommandFrame, EngineFrame, EngineIdentity } from "./engine-frames.ts";
import { commandIdOf, decodeViewerFrame } from "./frame-decoder.ts";
import { SnapshotPace } from "./snapshot-pace.ts";
import { diffSnapshots } from "./snapshot-patch.ts";

/** What the host needs of a session. */
export interface HostedSession {
  getSnapshot(): SessionSnapshot;
  subscribe(listener: () => void): () => void;
  /** One viewer's own set of commands: `watchDetails` counts for it alone, until `detach`. */
  attachViewer(): { readonly commands: SessionCommands; detach(): void };
}

export interface EngineHostOptions {
  readonly clock: Clock;
  readonly engine: EngineIdentity;
  /** Asked when a viewer greets; false refuses it, for there are enough of them. Default: always true. */
  readonly hasRoom?: () => boolean;
}

/** Serves the viewer at the other end of `port` until either side closes. */
export class EngineHost {
  readonly #session: HostedSession;
  readonly #port: ChannelPort;
  readonly #options: EngineHostOptions;
  readonly #viewer: ReturnType<HostedSession["attachViewer"]>;
  #state: "greeting" | "serving" | "closed" = "greeting";
  readonly #pace: SnapshotPace;
  #unsubscribe: () => void = () => {};
  #pendingCommands = 0;
  /** What the viewer holds once it has acknowledged `#sequence`. */
  #sent: SessionSnapshot | undefined;
  #sequence = 0;
  #isAwaitingAck = false;

  /** The service has ended, whoever ended it. */
  onReleased: () => void = () => {};

  constructor(session: HostedSession, port: ChannelPort, options: EngineHostOptions) {
    this.#session = session;
    this.#port = port;
    this.#options = options;
    this.#pace = new SnapshotPace(options.clock);
    this.#viewer = session.attachViewer();
    port.onMessage = (message) => this.#receive(message);
    port.onClose = () => this.#release();
  }

  /** The viewer has greeted and was let in. */
  get isServing(): boolean {
    return this.#state === "serving";
  }

  /** Ends the service; commands under way go on, their answers are dropped. */
  close(): void {
    if (this.#state === "closed") return;
    this.#release();
    this.#port.close();
  }

  #release(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#unsubscribe();
    this.#viewer.detach();
    this.#sent = undefined;
    this.#pace.close();
    this.onReleased();
  }

  #receive(message: unknown): void {
    if (this.#state === "closed") return;
    const frame = decodeViewerFrame(message);
    if (!frame.ok) {
      this.#answerFault(commandIdOf(message), frame.fault.message);
    } else if (frame.value.kind === "hello") {
      this.#greet(frame.value.version);
    } else if (this.#state === "greeting") {
      this.close();
    } else if (frame.value.kind === "ack") {
      this.#acknowledge(frame.value.sequence);
    } else {
      this.#run(frame.value);
    }
  }

  #greet(version: number): void {
    if (this.#state !== "greeting") return;
    if (version !== PROTOCOL_VERSION) {
      this.#refuse(
        `The running Starling speaks version ${PROTOCOL_VERSION} of the engine channel, this program version ${version}.`,
        "Stop the running one, or use the program that belongs to it.",
      );
      return;
    }
    const { engine, hasRoom } = this.#options;
    if (hasRoom?.() === false) {
      this.#refuse("Too many viewers are connected to the running Starling.", "Close some of them.");
      return;
    }
    this.#state = "serving";
    this.#post({ kind: "welcome", version: PROTOCOL_VERSION, engine });
    this.#unsubscribe = this.#session.subscribe(() => this.#sendNewest());
    this.#sendNewest();
  }

  #refuse(message: string, hint: string): void {
    this.#post({ kind: "refused", version: PROTOCOL_VERSION, message, hint });
    this.close();
  }

  #sendNewest(): void {
    if (this.#isAwaitingAck || this.#state !== "serving") return;
    const newest = this.#session.getSnapshot();
    if (newest === this.#sent || !this.#pace.mayGo(() => this.#sendNewest())) return;
    const isFirst = this.#sent === undefined;
    const patch = diffSnapshots(this.#sent, newest);
    this.#sent = newest;
    this.#isAwaitingAck = true;
    const bytes = this.#post({ kind: "snapshot", sequence: ++this.#sequence, patch });
    if (!isFirst) this.#pace.sent(bytes);
  }

  #acknowledge(sequence: number): void {
    if (sequence !== this.#sequence) return;
    this.#isAwaitingAck = false;
    this.#sendNewest();
  }

  #run(frame: CommandFrame): void {
    if (this.#pendingCommands >= MAX_PENDING_COMMANDS) {
      this.#answerFault(frame.id, "too many commands wait for their answers");
      return;
    }
    this.#pendingCommands++;
    invoke(this.#viewer.commands, frame)
      .then(
        (value) => void this.#post({ kind: "result", id: frame.id, value }),
        (error: unknown) => this.#postError(frame.id, error),
      )
      .finally(() => this.#pendingCommands--);
  }

  #answerFault(commandId: number | undefined, message: string): void {
    if (commandId === undefined) this.close();
    else this.#postError(commandId, new ClientError("USAGE", `The engine refused a command: ${message}.`));
  }

  #postError(id: number, error: unknown): void {
    const { code, message, hint } = toClientError(error);
    this.#post({ kind: "error", id, code, message, hint: hint ?? null });
  }

  /** Answers the bytes that it takes. */
  #post(frame: EngineFrame): number {
    return this.#state === "closed" ? 0 : this.#port.postMessage(frame);
  }
}

/** Runs a decoded command; a synchronous throw becomes a rejection like any other failure. */
async function invoke(commands: SessionCommands, frame: CommandFrame): Promise<unknown> {
  const command = commands[frame.name] as (...args: readonly unknown[]) => Promise<unknown>;
  return await command(...frame.args);
}
