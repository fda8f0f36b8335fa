/** What `status` says of the engine as a whole. */
import type { SessionSnapshot, TorrentSnapshot } from "../../session/session-view.ts";
import { bytesText, rateText } from "../output/quantity-text.ts";

export function sessionLines(snapshot: SessionSnapshot): readonly string[] {
  const line = (label: string, value: string): string => `${label.padEnd(11)}${value}`;
  return [
    line("listening", snapshot.listening ?? "–"),
    line("dht", dhtText(snapshot)),
    line("reach", snapshot.reachability.sentence),
    line("rates", `▼ ${rateText(snapshot.downBytesPerSecond)}  ▲ ${rateText(snapshot.upBytesPerSecond)}`),
    line("limits", limitText(snapshot)),
    line("all time", allTimeText(snapshot)),
    line(
      "disk",
      snapshot.freeBytes === null
        ? snapshot.defaultFolder
        : `${bytesText(snapshot.freeBytes)} free in ${snapshot.defaultFolder}`,
    ),
    line("torrents", countText(snapshot.torrents)),
  ];
}

function allTimeText({ allTime }: SessionSnapshot): string {
  const { downloadedBytes: down, uploadedBytes: up } = allTime;
  const ratio = down === 0 ? "" : `, ratio ${(up / down).toFixed(2)}`;
  return `▼ ${bytesText(down)}  ▲ ${bytesText(up)}${ratio}`;
}

/** Torrents that need the user, one a line. */
export function problemLines(torrents: readonly TorrentSnapshot[]): readonly string[] {
  return torrents
    .filter(({ diagnosis }) => diagnosis.severity === "problem")
    .map(({ name, diagnosis }) => `! ${name}: ${diagnosis.sentence}`);
}

function dhtText({ dht }: SessionSnapshot): string {
  const { network } = dht;
  const name = network === null ? "" : `${network.name} (${network.mode}), `;
  return dht.enabled ? `${name}${dht.state}, ${dht.goodNodes + dht.goodNodes6} nodes` : "off";
}

function limitText(snapshot: SessionSnapshot): string {
  const { maxDownBytesPerSecond: down, maxUpBytesPerSecond: up, usesAlternativeLimits } = snapshot;
  const text = (limit: number | null): string => (limit === null ? "none" : rateText(limit));
  return `▼ ${text(down)}  ▲ ${text(up)}${usesAlternativeLimits ? " (the alternative ones)" : ""}`;
}

/** `3 downloading, 2 seeding`; the phases in the order in which they come first. */
function countText(torrents: readonly TorrentSnapshot[]): string {
  const counts = new Map<string, number>();
  for (const { phase } of torrents) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  return counts.size === 0 ? "none" : [...counts].map(([phase, count]) => `${count} ${phase}`).join(", ");
}
