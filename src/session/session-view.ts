/**
 * The face of the engine: the immutable snapshot that every viewer reads and the commands that every viewer may
 * send. The only file of ours that `ui/` imports. Plain data, so that it crosses threads, sockets and `--json`
 * unchanged. Units are in the names; unknown is null, never -1 or NaN.
 */
import type { ErrorCode } from "../core/errors.ts";

/** Version of the messages on the channel; a viewer of another version is refused with a sentence. */
export const PROTOCOL_VERSION = 4;

export type TorrentPhase =
  | "resolving" // magnet: looking for the metadata
  | "checking" // hashing what is on disk
  | "moving" // its data goes to another folder
  | "downloading"
  | "seeding" // everything wanted is here; uploads
  | "finished" // everything wanted is here; stopped because its seeding goal is met
  | "queued" // waits for its turn: as many torrents run as the session may have active at once
  | "paused"
  | "failed"; // needs the user; `diagnosis` says why

/** Stage of the CHAIN ladder, in the order data needs them. */
export type ChainStage = "disk" | "net" | "dht" | "peers" | "link" | "pieces";
export type ChainMark = "ok" | "weak" | "broken" | "unreached";

/** The WHY line: the first match of the ordered decision list. `code` is stable (U1, E1, D2, L2, S1, OK1, …). */
export interface Diagnosis {
  readonly code: string;
  readonly stage: ChainStage | "user" | "seed" | "none";
  readonly severity: "fine" | "notice" | "problem";
  /** One sentence with numbers, for people. */
  readonly sentence: string;
  /** The facts it rests on, one a line. */
  readonly evidence: readonly string[];
  /** What will happen next or what can be done; empty when nothing needs doing. */
  readonly remedy: string;
  /** Codes of further matches. */
  readonly also: readonly string[];
}

export interface PeerSnapshot {
  /** `host:port`. */
  readonly address: string;
  /** Client name, sanitised; empty when unknown. */
  readonly client: string;
  readonly source: "dht" | "pex" | "lsd" | "magnet" | "manual" | "incoming" | "resume";
  readonly transport: "tcp" | "utp";
  /** Only its handshake, or all of the connection; null = plaintext. */
  readonly encryption: "handshake" | "rc4" | "sealed" | null;
  /** The peer opened the connection. */
  readonly isIncoming: boolean;
  /** Both ends called each other over uTP, on the word of a third (BEP 55) or by chance. */
  readonly isHolePunched: boolean;
  readonly state: "connecting" | "handshaking" | "connected";
  /** 0 to 1; null before the bitfield. */
  readonly haveRatio: number | null;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly amChoking: boolean;
  readonly amInterested: boolean;
  readonly peerChoking: boolean;
  readonly peerInterested: boolean;
  readonly snubbed: boolean;
  /** Requests of ours that wait for an answer. */
  readonly pendingRequests: number;
  /** Requests of the peer that we have not answered. */
  readonly queuedUploads: number;
  readonly rttMs: number | null;
  /** What the peer is doing, in words: "chokes us (48 s)", "sending". */
  readonly activity: string;
  /** What we do for it, in words: "sending", "waits for its turn". */
  readonly uploadActivity: string;
}

export interface FileSnapshot {
  /** As on disk, relative to the folder given with `-o`, `/` between elements. */
  readonly path: string;
  readonly lengthBytes: number;
  readonly haveBytes: number;
  /** 0 = not wanted, 1 = low, 4 = normal, 7 = high. */
  readonly priority: number;
  /** 0 to 1: share of its pieces that we have or a connected peer has. */
  readonly reachableRatio: number;
}

/** The torrent cut into slices of equal size, a sign each; for torrents of few pieces a slice is one piece. */
export interface PieceMapSnapshot {
  readonly sliceCount: number;
  /** Tenths of the slice that are here, 0 to 9; 9 means all of it. */
  readonly have: string;
  /** Fewest copies of its pieces among connected peers and us, 9 = nine or more. */
  readonly copies: string;
  /** `1` where a piece of the slice is on its way, else `0`. */
  readonly active: string;
}

