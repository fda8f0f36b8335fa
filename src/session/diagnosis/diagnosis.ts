/**
 * The WHY line: an ordered decision list over plain facts. The first problem is the diagnosis, without one the first
 * match; others are named as "also". What holds only for a moment is not said (`enterAfterMs`), and what flickers stays for a while after its
 * condition ceased (`lingers`), so that the line can be read.
 *
 * The order is the order in which data needs things: what the user asked, the disk, the network, the DHT, peers,
 * connections, pieces. A link of the chain is blamed only when everything before it holds.
 */
import type { Diagnosis, TorrentPhase } from "../session-view.ts";
import type { DiagnosisFacts } from "./diagnosis-facts.ts";
import { type DiagnosisRule, type DiagnosisText, LINGER_MS } from "./diagnosis-rule.ts";
import { DISK_RULES } from "./disk-rules.ts";
import { LINK_RULES } from "./link-rules.ts";
import { NETWORK_RULES } from "./network-rules.ts";
import { FINE_RULES, PIECE_RULES } from "./piece-rules.ts";
import { LIMIT_RULE, USER_RULES } from "./user-rules.ts";

/** All rules, in the order in which they are tried. */
export const DIAGNOSIS_RULES: readonly DiagnosisRule[] = [
  ...USER_RULES,
  ...DISK_RULES,
  ...NETWORK_RULES,
  ...LINK_RULES,
  ...PIECE_RULES,
  LIMIT_RULE,
  ...FINE_RULES,
];

/** A rule whose condition holds, or held a moment ago. */
interface Match {
  readonly rule: DiagnosisRule;
  readonly severity: Diagnosis["severity"];
  readonly text: DiagnosisText;
}

interface Held {
  sinceMs: number;
  lastMs: number;
  match: Match;
}

/** The diagnosis of one torrent over time. */
export class DiagnosisTracker {
  readonly #held = new Map<string, Held>();
  #phase: TorrentPhase | undefined;

  /** The diagnosis at `nowMs`; call it about once a second. */
  update(facts: DiagnosisFacts, nowMs: number): Diagnosis {
    if (facts.phase !== this.#phase) this.#held.clear();
    this.#phase = facts.phase;
    return diagnosisOf(DIAGNOSIS_RULES.flatMap((rule) => this.#established(rule, facts, nowMs)));
  }

  #established(rule: DiagnosisRule, facts: DiagnosisFacts, nowMs: number): readonly Match[] {
    const former = this.#held.get(rule.code);
    if (rule.when(facts)) {
      const held = { sinceMs: former?.sinceMs ?? nowMs, lastMs: nowMs, match: matchOf(rule, facts) };
      this.#held.set(rule.code, held);
      return nowMs - held.sinceMs >= (rule.enterAfterMs ?? 0) ? [held.match] : [];
    }
    if (former === undefined) return [];
    const wasEstablished = former.lastMs - former.sinceMs >= (rule.enterAfterMs ?? 0);
    if (rule.lingers === true && wasEstablished && nowMs - former.lastMs < LINGER_MS) return [former.match];
    this.#held.delete(rule.code);
    return [];
  }
}

/** The diagnosis of facts that have held for ever: no entry times, nothing lingers. */
export function diagnose(facts: DiagnosisFacts): Diagnosis {
  return diagnosisOf(DIAGNOSIS_RULES.filter((rule) => rule.when(facts)).map((rule) => matchOf(rule, facts)));
}

/** Between two facts that do not fit together yet, as in the first instant of a torrent. */
const UNDECIDED: Diagnosis = {
  code: "OK0",
  stage: "none",
  severity: "fine",
  sentence: "Starting.",
  evidence: [],
  remedy: "",
  also: [],
};

function matchOf(rule: DiagnosisRule, facts: DiagnosisFacts): Match {
  const severity = typeof rule.severity === "function" ? rule.severity(facts) : rule.severity;
  return { rule, severity, text: rule.say(facts) };
}

function diagnosisOf(matches: readonly Match[]): Diagnosis {
  const primary = primaryOf(matches);
  if (primary === undefined) return UNDECIDED;
  const others = matches.filter((match) => match !== primary);
  const { sentence, evidence = [], remedy = "" } = primary.text;
  return {
    code: primary.rule.code,
    stage: primary.rule.stage,
    severity: primary.severity,
    sentence,
    evidence,
    remedy,
    also: others.filter(isWorthNaming).map((match) => match.rule.code),
  };
}

/**
 * What the user asked for comes first; then the first problem; and only where there is none the first of the rest, so
 * that a remark on damaged data does not hide that everything stands still.
 */
function primaryOf(matches: readonly Match[]): Match | undefined {
  const [first] = matches;
  if (first?.rule.stage === "user") return first;
  return matches.find(({ severity }) => severity === "problem") ?? first;
}

/** Beside the diagnosis, only what is wrong or limits is named; "still looking" is true of much. */
function isWorthNaming({ rule, severity }: Match): boolean {
  return severity === "problem" || (severity === "notice" && rule.lingers === true);
}
