/** What a replay tells, for people: what happened when, how each torrent was at the end and why, and whether it was the same. */
import type { ReplayReport } from "../../../sim/index.ts";
import { bytesText, durationText } from "../../output/quantity-text.ts";

const ENDINGS: Readonly<Record<ReplayReport["ending"], string>> = {
  closed: "to the end of the session",
  full: "up to the limit of the recording",
  cut: "up to where the file was cut off",
};

export function replayLines(report: ReplayReport): readonly string[] {
  const { recordedBy, durationMs, events, ending } = report;
  return [
    `Recorded by ${recordedBy}: ${durationText(durationMs)}, ${events} events, ${ENDINGS[ending]}.`,
    "",
    ...report.timeline.map(({ atMs, torrent, what }) => `${clock(atMs)}  torrent ${torrent + 1}: ${what}`),
    ...report.torrents.flatMap(torrentLines),
    "",
    ...verdictLines(report),
  ];
}

function torrentLines(torrent: ReplayReport["torrents"][number]): readonly string[] {
  const { number, totalBytes, haveBytes, connectedPeers, candidates, diagnosis } = torrent;
  const size =
    totalBytes === null
      ? "the file list is not known"
      : `${bytesText(haveBytes)} of ${bytesText(totalBytes)}`;
  return [
    "",
    `torrent ${number + 1} at the end: ${size}; ${connectedPeers} ${connectedPeers === 1 ? "peer" : "peers"} connected, ${candidates} more known`,
    ...(diagnosis === null
      ? []
      : [
          `WHY    ${diagnosis.sentence} [${diagnosis.code}]`,
          ...diagnosis.evidence.map((fact) => `       ${fact}`),
          ...(diagnosis.remedy === "" ? [] : [`TRY    ${diagnosis.remedy}`]),
        ]),
  ];
}

function verdictLines(report: ReplayReport): readonly string[] {
  const { states, equalStates, diagnoses, equalDiagnoses, divergence } = report;
  const compared = `${equalStates} of ${states} states and ${equalDiagnoses} of ${diagnoses} diagnoses are the same`;
  if (divergence === null) return [`The replay came to the same states: ${compared}.`];
  return [
    `The replay goes another way after ${durationText(divergence.atMs)}: ${divergence.what}`,
    `(${compared}).`,
  ];
}

function clock(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(9)} s`;
}