/** The newest search for peers of a torrent in the DHT, and where it stored us. */
export interface DhtTrailSnapshot {
  readonly isRunning: boolean;
  readonly asked: number;
  readonly answered: number;
  readonly timedOut: number;
  readonly peersFound: number;
  /** Closest nodes that took our announce; null before the first round. */
  readonly storedOn: number | null;
  /** Seconds to the next search, in steps; null while one runs or none is planned. */
  readonly nextInSeconds: number | null;
  /** The nodes that were asked, in the order in which their answers came or were given up. */
  readonly steps: readonly DhtTrailStep[];
}

export interface DhtTrailStep {
  /** `host:port`. */
  readonly address: string;
  /** Bits that the node's id shares with the info-hash; null while its id is unknown. */
  readonly sharedBits: number | null;
  readonly outcome: "answered" | "timed-out";
  readonly rttMs: number | null;
  readonly peers: number;
}

export interface SwarmCounts {
  readonly connectedPeers: number;
  readonly connectedSeeds: number;
  readonly connectingPeers: number;
  /** Known and not connected. */
  readonly candidates: number;
  readonly unchokedByPeers: number;
  readonly interestedPeers: number;
  readonly incomingPeers: number;
  readonly failedDials: number;
}

/** Bytes by purpose, since the torrent was added. */
export interface TrafficTotals {
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly wastedHashFailBytes: number;
  readonly wastedRedundantBytes: number;
  readonly wastedUnrequestedBytes: number;
  readonly protocolDownBytes: number;
  readonly protocolUpBytes: number;
}

/** Why a torrent stands still until the user (or, with `DISK_FULL`, more space) helps. */
export interface TorrentFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

export interface TorrentSnapshot {
  /** Info-hash, 40 lower-case hex digits; the id of the torrent in every command. */
  readonly id: string;
  /** Sanitised for a terminal; for a magnet without `dn` the start of the hash. */
  readonly name: string;
  readonly magnet: string;
  readonly phase: TorrentPhase;
  /** Present while `phase` is `failed`. */
  readonly failure?: TorrentFailure;
  readonly isPrivate: boolean;
  /** Folder given with `-o`; while its data is moved, the one that it leaves. */
  readonly folder: string;
  /** Words of the user to find torrents by. */
  readonly labels: readonly string[];
  /** Place in the session's order, 0 first: the order in which torrents are shown and get their turn. */
  readonly queuePosition: number;
  /** Pieces are fetched from the first to the last instead of the rarest first. */
  readonly isSequential: boolean;
  /** Limits of this torrent alone; null = none. */
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
  /** The goal that counts for it: bytes uploaded for each wanted byte, and time complete. Null = no such goal. */
  readonly seedRatio: number | null;
  readonly seedForMs: number | null;
  /** The goal is the session's (`SessionSettings.defaultSeedRatio`), not one of its own. */
  readonly usesDefaultGoal: boolean;
  /** Bytes uploaded for each wanted byte, over all sessions; null until the metadata is known. */
  readonly uploadRatio: number | null;
  /** Time complete and running, over all sessions; whole minutes. */
  readonly seedingMs: number;
  /** Null until the metadata is here. */
  readonly totalBytes: number | null;
  readonly wantedBytes: number | null;
  readonly haveBytes: number;
  readonly wantedHaveBytes: number;
  readonly pieceCount: number | null;
  readonly pieceBytes: number | null;
  readonly havePieces: number;
  /** 0 to 1 of the wanted bytes; of the metadata while resolving; of the check while checking; of the bytes moved while moving. */
  readonly progressRatio: number;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  /** At the present rate; null when unknown or never. */
  readonly etaSeconds: number | null;
  /** From the good and the poor rates of the last minutes: four finishes of five fall in it. Null when unknown or never. */
  readonly etaRange: { readonly lowSeconds: number; readonly highSeconds: number } | null;
  readonly totals: TrafficTotals;
  readonly counts: SwarmCounts;
  /** Distributed copies among connected peers (libtorrent's definition); null before metadata. */
  readonly copies: number | null;
  /** 0 to 1: share of the wanted bytes that we have or a connected peer has. */
  readonly reachableRatio: number | null;
  /**
   * Wanted missing pieces by the number of connected peers that have them: nobody, one, two, three or four, five or
   * more. Empty before the metadata.
   */
  readonly rarity: readonly number[];
  /** HAVE strip: per slice of the torrent 0 to 9 tenths have; AVAIL strip: fewest copies in the slice, 9 = nine or more. */
  readonly haveStrip: string;
  readonly availabilityStrip: string;
  readonly diagnosis: Diagnosis;
  readonly chain: Readonly<Record<ChainStage, ChainMark>>;
  /** Since when the diagnosis has had its present code. */
  readonly diagnosisSinceUnixMs: number;
  /** Health 0 to 100; null where it says nothing (paused, checking). */
  readonly health: number | null;
  /** 0 to 1: how sure it is that today's peers suffice to finish; null where nothing is missing or known. */
  readonly finishConfidence: number | null;
  /** Peers and, among them, seeds that there are besides us, by the DHT's count (BEP 33); null before it was asked. */
  readonly estimatedPeers: number | null;
  readonly estimatedSeeds: number | null;
  readonly ignoredTrackers: number;
  readonly ignoredWebSeeds: number;
  readonly addedAtUnixMs: number;
  readonly finishedAtUnixMs: number | null;
  /** Milliseconds from adding to the event; null while it has not happened. */
  readonly milestones: {
    readonly firstPeerMs: number | null;
    readonly metadataMs: number | null;
    readonly firstPieceMs: number | null;
    readonly doneMs: number | null;
  };
  /** A first seed that tells peers of its pieces one by one (BEP 16). */
  readonly isSuperSeeding: boolean;
  /** Pieces that are here and not on disk yet, or not checked. */
  readonly pendingPieces: number;
  /** Only for torrents that a viewer has asked details for; else empty. */
  readonly peers: readonly PeerSnapshot[];
  readonly files: readonly FileSnapshot[];
  /** As `peers`: null unless a viewer has asked, and before the metadata. */
  readonly pieces: PieceMapSnapshot | null;
  /** As `peers`: null unless a viewer has asked, and where no DHT runs. */
  readonly dhtTrail: DhtTrailSnapshot | null;
}

