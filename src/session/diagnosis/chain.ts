/**
 * The CHAIN ladder: disk, net, dht, peers, link, pieces, each with a mark. At most one is broken, the stage of the
 * diagnosis; what comes after it is not reached, what comes before it holds.
 */
import type { ChainMark, ChainStage, Diagnosis } from "../session-view.ts";
import type { DiagnosisFacts } from "./diagnosis-facts.ts";
import { CHAIN_STAGES } from "./diagnosis-rule.ts";

export function chainMarks(
  facts: DiagnosisFacts,
  diagnosis: Diagnosis,
): Readonly<Record<ChainStage, ChainMark>> {
  const marks = ownMarks(facts);
  const blamed = CHAIN_STAGES.indexOf(diagnosis.stage as ChainStage);
  if (blamed >= 0 && diagnosis.severity !== "fine") {
    marks[CHAIN_STAGES[blamed] as ChainStage] = diagnosis.severity === "problem" ? "broken" : "weak";
  }
  if (diagnosis.severity !== "problem") return marks;
  const isStopped = blamed < 0;
  for (const stage of CHAIN_STAGES.slice(isStopped ? 0 : blamed + 1)) marks[stage] = "unreached";
  return marks;
}

/** What each stage says for itself. */
function ownMarks(facts: DiagnosisFacts): Record<ChainStage, ChainMark> {
  const { peers, pieces, metadata } = facts;
  const isIdle = facts.phase === "paused" || facts.phase === "checking";
  return {
    disk: "ok",
    net: facts.net.isUp ? "ok" : "weak",
    dht: dhtMark(facts),
    peers: isIdle ? "unreached" : peersMark(facts),
    link: isIdle ? "unreached" : peers.connected > 0 ? "ok" : peers.connecting > 0 ? "weak" : "unreached",
    pieces: isIdle || metadata !== undefined ? "unreached" : piecesMark(pieces, peers.connected),
  };
}

function dhtMark({ dht }: DiagnosisFacts): ChainMark {
  if (!dht.enabled) return "unreached";
  return dht.state === "joined" ? "ok" : "weak";
}

function peersMark({ peers, lookups }: DiagnosisFacts): ChainMark {
  if (peers.candidates + peers.resting + peers.connecting + peers.connected > 0) return "ok";
  return lookups.isActive ? "weak" : "unreached";
}

function piecesMark(pieces: DiagnosisFacts["pieces"], connected: number): ChainMark {
  if (pieces.missing === 0) return "ok";
  if (connected === 0) return "unreached";
  return pieces.unavailable > 0 ? "weak" : "ok";
}
