/** What a serving node tells Prometheus. */
import { expect, test } from "vitest";
import { metricsText } from "../../../src/cli/serve/metrics-text.ts";
import { LoneNode } from "../../dht/lone-node.ts";

const figuresOf = (lone: LoneNode) => ({
  view: lone.node.view(),
  refused: undefined,
  residentBytes: 64_000_000,
  startedAtUnixMs: 1_700_000_000_500,
});

test("counters and gauges are in the text format, with their kinds and labels", () => {
  const lone = new LoneNode();
  lone.befriend(3);
  lone.answersTo(lone.getPeers(new Uint8Array(20)));
  const text = metricsText(figuresOf(lone));
  expect(text).toContain(
    '# TYPE starling_dht_queries_total counter\nstarling_dht_queries_total{direction="in"} 1\nstarling_dht_queries_total{direction="out"} 3\n',
  );
  expect(text).toContain('starling_dht_good_contacts{family="ipv4"} 3\n');
  expect(text).toContain("starling_start_time_seconds 1700000000.5\n");
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) starling_\w+ .+|starling_\w+(\{[a-z]+="[a-z0-9]+"\})? [0-9.]+)$/);
});

test("what is not known is not told, and what a sealed network refused is", () => {
  const figures = figuresOf(new LoneNode());
  expect(metricsText(figures)).not.toContain("starling_dht_estimated_nodes");
  expect(metricsText(figures)).not.toContain("sealed");
  const refused = { foreign: 7, untimely: 1, replayed: 2, misdirected: 3 };
  expect(metricsText({ ...figures, refused })).toContain(
    'starling_sealed_refused_total{reason="foreign"} 7\nstarling_sealed_refused_total{reason="untimely"} 1\n',
  );
});
