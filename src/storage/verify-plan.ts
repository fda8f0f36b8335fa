/**
 * Which pieces count as present when a torrent starts, and which are hashed first. The bits of the last checkpoint
 * were durable when they were saved, so what has to be looked at is only what may have changed since: files whose
 * length or time differ. Per file:
 *
 *   unchanged  stamp as saved                                    bits are believed
 *   written    unclean end, file was incomplete, did not shrink  our own last writes: bits are believed, samples are
 *                                                                hashed to be sure, missing pieces may have come in
 *   gone       not there (or in the part file)                   claimed pieces are looked at
 *   changed    anything else                                     all its pieces are looked at
 *
 * A file that is shorter than its claimed pieces need counts as changed, whatever its stamp says. A piece over
 * several files is judged by the worst of them. Without resume data everything that exists is hashed.
 */
import { Bitfield } from "../torrent/bitfield.ts";
import { FileLayout, type PieceRange } from "../torrent/file-layout.ts";
import type { Metainfo } from "../torrent/metainfo.ts";
import { type FileStamp, sameStamp } from "./file-stamp.ts";
import type { ResumeContent } from "./resume-data.ts";
import { MAX_SAMPLE_BYTES, MAX_SAMPLES, MAX_SPECULATIVE_BYTES } from "./storage-config.ts";

export interface VerifyPlan {
  /** Present without looking, unless a sample fails. */
  readonly trusted: Bitfield;
  /** To be hashed from disk before anything else. */
  readonly toCheck: Bitfield;
  /** Part of `toCheck`: pieces that stand for the doubtful ones. */
  readonly samples: Bitfield;
  /** Part of `trusted`: pieces that are hashed as well when one of the samples turns out wrong. */
  readonly doubtful: Bitfield;
}

export interface VerifyQuestion {
  readonly metainfo: Pick<Metainfo, "files" | "pieceMap">;
  /** Of the last checkpoint; `undefined` when there is none or it could not be read. */
  readonly saved: ResumeContent | undefined;
  /** The files as they are now, in the order of the metainfo. */
  readonly stamps: readonly (FileStamp | null)[];
}

/** Bits per piece: what its files are. */
const UNCHANGED = 1;
const WRITTEN = 2;
const GONE = 4;
const CHANGED = 8;

export function planVerification(question: VerifyQuestion): VerifyPlan {
  const { metainfo } = question;
  const plan = emptyPlan(metainfo.pieceMap.pieceCount);
  const layout = new FileLayout(metainfo.files);
  const saved = fittingContent(question);
  const have = saved?.have;
  const kinds = new Uint8Array(metainfo.pieceMap.pieceCount);
  metainfo.files.forEach((file, fileIndex) => {
    const pieces = layout.piecesOf(fileIndex, metainfo.pieceMap);
    if (pieces === undefined || file.isPadding) return;
    const claim = have === undefined ? undefined : claimOn(have, pieces, layout.startOf(fileIndex), metainfo);
    const kind = kindOfFile({
      now: question.stamps[fileIndex] ?? null,
      before: saved?.content.stamps[fileIndex] ?? null,
      isClean: saved?.content.isClean ?? true,
      isComplete: claim?.isComplete ?? false,
      neededBytes: Math.min(claim?.endBytes ?? Number.POSITIVE_INFINITY, file.lengthBytes),
    });
    for (let piece = pieces.first; piece < pieces.end; piece++)
      kinds[piece] = (kinds[piece] as number) | kind;
  });
  kinds.forEach((kind, piece) => {
    judgePiece(plan, piece, kind, have?.has(piece) === true);
  });
  limitSpeculation(plan, kinds, metainfo.pieceMap.pieceBytes);
  drawSamples(plan, metainfo.pieceMap.pieceBytes);
  return plan;
}

/**
 * After `toCheck` was hashed: what is present, and what must be hashed as well because a sample was wrong (empty
 * otherwise). `right` holds the pieces that were found right; `plan` is consumed.
 */
export function concludeVerification(
  plan: VerifyPlan,
  right: Bitfield,
): { readonly have: Bitfield; readonly toCheck: Bitfield } {
  const { trusted: have, doubtful, samples } = plan;
  const isSampleWrong = indices(samples).some((piece) => !right.has(piece));
  if (isSampleWrong) for (const piece of indices(doubtful)) have.clear(piece);
  for (const piece of indices(right)) have.set(piece);
  return { have, toCheck: isSampleWrong ? doubtful : new Bitfield(have.length) };
}

