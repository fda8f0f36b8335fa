/**
 * The frames of the channel between engine and viewer.
 *
 *   viewer                                    engine
 *   hello {version}            ──────────►
 *                              ◄──────────    welcome {engine} | refused {message, hint}
 *                              ◄──────────    snapshot {sequence, patch}       (the first patch is whole)
 *   ack {sequence}             ──────────►    … and only then the next snapshot
 *   command {id, name, args}   ──────────►
 *                              ◄──────────    result {id, value} | error {id, code, message, hint}
 *
 * At most one snapshot is on its way to a viewer: one that is slow or dead costs the engine nothing and finds the
 * newest state when it comes back.
 */
import type { ErrorCode } from "../../core/errors.ts";
import type { SessionCommands } from "../session-view.ts";
import type { SnapshotPatch } from "./snapshot-patch.ts";

export type CommandName = keyof SessionCommands;
export type CommandArguments<Name extends CommandName> = Parameters<SessionCommands[Name]>;
export type CommandResult<Name extends CommandName> = Awaited<ReturnType<SessionCommands[Name]>>;

export type CommandFrame = {
  [Name in CommandName]: {
    readonly kind: "command";
    /** Chosen by the viewer; unique among its unanswered commands. */
    readonly id: number;
    readonly name: Name;
    readonly args: CommandArguments<Name>;
  };
}[CommandName];

export type ViewerFrame =
  | { readonly kind: "hello"; readonly version: number }
  | CommandFrame
  | { readonly kind: "ack"; readonly sequence: number };

export interface ErrorFrame {
  readonly kind: "error";
  readonly id: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** Who answers: what a viewer has to know about an engine in another process. */
export interface EngineIdentity {
  readonly pid: number;
  /** `background`: goes on without viewers. `dashboard`: ends with the dashboard that started it. */
  readonly life: "background" | "dashboard";
  readonly startedAtUnixMs: number;
}

export type EngineFrame =
  | { readonly kind: "welcome"; readonly version: number; readonly engine: EngineIdentity }
  | {
      readonly kind: "refused";
      readonly version: number;
      readonly message: string;
      readonly hint: string;
    }
  | { readonly kind: "snapshot"; readonly sequence: number; readonly patch: SnapshotPatch }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | ErrorFrame;