/** One depth of the routing table. */
export interface DhtBucketSnapshot {
  /** Leading bits that its contacts share with our id: 0 is the far half of the space, 1 the next quarter, … */
  readonly sharedBits: number;
  readonly capacity: number;
  readonly good: number;
  readonly doubtful: number;
  readonly bad: number;
  /** Contacts that wait for a place. */
  readonly reserves: number;
  readonly medianRttMs: number | null;
  /** Seconds since one of them was heard of. */
  readonly lastHeardSeconds: number | null;
}

export interface DhtLookupSnapshot {
  /** Forty lower-case hex digits. */
  readonly target: string;
  readonly purpose: "find-node" | "get-peers";
  readonly elapsedSeconds: number;
  readonly asked: number;
  readonly answered: number;
  readonly timedOut: number;
  readonly peersFound: number;
  /** Bits that the closest node which answered shares with the target. */
  readonly closestBits: number;
}

/** Milliseconds: the median, and what one in a hundred takes longer than; null where nothing was measured. */
export interface DhtLookupTimesSnapshot {
  readonly lookups: number;
  readonly firstPeersMs: { readonly p50: number; readonly p99: number } | null;
  readonly wholeLookupMs: { readonly p50: number; readonly p99: number } | null;
}

/** What the DHT screen draws; it changes all the time. */
export interface DhtDetails {
  readonly badNodes: number;
  /** Nodes of the whole network by the density around us; null before the first lookup that ended. */
  readonly estimatedNodes: number | null;
  /** Depths that hold anything, farthest first, of IPv4 (of IPv6 where that is all there is). */
  readonly buckets: readonly DhtBucketSnapshot[];
  /** Contacts by slice of the whole key space, 64 of them, from id 00… to ff…. */
  readonly keyspace: readonly number[];
  readonly lookups: readonly DhtLookupSnapshot[];
  readonly waitingLookups: number;
  /** Of the last hundred that found the closest nodes. */
  readonly lookupTimes: DhtLookupTimesSnapshot;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly medianRttMs: number | null;
  /** Since the start: queries that others sent us, queries of ours without an answer, queries left unanswered. */
  readonly queriesIn: number;
  readonly timeouts: number;
  readonly limitedIn: number;
  readonly storedHashes: number;
  /** Info-hashes that we announce. */
  readonly announcedHashes: number;
  readonly readOnly: boolean;
}

