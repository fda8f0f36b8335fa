/**
 * The viewer's side of the channel: a `SessionView` whose engine lives elsewhere. Snapshots are rebuilt from
 * patches and keep the identity of what did not change; failed commands reject with the engine's `ClientError`,
 * code and hint included. When the channel ends, whatever waits rejects with `SESSION_CLOSED`.
 */
import { ClientError } from "../../core/errors.ts";
import {
  PROTOCOL_VERSION,
  type SessionCommands,
  type SessionSnapshot,
  type SessionView,
} from "../session-view.ts";
import { MAX_PENDING_COMMANDS } from "./channel-config.ts";
import type { ChannelPort } from "./channel-port.ts";
import type {
  CommandArguments,
  CommandName,
  CommandResult,
  EngineFrame,
  EngineIdentity,
  ErrorFrame,
  ViewerFrame,
} from "./engine-frames.ts";
import { applyPatch } from "./snapshot-patch.ts";

interface PendingCommand {
  resolve(value: unknown): void;
  reject(error: ClientError): void;
}

/**
 * Greets the engine behind `port`; resolves with the first snapshot in hand. Rejects with `STATE_LOCKED` when the
 * engine speaks another version, with `SESSION_CLOSED` when the channel ends before.
 */
export function connectEngine(port: ChannelPort): Promise<EngineClient> {
  return new Promise((resolve, reject) => {
    const client = new EngineClient(port, (error) => (error === undefined ? resolve(client) : reject(error)));
  });
}

export class EngineClient implements SessionView {
  readonly #port: ChannelPort;
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<number, PendingCommand>();
  /** Called once: with nothing when the first snapshot is here, else with what went wrong. */
  #onReady: ((error?: ClientError) => void) | undefined;
  #snapshot: SessionSnapshot | undefined;
  #engine: EngineIdentity | undefined;
  #nextId = 1;
  #closedBecause: ClientError | undefined;

  /** Called when the channel ended for another reason than `close`. */
  onClosed: (reason: ClientError) => void = () => {};

  /** Use `connectEngine`, which waits until there is something to show. */
  constructor(port: ChannelPort, onReady: (error?: ClientError) => void) {
    this.#port = port;
    this.#onReady = onReady;
    port.onMessage = (message) => this.#receive(message as EngineFrame);
    port.onClose = () => this.#end(sessionClosed());
    this.#post({ kind: "hello", version: PROTOCOL_VERSION });
  }

  getSnapshot(): SessionSnapshot {
    if (this.#snapshot === undefined) throw new Error("No snapshot yet: wait for connectEngine");
    return this.#snapshot;
  }

  /** The engine at the other end. */
  get engine(): EngineIdentity {
    if (this.#engine === undefined) throw new Error("Not welcomed yet: wait for connectEngine");
    return this.#engine;
  }

  subscribe(listener: () => void): () => void {
    const entry = () => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  readonly commands: SessionCommands = {
    add: (source, options) => this.#call("add", [source, options]),
    pause: (id) => this.#call("pause", [id]),
    resume: (id) => this.#call("resume", [id]),
    remove: (id, options) => this.#call("remove", [id, options]),
    restore: (id) => this.#call("restore", [id]),
    verify: (id) => this.#call("verify", [id]),
    reannounce: (id) => this.#call("reannounce", [id]),
    addPeers: (id, addresses) => this.#call("addPeers", [id, addresses]),
    setFilePriorities: (id, priorities) => this.#call("setFilePriorities", [id, priorities]),
    setTorrent: (id, settings) => this.#call("setTorrent", [id, settings]),
    moveData: (id, folder) => this.#call("moveData", [id, folder]),
    configure: (changes) => this.#call("configure", [changes]),
    exportTorrent: (id) => this.#call("exportTorrent", [id]),
    watchDetails: (ids) => this.#call("watchDetails", [ids]),
    shutdown: () => this.#call("shutdown", []),
  };

  /** Leaves the engine running; commands that wait reject with `SESSION_CLOSED`. */
  close(): void {
    if (this.#closedBecause !== undefined) return;
    this.onClosed = () => {};
    this.#end(sessionClosed());
    this.#port.close();
  }

  #receive(frame: EngineFrame): void {
    if (this.#closedBecause !== undefined) return;
    switch (frame.kind) {
      case "welcome":
        this.#engine = frame.engine;
        break;
      case "refused":
        this.#end(new ClientError("STATE_LOCKED", frame.message, { hint: frame.hint }));
        break;
      case "snapshot":
        this.#takeSnapshot(frame);
        break;
      case "result":
        this.#settle(frame.id, (command) => command.resolve(frame.value));
        break;
      case "error":
        this.#settle(frame.id, (command) => command.reject(errorOf(frame)));
        break;
    }
  }

  #takeSnapshot(frame: EngineFrame & { readonly kind: "snapshot" }): void {
    const snapshot = applyPatch(this.#snapshot, frame.patch);
    if (snapshot === undefined) {
      this.#end(
        new ClientError("INTERNAL", "The engine sent a change that does not fit what it sent before."),
      );
      this.#port.close();
      return;
    }
    this.#snapshot = snapshot;
    this.#post({ kind: "ack", sequence: frame.sequence });
    this.#becomeReady();
    for (const listener of [...this.#listeners]) listener();
  }

  #becomeReady(error?: ClientError): void {
    const onReady = this.#onReady;
    this.#onReady = undefined;
    onReady?.(error);
  }

  #call<Name extends CommandName>(name: Name, args: CommandArguments<Name>): Promise<CommandResult<Name>> {
    if (this.#closedBecause !== undefined) return Promise.reject(this.#closedBecause);
    if (this.#pending.size >= MAX_PENDING_COMMANDS) {
      return Promise.reject(new ClientError("USAGE", "Too many commands wait for the engine's answer."));
    }
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    this.#post({ kind: "command", id, name, args } as ViewerFrame);
    return answer as Promise<CommandResult<Name>>;
  }

  #settle(id: number, settle: (command: PendingCommand) => void): void {
    const command = this.#pending.get(id);
    this.#pending.delete(id);
    if (command !== undefined) settle(command);
  }

  #end(reason: ClientError): void {
    if (this.#closedBecause !== undefined) return;
    this.#closedBecause = reason;
    for (const command of this.#pending.values()) command.reject(reason);
    this.#pending.clear();
    if (this.#onReady === undefined) this.onClosed(reason);
    else this.#becomeReady(reason);
  }

  #post(frame: ViewerFrame): void {
    this.#port.postMessage(frame);
  }
}

function errorOf(frame: ErrorFrame): ClientError {
  return new ClientError(frame.code, frame.message, frame.hint === null ? {} : { hint: frame.hint });
}

function sessionClosed(): ClientError {
  return new ClientError("SESSION_CLOSED", "The engine has stopped.");
}
