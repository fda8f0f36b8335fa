/** `starling dht stats`: what a node that joined knows of the network, and what joining cost. */
import type { DhtFamilyView } from "../../dht/index.ts";
import type { SealingCounters } from "../../sealing/index.ts";
import { type JoinedNode, type JoinFlags, withJoinedNode } from "../engine/with-joined-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { bytesText, durationText, percentText } from "../output/quantity-text.ts";

export async function runDhtStats(
  _operands: readonly string[],
  flags: JoinFlags,
  output: Output,
): Promise<number> {
  return await withJoinedNode(flags, (joined) => {
    const { view, contacts, elapsedMs, sealing } = joined;
    for (const line of statsLines(joined)) output.result(line);
    output.json({
      ok: true,
      state: view.state,
      contacts,
      elapsedMs: Math.round(elapsedMs),
      v4: familyFields(view.v4),
      v6: familyFields(view.v6),
      medianRttMs: view.medianRttMs,
      answeredRatio: view.answeredRatio,
      totals: view.totals,
      refused: sealing?.counters ?? null,
    });
    return EXIT_OK;
  });
}

function statsLines({ view, contacts, elapsedMs, sealing }: JoinedNode): readonly string[] {
  const { totals, medianRttMs, answeredRatio } = view;
  return [
    `${view.state}, ${contacts} contacts after ${durationText(elapsedMs)}`,
    ...familyLines("IPv4", view.v4),
    ...familyLines("IPv6", view.v6),
    `round trip ${medianRttMs === null ? "?" : durationText(medianRttMs)}, answered ${answeredRatio === null ? "?" : percentText(answeredRatio)}`,
    `sent ${totals.queriesOut} queries (${bytesText(totals.bytesOut)}), received ${totals.repliesIn} answers (${bytesText(totals.bytesIn)}), ${totals.timeouts} timeouts`,
    ...refusedLines(sealing?.counters),
    ...(totals.foreignIn === 0 ? [] : [`dropped ${totals.foreignIn} messages of other networks`]),
  ];
}

function refusedLines(refused: SealingCounters | undefined): readonly string[] {
  if (refused === undefined) return [];
  const { foreign, untimely, replayed, misdirected } = refused;
  return [
    `refused datagrams: ${foreign} of another key or none, ${untimely} of another time (is a clock wrong?), ${replayed} repeated, ${misdirected} for somebody else`,
  ];
}

function familyLines(name: string, view: DhtFamilyView | null): readonly string[] {
  if (view === null) return [];
  const { nodeId, goodContacts, doubtfulContacts, badContacts, externalHost, estimatedNodes } = view;
  return [
    `${name} node ${nodeId}: ${goodContacts} good, ${doubtfulContacts} doubtful, ${badContacts} bad contacts`,
    `${name} network of about ${estimatedNodes === null ? "?" : Math.round(estimatedNodes)} nodes; others see us at ${externalHost ?? "?"}`,
  ];
}

function familyFields(view: DhtFamilyView | null): object | null {
  if (view === null) return null;
  const { buckets: _, keyspace: __, ...fields } = view;
  return fields;
}
