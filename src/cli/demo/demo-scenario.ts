/** What a scenario of the demo is: trouble on purpose, and the line by which Starling explains it. */
import type { TorrentSource } from "../../session/session-view.ts";
import type { Metainfo } from "../../torrent/metainfo.ts";
import type { DemoKit } from "./demo-kit.ts";

/** A whole Starling session on the other side. */
export interface DemoPeerPlan {
  /** Parent of the shared folder. */
  readonly folder: string;
  /** Downloads what is missing; else it shares what is right in its folder and no more. */
  readonly isDownloading?: boolean;
  readonly maxUpBytesPerSecond?: number;
  /** Peers that it uploads to at a time; 0 chokes everybody. */
  readonly uploadSlots?: number;
}

/** What a scenario has arranged: who is there, and what the client is given. */
export interface DemoStage {
  /** Undefined where nobody on the other side has anything to do with the torrent. */
  readonly shared: { readonly metainfo: Metainfo; readonly peers: readonly DemoPeerPlan[] } | undefined;
  readonly source: TorrentSource;
  /** Instead of the demo's own DHT. */
  readonly bootstrap?: readonly string[];
  /** Runs when the others share, before the client starts. */
  readonly spoil?: () => Promise<void>;
}

export interface DemoScenario {
  readonly name: string;
  /** One line for the help and for whoever watches: what is wrong. */
  readonly summary: string;
  /** Codes of the diagnosis of which one must come, and how bad it must be. */
  readonly expects: { readonly codes: readonly string[]; readonly severity: "notice" | "problem" };
  arrange(kit: DemoKit): Promise<DemoStage>;
}