function emptyPlan(pieceCount: number): VerifyPlan {
  const field = () => new Bitfield(pieceCount);
  return { trusted: field(), toCheck: field(), samples: field(), doubtful: field() };
}

/** The saved content if it fits the torrent; what does not fit says nothing. */
function fittingContent({
  metainfo,
  saved,
}: VerifyQuestion): { readonly content: ResumeContent; readonly have: Bitfield } | undefined {
  if (saved === undefined || saved.stamps.length !== metainfo.files.length) return undefined;
  const have = Bitfield.fromBytes(saved.have, metainfo.pieceMap.pieceCount);
  return have === undefined ? undefined : { content: saved, have };
}

interface FileFacts {
  readonly now: FileStamp | null;
  readonly before: FileStamp | null;
  readonly isClean: boolean;
  /** All its pieces are claimed, so that nothing of it was left to write. */
  readonly isComplete: boolean;
  /** Length that the claimed pieces need. */
  readonly neededBytes: number;
}

function kindOfFile({ now, before, isClean, isComplete, neededBytes }: FileFacts): number {
  if (now === null) return GONE;
  if (now.lengthBytes < neededBytes) return CHANGED;
  if (before !== null && sameStamp(before, now)) return UNCHANGED;
  const isLonger = now.lengthBytes >= (before?.lengthBytes ?? 0);
  return !isClean && !isComplete && isLonger ? WRITTEN : CHANGED;
}

/** What `have` says of the pieces of one file: whether it has all, and where the last one ends within the file. */
function claimOn(
  have: Bitfield,
  pieces: PieceRange,
  fileStartBytes: number,
  { pieceMap }: Pick<Metainfo, "pieceMap">,
): { readonly isComplete: boolean; readonly endBytes: number } {
  let isComplete = true;
  let end = pieces.first;
  for (let piece = pieces.first; piece < pieces.end; piece++) {
    if (have.has(piece)) end = piece + 1;
    else isComplete = false;
  }
  const endBytes = end === pieces.first ? 0 : end * pieceMap.pieceBytes - fileStartBytes;
  return { isComplete, endBytes };
}

function judgePiece(plan: VerifyPlan, piece: number, kind: number, isClaimed: boolean): void {
  if (kind >= CHANGED) plan.toCheck.set(piece);
  else if (kind >= GONE) {
    if (isClaimed) plan.toCheck.set(piece);
  } else if (isClaimed) {
    plan.trusted.set(piece);
    if (kind >= WRITTEN) plan.doubtful.set(piece);
  } else if (kind >= WRITTEN || kind === 0) plan.toCheck.set(piece);
}

/** Drops the search for unclaimed pieces in written files where it would cost more than it can find. */
function limitSpeculation(plan: VerifyPlan, kinds: Uint8Array, pieceBytes: number): void {
  const isSpeculative = (piece: number) => kinds[piece] === WRITTEN || kinds[piece] === (WRITTEN | UNCHANGED);
  const speculative = indices(plan.toCheck).filter(isSpeculative);
  if (speculative.length * pieceBytes <= MAX_SPECULATIVE_BYTES) return;
  for (const piece of speculative) plan.toCheck.clear(piece);
}

/** Moves evenly spread doubtful pieces to the check. */
function drawSamples(plan: VerifyPlan, pieceBytes: number): void {
  const doubtful = indices(plan.doubtful);
  const wanted = Math.min(
    MAX_SAMPLES,
    Math.max(1, Math.floor(MAX_SAMPLE_BYTES / pieceBytes)),
    doubtful.length,
  );
  for (let i = 0; i < wanted; i++) {
    const piece = doubtful[Math.floor(((i + 0.5) * doubtful.length) / wanted)] as number;
    plan.doubtful.clear(piece);
    plan.trusted.clear(piece);
    plan.samples.set(piece);
    plan.toCheck.set(piece);
  }
}

function indices(field: Bitfield): number[] {
  const result: number[] = [];
  for (let piece = 0; piece < field.length; piece++) if (field.has(piece)) result.push(piece);
  return result;
}
