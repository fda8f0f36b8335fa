/** `starling dht table`: the routing table that a node has after it joined, bucket by bucket. */
import type { DhtBucketView, DhtFamilyView } from "../../dht/index.ts";
import { type JoinFlags, withJoinedNode } from "../engine/with-joined-node.ts";
import { EXIT_OK } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { type Column, tableLines } from "../output/table.ts";

const COLUMNS: readonly Column<DhtBucketView>[] = [
  { title: "BITS", cell: ({ sharedBits }) => String(sharedBits), isFigure: true },
  { title: "CONTACTS", cell: ({ contacts }) => String(contacts), isFigure: true },
  { title: "OF", cell: ({ capacity }) => String(capacity), isFigure: true },
  { title: "GOOD", cell: ({ good }) => String(good), isFigure: true },
  { title: "DOUBTFUL", cell: ({ doubtful }) => String(doubtful), isFigure: true },
  { title: "BAD", cell: ({ bad }) => String(bad), isFigure: true },
  { title: "SPARE", cell: ({ replacements }) => String(replacements), isFigure: true },
  { title: "RTT", cell: ({ medianRttMs }) => (medianRttMs === null ? "?" : `${Math.round(medianRttMs)} ms`) },
];

export async function runDhtTable(
  _operands: readonly string[],
  flags: JoinFlags,
  output: Output,
): Promise<number> {
  return await withJoinedNode(flags, ({ view: { v4, v6 } }) => {
    printFamily("IPv4", v4, output);
    printFamily("IPv6", v6, output);
    output.json({ ok: true, v4: tableOf(v4), v6: tableOf(v6) });
    return EXIT_OK;
  });
}

function printFamily(name: string, view: DhtFamilyView | null, output: Output): void {
  if (view === null || view.buckets.length === 0) return;
  output.note(`${name}, node ${view.nodeId}; BITS are those that contacts share with it`);
  for (const line of tableLines(view.buckets, COLUMNS, "aligned")) output.result(line);
}

function tableOf(view: DhtFamilyView | null): object | null {
  return view && { nodeId: view.nodeId, buckets: view.buckets };
}
