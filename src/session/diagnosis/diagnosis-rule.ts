/** One entry of the decision list. */
import type { ChainStage, Diagnosis } from "../session-view.ts";
import type { DiagnosisFacts } from "./diagnosis-facts.ts";

export type DiagnosisStage = Diagnosis["stage"];
export type DiagnosisSeverity = Diagnosis["severity"];

export interface DiagnosisText {
  readonly sentence: string;
  readonly evidence?: readonly string[];
  readonly remedy?: string;
}

export interface DiagnosisRule {
  /** Stable; scripts and help pages name it. */
  readonly code: string;
  readonly stage: DiagnosisStage;
  readonly severity: DiagnosisSeverity | ((facts: DiagnosisFacts) => DiagnosisSeverity);
  /** How long the condition must hold before it is said: what is normal for a while is no trouble. Default 0. */
  readonly enterAfterMs?: number;
  /** The condition flickers by nature: once said, it stays said for `LINGER_MS` after it ceased to hold. */
  readonly lingers?: boolean;
  readonly when: (facts: DiagnosisFacts) => boolean;
  readonly say: (facts: DiagnosisFacts) => DiagnosisText;
}

/** dashboard list, hysteresis: long enough to read the line. */
export const LINGER_MS = 5_000;

/** The torrent lacks something that only peers can give. */
export function needsPeers({ phase }: DiagnosisFacts): boolean {
  return phase === "resolving" || phase === "downloading";
}

/** The stages of the CHAIN in the order in which data needs them. */
export const CHAIN_STAGES: readonly ChainStage[] = ["disk", "net", "dht", "peers", "link", "pieces"];
