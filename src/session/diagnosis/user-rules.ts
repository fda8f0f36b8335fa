/** U: what the user asked for. Nothing is wrong, and nothing later in the list matters. */
import type { DiagnosisRule } from "./diagnosis-rule.ts";
import { percentText, rateText } from "./figures.ts";

/** Rates breathe: only a limit that holds this long is the reason. */
const LIMIT_HOLDS_MS = 30_000;

export const USER_RULES: readonly DiagnosisRule[] = [
  {
    code: "U1",
    stage: "user",
    severity: "notice",
    when: (facts) => facts.phase === "paused",
    say: () => ({ sentence: "You paused this.", remedy: "It goes on when you resume it." }),
  },
  {
    code: "U2",
    stage: "user",
    severity: "notice",
    when: (facts) => facts.phase === "queued",
    say: () => ({
      sentence: "Waits for its turn: as many torrents run as you allow at once.",
      remedy: "It starts when another one is done or stalls; move it up in the queue to start it earlier.",
    }),
  },
  {
    code: "U8",
    stage: "user",
    severity: "fine",
    when: (facts) => facts.phase === "moving",
    say: () => ({ sentence: "Its data is being moved to the folder that you chose." }),
  },
  {
    code: "U6",
    stage: "user",
    severity: "problem",
    when: (facts) => facts.failure?.code === "TORRENT_PRIVATE",
    say: (facts) => ({
      sentence: facts.failure?.message ?? "",
      remedy: facts.failure?.hint ?? "",
    }),
  },
  {
    code: "U7",
    stage: "user",
    severity: "problem",
    when: (facts) => facts.failure?.code === "TORRENT_INVALID" || facts.failure?.code === "TORRENT_V2_ONLY",
    say: (facts) => ({ sentence: facts.failure?.message ?? "", remedy: facts.failure?.hint ?? "" }),
  },
  {
    code: "U3",
    stage: "user",
    severity: "notice",
    when: (facts) => facts.wantsNothing && facts.failure === undefined,
    say: () => ({
      sentence: "No file of this torrent is selected.",
      remedy: "Select files to download, or remove the torrent.",
    }),
  },
  {
    code: "U4",
    stage: "user",
    severity: "fine",
    when: (facts) => facts.phase === "checking",
    say: (facts) => ({ sentence: `Checking what is on disk: ${percentText(facts.checkedRatio)}.` }),
  },
];

/** U5 stands after everything that is broken: a limit explains a slow rate, not a dead one. */
export const LIMIT_RULE: DiagnosisRule = {
  code: "U5",
  lingers: true,
  stage: "user",
  severity: "notice",
  enterAfterMs: LIMIT_HOLDS_MS,
  when: ({ flow }) => flow.bindingLimit !== undefined,
  say: ({ flow }) => {
    const direction = flow.bindingLimit?.direction === "up" ? "upload" : "download";
    return {
      sentence: `Your ${direction} limit of ${rateText(flow.bindingLimit?.bytesPerSecond ?? 0)} is what holds it.`,
      remedy: "Raise or lift the limit to go faster.",
    };
  },
};