/** In the place of an id in `watchDetails`: the details of the DHT. */
export const DHT_DETAILS = "dht";

export interface DhtSnapshot {
  readonly enabled: boolean;
  /** The private network that the session is in, as the user calls it; null for the DHT that everybody is in. */
  readonly network: { readonly name: string; readonly mode: "plain" | "open" | "sealed" } | null;
  readonly nodeId: string;
  readonly state: "off" | "bootstrapping" | "joining" | "joined" | "lost";
  readonly goodNodes: number;
  readonly doubtfulNodes: number;
  readonly goodNodes6: number;
  readonly queriesInPerSecond: number;
  readonly queriesOutPerSecond: number;
  /** Of the last 100 queries; null before the first. */
  readonly answeredRatio: number | null;
  readonly activeLookups: number;
  readonly storedPeers: number;
  /** Number of bootstrap nodes configured, and how each of them behaves. */
  readonly bootstrap: readonly {
    readonly address: string;
    readonly state: "untried" | "asked" | "answered" | "silent" | "unresolved";
  }[];
  /** What others say our address is; null before they agree. */
  readonly externalAddress: string | null;
  /** Null unless a viewer has asked. */
  readonly details: DhtDetails | null;
}

/** Our port on the router. */
export interface MappingSnapshot {
  /**
   * `off`: not asked for. `no-gateway`: there is no router, or our own address is one of the Internet. `silent`: it answers in
   * none of the protocols.
   */
  readonly state: "off" | "searching" | "mapped" | "refused" | "silent" | "no-gateway";
  /** Which one the router understood; null unless mapped, as are the ports. */
  readonly protocol: "pcp" | "nat-pmp" | "upnp" | null;
  /** Numeric address of the router. */
  readonly gateway: string | null;
  /** The router's own address on the outside, by its word. */
  readonly outsideHost: string | null;
  /** Ports on the outside. */
  readonly tcpPort: number | null;
  readonly udpPort: number | null;
  /** Why the router refused, in a few words. */
  readonly detail: string | null;
  /** `[ADDRESS]:PORT` of ours that the router lets others in to over IPv6, where nothing is translated; empty unless asked for. */
  readonly pinholes: readonly string[];
}

/** Who can reach us, by what was seen to happen. */
export interface ReachabilitySnapshot {
  /**
   * The best that is known: peers connect · DHT nodes that were never asked reach us · the router says that it maps the port ·
   * only what we begin ourselves works · nothing is known.
   */
  readonly verdict: "connected" | "dht" | "mapped" | "outgoing" | "unknown";
  /** The same for people. */
  readonly sentence: string;
  /** Connections that others opened by themselves and that became peers; those over a punched hole do not count. */
  readonly incomingLastHour: number;
  /** In the last hour; over UDP. */
  readonly hasDhtStrangers: boolean;
  readonly mapping: MappingSnapshot;
}

export interface LogLine {
  readonly sequence: number;
  readonly atUnixMs: number;
  readonly torrentId: string | null;
  readonly text: string;
}

export interface SessionSnapshot {
  readonly version: number;
  readonly atUnixMs: number;
  readonly listening: string | null;
  readonly downBytesPerSecond: number;
  readonly upBytesPerSecond: number;
  /** Payload of all torrents, also of those that are gone, over all sessions that remember. */
  readonly allTime: { readonly downloadedBytes: number; readonly uploadedBytes: number };
  /** The limits that count now; null = none. */
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
  /** The alternative limits are those that count now. */
  readonly usesAlternativeLimits: boolean;
  readonly settings: SessionSettings;
  readonly freeBytes: number | null;
  readonly defaultFolder: string;
  readonly dht: DhtSnapshot;
  readonly reachability: ReachabilitySnapshot;
  readonly torrents: readonly TorrentSnapshot[];
  /** Newest last; at most 200. */
  readonly log: readonly LogLine[];
}

