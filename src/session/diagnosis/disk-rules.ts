/** E: the disk, and data that is not what it should be. */
import type { ErrorCode } from "../../core/errors.ts";
import type { DiagnosisFacts } from "./diagnosis-facts.ts";
import { type DiagnosisRule, needsPeers } from "./diagnosis-rule.ts";
import { countText, sizeText } from "./figures.ts";

/** Bad pieces in ten minutes that are worth a word while nobody was found guilty (dashboard list, E5). */
const MANY_BAD_PIECES = 3;

const failedWith =
  (...codes: readonly ErrorCode[]) =>
  ({ failure }: DiagnosisFacts): boolean =>
    failure !== undefined && codes.includes(failure.code);

/** The failure speaks for itself. */
const sayFailure = ({ failure }: DiagnosisFacts) => ({
  sentence: failure?.message ?? "",
  remedy: failure?.hint ?? "",
});

export const DISK_RULES: readonly DiagnosisRule[] = [
  {
    code: "E1",
    stage: "disk",
    severity: "problem",
    when: failedWith("DISK_FULL"),
    say: ({ missingBytes, disk, folder }) => ({
      sentence:
        disk.freeBytes === undefined
          ? `The disk is full; this torrent needs ${sizeText(missingBytes)} more in ${folder}.`
          : `The disk is full: needs ${sizeText(missingBytes)}, ${sizeText(disk.freeBytes)} free in ${folder}.`,
      remedy: "It resumes by itself when there is space.",
    }),
  },
  {
    code: "E2",
    stage: "disk",
    severity: "problem",
    when: failedWith("PATH_NOT_WRITABLE", "PATH_IN_THE_WAY"),
    say: sayFailure,
  },
  {
    code: "E3",
    stage: "disk",
    severity: "problem",
    when: failedWith("PATH_NOT_FOUND"),
    say: sayFailure,
  },
  {
    code: "E4",
    stage: "disk",
    severity: "problem",
    when: ({ failure }) => failure !== undefined,
    say: sayFailure,
  },
  {
    code: "E6",
    stage: "disk",
    severity: "problem",
    when: ({ disk }) => disk.damagedPieces > 0,
    say: ({ disk, folder }) => ({
      sentence: `${countText(disk.damagedPieces, "piece", "pieces")} on disk ${disk.damagedPieces === 1 ? "is" : "are"} not what the torrent says.`,
      evidence: [`Checked in ${folder}; nothing there was changed.`],
      remedy:
        "Only what matches is shared. If the files were changed on purpose, share them as a new torrent.",
    }),
  },
  {
    code: "E5",
    lingers: true,
    stage: "disk",
    // Whoever was the only one is missed now: what follows (nobody announces it) would hide why.
    severity: (facts) => (needsPeers(facts) && facts.peers.connected === 0 ? "problem" : "notice"),
    when: ({ pieces }) =>
      pieces.recentlyBad >= MANY_BAD_PIECES || (pieces.recentlyBad > 0 && pieces.recentlyBanned.length > 0),
    say: ({ pieces }) => ({
      sentence:
        pieces.recentlyBanned.length === 0
          ? `${countText(pieces.recentlyBad, "piece", "pieces")} arrived damaged in the last 10 minutes.`
          : `A peer sends damaged data (blocked ${pieces.recentlyBanned.join(", ")}).`,
      evidence: [
        `${countText(pieces.recentlyBad, "piece", "pieces")} failed verification in the last 10 minutes.`,
      ],
      remedy: "Damaged pieces are thrown away and fetched again from others.",
    }),
  },
];
