/** `starling import PROGRAM [FOLDER]`: takes over another program's torrents with their progress, labels and places. */
import { rename } from "node:fs/promises";
import { resolve } from "node:path";
import { ClientError, toClientError } from "../../core/errors.ts";
import { safeText } from "../../core/safe-text.ts";
import type { SessionView } from "../../session/session-view.ts";
import { type ProfileFlags, parseProfileName } from "../arguments/profile.ts";
import { attachEngine } from "../engine/attach-engine.ts";
import { profileEngineSettings } from "../engine/profile-settings.ts";
import { startEngine } from "../engine/start-engine.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { ForeignState } from "../import/foreign-state.ts";
import { type PlannedAddition, type PlannedImport, planImport } from "../import/import-plan.ts";
import { readQbittorrent } from "../import/qbittorrent.ts";
import { readRtorrent } from "../import/rtorrent.ts";
import { type ForeignProgram, stateFolderOf } from "../import/state-folders.ts";
import { readTransmission } from "../import/transmission.ts";
import type { Output } from "../output/output.ts";
import { bytesText, percentText } from "../output/quantity-text.ts";
import { type Column, tableLines } from "../output/table.ts";

interface ImportFlags extends ProfileFlags {
  readonly dryRun?: boolean;
}

const READERS: Readonly<Record<ForeignProgram, (folder: string) => Promise<ForeignState>>> = {
  qbittorrent: readQbittorrent,
  transmission: readTransmission,
  rtorrent: readRtorrent,
};

export async function runImport(
  operands: readonly string[],
  flags: ImportFlags,
  output: Output,
): Promise<number> {
  const program = operands[0] as ForeignProgram;
  const folder = operands[1] === undefined ? stateFolderOf(program) : resolve(operands[1]);
  const state = await READERS[program](folder);
  const plans: PlannedImport[] = [];
  for (const torrent of state.torrents) plans.push(await planImport(torrent));
  if (plans.length === 0)
    throw new ClientError("NOT_FOUND", `${folder} holds no torrents of ${program}`, {
      hint: `Name the folder in which it keeps its state: starling import ${program} FOLDER`,
    });
  const isDryRun = flags.dryRun === true;
  const outcome = isDryRun ? NOTHING_DONE : await carryOut(plans, flags);
  report(plans, outcome, state, isDryRun, output);
  return outcome.failures.size === 0 ? EXIT_OK : 1;
}

interface Outcome {
  /** What failed, and why. */
  readonly failures: ReadonlyMap<PlannedImport, string>;
  /** What was here before and stays as it was. */
  readonly present: ReadonlySet<PlannedImport>;
}

const NOTHING_DONE: Outcome = { failures: new Map(), present: new Set() };

/** Adds what moves to the Starling that runs, or to the memory of one that does not. */
async function carryOut(plans: readonly PlannedImport[], flags: ImportFlags): Promise<Outcome> {
  const profile = parseProfileName(flags.profile);
  const running = await attachEngine({ profile });
  if (running !== undefined) return await addAll(running, plans).finally(() => running.close());
  const engine = await startEngine(offlineSettings(profile));
  return await addAll(engine.view, plans).finally(() => engine.close());
}

/** An engine that writes its memory and talks to nobody: it lives for seconds. */
function offlineSettings(profile: string): Parameters<typeof startEngine>[0] {
  const flags = { host: "127.0.0.1", port: "0", bootstrap: ["none"] };
  return profileEngineSettings(flags, { profile, folder: process.cwd(), peers: [], life: "background" });
}

async function addAll(view: SessionView, plans: readonly PlannedImport[]): Promise<Outcome> {
  const failures = new Map<PlannedImport, string>();
  const present = new Set<PlannedImport>();
  for (const plan of plans) {
    if (plan.addition === null) continue;
    try {
      if (!(await add(view, plan.addition))) present.add(plan);
    } catch (error) {
      failures.set(plan, toClientError(error).message);
    }
  }
  return { failures, present };
}

/** False where the torrent was here already. */
async function add(view: SessionView, { source, options, renames }: PlannedAddition): Promise<boolean> {
  for (const { from, to } of renames) await rename(from, to);
  return (await view.commands.add(source, options)).isNew;
}

const COLUMNS: readonly Column<PlannedImport>[] = [
  { title: "", cell: ({ verdict }) => verdict },
  {
    title: "DONE",
    cell: ({ progressRatio }) => (progressRatio === null ? "–" : percentText(progressRatio)),
    isFigure: true,
  },
  {
    title: "SIZE",
    cell: ({ totalBytes }) => (totalBytes === null ? "–" : bytesText(totalBytes)),
    isFigure: true,
  },
  { title: "CHECKS", cell: ({ filesToCheck }) => `${filesToCheck} files`, isFigure: true },
  { title: "LABELS", cell: ({ labels }) => safeText(labels.join(",")) },
  { title: "FOLDER", cell: ({ folder }) => safeText(folder ?? "–") },
  { title: "NAME", cell: ({ name, note }) => safeText(note === "" ? name : `${name} (${note})`) },
];

function report(
  plans: readonly PlannedImport[],
  { failures, present }: Outcome,
  { unreadable }: ForeignState,
  isDryRun: boolean,
  output: Output,
): void {
  const form = process.stdout.isTTY === true ? "aligned" : "plain";
  for (const line of tableLines(plans, COLUMNS, form)) output.result(line);
  for (const [plan, message] of failures) output.failure(`${safeText(plan.name)}: ${safeText(message)}`);
  for (const name of unreadable) output.failure(`cannot read ${safeText(name)}`);
  const moving = plans.filter((plan) => plan.addition !== null && !failures.has(plan) && !present.has(plan));
  const already = present.size === 0 ? "" : `, ${present.size} were here already`;
  const trackers = plans.reduce((sum, plan) => sum + plan.trackers, 0);
  output.note(
    `${moving.length} of ${plans.length} torrents ${isDryRun ? "would move" : "moved"}${already}; ${trackers} trackers are not used`,
  );
  output.json({
    ok: failures.size === 0,
    dryRun: isDryRun,
    torrents: plans.map((plan) => ({
      ...withoutAddition(plan),
      wasHere: present.has(plan),
      error: failures.get(plan) ?? null,
    })),
    unreadable,
    trackers,
  });
}

function withoutAddition({ addition, ...plan }: PlannedImport): object {
  return { ...plan, renames: addition?.renames ?? [] };
}