/** Source of a torrent: a magnet link, a bare info-hash, or the bytes of a `.torrent` file. */
export type TorrentSource =
  | { readonly kind: "magnet"; readonly text: string }
  | { readonly kind: "metainfo"; readonly bytes: Uint8Array };

export interface AddOptions {
  readonly folder?: string;
  readonly paused?: boolean;
  /** Selection as in `--select`: globs or 1-based numbers; undefined = all. */
  readonly select?: string;
  /** `host:port` of peers to try first. */
  readonly peers?: readonly string[];
  /** Fetches the metadata and stops there (phase `paused`): for `info`, `--list` and `probe`. Creates nothing on disk. */
  readonly metadataOnly?: boolean;
  /** Data is expected to be complete in `folder` (share, seed): failing pieces are reported, not fetched, unless missing. */
  readonly seedOnly?: boolean;
  /** A first seed: peers get complete data piece by piece until they have it all among them (BEP 16). */
  readonly superSeed?: boolean;
  /** Where the files lie below `folder`, in the order of the torrent, when not where it says; needs the `.torrent`. */
  readonly paths?: readonly string[];
  /**
   * Stops by itself when one of these is met; 0 = when done. With neither, the session's default goal counts, which
   * does not concern torrents added with `seedOnly`: what one shares is shared until told otherwise.
   */
  readonly seedRatio?: number;
  readonly seedForMs?: number;
  readonly maxDownBytesPerSecond?: number;
  readonly maxUpBytesPerSecond?: number;
  readonly labels?: readonly string[];
  readonly isSequential?: boolean;
  /** Progress of another program; needs the `.torrent`. Counts more than a record of an earlier session. */
  readonly imported?: ImportedProgress;
}

/** What another program knew of the data in `folder`. Files that are not as their stamp says are hashed first. */
export interface ImportedProgress {
  /** One bit a piece, as BITFIELD has it. */
  readonly have: Uint8Array;
  /** Of each file as it is now, where it is trusted; null where it has to be hashed, and for padding. */
  readonly stamps: readonly ({ readonly lengthBytes: number; readonly modifiedUnixMs: number } | null)[];
  /** 0 = not wanted to 7 = high, a file each; absent = all normal. */
  readonly filePriorities?: readonly number[];
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly addedAtUnixMs?: number;
  readonly finishedAtUnixMs?: number;
}

/** What can be told a torrent at any time. What is absent stays as it is. */
export interface TorrentSettings {
  /** Replaces all labels. At most 32 of 100 characters; spaces around them and repetitions are dropped. */
  readonly labels?: readonly string[];
  readonly isSequential?: boolean;
  /** Null = no limit but the session's. */
  readonly maxDownBytesPerSecond?: number | null;
  readonly maxUpBytesPerSecond?: number | null;
  /** A goal of its own, in the part given; null = no such goal. */
  readonly seedRatio?: number | null;
  readonly seedForMs?: number | null;
  /** True gives up its own goal for the session's. Applied before `seedRatio` and `seedForMs`. */
  readonly usesDefaultGoal?: true;
  /** New place in the session's order, 0 first; past the end = last. */
  readonly queuePosition?: number;
}

/** A time of the week, local time, in which the alternative limits count. */
export interface ScheduleSpan {
  /** 0 = Sunday to 6 = Saturday: the days on which the span begins. */
  readonly days: readonly number[];
  /** Minutes after midnight, 0 to 1439. A span that does not end after it began ends on the next day. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** A folder that torrents are taken from: `.torrent` files, and `.magnet` files that hold a link. */
export interface WatchFolder {
  readonly folder: string;
  /** Folder for the content; null = the session's. */
  readonly saveTo: string | null;
  readonly labels: readonly string[];
}

/** What can be told the session at any time. */
export interface SessionSettings {
  /** Payload bytes a second over all torrents; null = no limit. */
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
  /** The limits instead, while the alternative ones count. */
  readonly alternativeMaxDownBytesPerSecond: number | null;
  readonly alternativeMaxUpBytesPerSecond: number | null;
  /** When the alternative limits count: never, now and until told otherwise, or as `schedule` says. */
  readonly alternativeLimits: "off" | "on" | "scheduled";
  readonly schedule: readonly ScheduleSpan[];
  /** Torrents that download (or seed) at once; the others are `queued`. One that stalls does not count. Null = all. */
  readonly maxActiveDownloads: number | null;
  readonly maxActiveSeeds: number | null;
  /** The goal of torrents without one of their own; null = no such goal. */
  readonly defaultSeedRatio: number | null;
  readonly defaultSeedForMs: number | null;
  /** Files are called `NAME.part` until they are complete. Counts for torrents when they are opened next. */
  readonly partNames: boolean;
  /** At most 16. A file is taken when it is complete, and called `NAME.added` then. */
  readonly watchFolders: readonly WatchFolder[];
  /**
   * Program and arguments that are run, never by a shell, when a torrent has all that is wanted of it; the path of its
   * content is the last argument, `STARLING_ID`, `STARLING_NAME` and `STARLING_LABELS` stand in the environment.
   * Null = none.
   */
  readonly completionHook: readonly string[] | null;
}

/**
 * Everything a viewer can ask for. Each command is answered by its result or an error with `code`, `message`, `hint`. What
 * a torrent or the session is told is durable when the command resolves; where the disk refuses to save it, it counts
 * nonetheless, is tried again, and the log says so.
 */
export interface SessionCommands {
  add(source: TorrentSource, options: AddOptions): Promise<{ readonly id: string; readonly isNew: boolean }>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Files are kept unless `deleteData`; then only what the torrent lists and we made is deleted. */
  remove(id: string, options: { readonly deleteData: boolean }): Promise<void>;
  /**
   * Takes back a removal without `deleteData`, for ten minutes: the torrent is as it was. Rejects with `NOT_FOUND`
   * when there is none to be taken back.
   */
  restore(id: string): Promise<void>;
  /** Checks the data on disk again, from the first byte. */
  verify(id: string): Promise<void>;
  /** Looks for peers now. */
  reannounce(id: string): Promise<void>;
  addPeers(id: string, addresses: readonly string[]): Promise<void>;
  /**
   * 0 (not wanted) to 7 (high) for each file, in the order and number of `TorrentSnapshot.files`. Rejects with `NOT_FOUND`
   * before the metadata is known, with `USAGE` for anything else.
   */
  setFilePriorities(id: string, priorities: readonly number[]): Promise<void>;
  /** Rejects with `USAGE` for values that make no sense; then nothing changes. */
  setTorrent(id: string, settings: TorrentSettings): Promise<void>;
  /**
   * Moves the data, also to another file system; the torrent rests meanwhile (phase `moving`) and goes on by itself,
   * after a restart too. `folder` is a whole path. Resolves when everything is there. Rejects with `USAGE`,
   * `PATH_IN_THE_WAY`, `PATH_NOT_WRITABLE`, `DISK_FULL` or another error of the disk; then the data is where it was.
   */
  moveData(id: string, folder: string): Promise<void>;
  /** Changes what is given of the session's settings. Rejects with `USAGE` for values that make no sense. */
  configure(changes: Partial<SessionSettings>): Promise<void>;
  /** The `.torrent` file of a torrent whose metadata is here. */
  exportTorrent(id: string): Promise<Uint8Array>;
  /**
   * Asks for the details of these torrents (peers, files, pieces), and with `DHT_DETAILS` among the ids of the DHT, in
   * snapshots to come; replaces the former choice of this viewer.
   */
  watchDetails(ids: readonly string[]): Promise<void>;
  /** Announces, saves and stops the engine. */
  shutdown(): Promise<void>;
}

/** What a viewer holds: the newest snapshot, a way to hear of newer ones, and the commands. */
export interface SessionView {
  /** Same object as before when nothing changed. */
  getSnapshot(): SessionSnapshot;
  /** `listener` runs after each new snapshot; returns the unsubscription. */
  subscribe(listener: () => void): () => void;
  readonly commands: SessionCommands;
}
