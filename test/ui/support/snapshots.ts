/**
 * Snapshots for tests, demos and benchmarks of everything that shows a session: builders with sensible values, and a
 * few scenes that look like real life. Nothing is shared and nothing is random.
 */
import type {
  DhtDetails,
  DhtSnapshot,
  DhtTrailSnapshot,
  Diagnosis,
  FileSnapshot,
  LogLine,
  PeerSnapshot,
  PieceMapSnapshot,
  SessionSnapshot,
  TorrentSnapshot,
} from "../../../src/session/session-view.ts";
import { LASTING_SETTINGS } from "../../../src/session/settings/session-settings.ts";

/** 14:02:31 UTC on a day in 2026. */
export const SCENE_UNIX_MS = Date.UTC(2026, 10, 23, 14, 2, 31);

export function aDiagnosis(changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    code: "OK1",
    stage: "none",
    severity: "fine",
    sentence: "Fine: 9 of 14 peers send.",
    evidence: [],
    remedy: "",
    also: [],
    ...changes,
  };
}

export function aPeer(changes: Partial<PeerSnapshot> = {}): PeerSnapshot {
  return {
    address: "10.20.3.77:51413",
    client: "Transmission 4.0",
    source: "dht",
    isIncoming: false,
    isHolePunched: false,
    transport: "tcp",
    encryption: "rc4",
    state: "connected",
    haveRatio: 0.88,
    downBytesPerSecond: 740_000,
    upBytesPerSecond: 120_000,
    downloadedBytes: 80_000_000,
    uploadedBytes: 12_000_000,
    amChoking: false,
    amInterested: true,
    peerChoking: false,
    peerInterested: true,
    snubbed: false,
    pendingRequests: 12,
    queuedUploads: 0,
    uploadActivity: "wants nothing",
    rttMs: 40,
    activity: "sending and receiving",
    ...changes,
  };
}

export function aFile(changes: Partial<FileSnapshot> = {}): FileSnapshot {
  return {
    path: "lecture-series-hd/week-01/01-introduction.mp4",
    lengthBytes: 1_200_000_000,
    haveBytes: 600_000_000,
    priority: 4,
    reachableRatio: 1,
    ...changes,
  };
}

const HASH = "4be190c2a1f3d5e7b9081726354453627180f9a8";

/** A download that goes well, at 71 %. */
export function aTorrent(changes: Partial<TorrentSnapshot> = {}): TorrentSnapshot {
  const id = changes.id ?? HASH;
  const name = changes.name ?? "lecture-series-hd";
  return {
    id,
    name,
    magnet: `magnet:?xt=urn:btih:${id}&dn=${encodeURIComponent(name.replace(/\p{Cs}/gu, "_"))}`,
    phase: "downloading",
    isPrivate: false,
    folder: "/home/ada/Downloads",
    labels: [],
    queuePosition: 0,
    isSequential: false,
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    seedRatio: 1.5,
    seedForMs: 1_209_600_000,
    usesDefaultGoal: true,
    uploadRatio: 0.26,
    seedingMs: 0,
    totalBytes: 12_020_000_000,
    wantedBytes: 12_020_000_000,
    haveBytes: 8_558_000_000,
    wantedHaveBytes: 8_558_000_000,
    pieceCount: 2404,
    pieceBytes: 5_000_000,
    havePieces: 1712,
    progressRatio: 0.712,
    downBytesPerSecond: 2_600_000,
    upBytesPerSecond: 400_000,
    etaSeconds: 1330,
    etaRange: { lowSeconds: 1020, highSeconds: 1860 },
    totals: {
      downloadedBytes: 8_600_000_000,
      uploadedBytes: 3_100_000_000,
      wastedHashFailBytes: 0,
      wastedRedundantBytes: 2_000_000,
      wastedUnrequestedBytes: 0,
      protocolDownBytes: 9_000_000,
      protocolUpBytes: 4_000_000,
    },
    counts: {
      connectedPeers: 14,
      connectedSeeds: 1,
      connectingPeers: 2,
      candidates: 8,
      unchokedByPeers: 9,
      interestedPeers: 6,
      incomingPeers: 3,
      failedDials: 4,
    },
    copies: 1.82,
    reachableRatio: 1,
    rarity: [0, 14, 90, 240, 348],
    haveStrip: "9999999999999999320599999999998400399999999990",
    availabilityStrip: "5555544443333321112233334444455555544443322111",
    diagnosis: aDiagnosis(),
    chain: { disk: "ok", net: "ok", dht: "ok", peers: "ok", link: "ok", pieces: "ok" },
    diagnosisSinceUnixMs: 1_779_000_000_000,
    health: 64,
    finishConfidence: 0.9,
    estimatedPeers: 22,
    estimatedSeeds: 1,
    ignoredTrackers: 3,
    ignoredWebSeeds: 0,
    addedAtUnixMs: SCENE_UNIX_MS - 3_600_000,
    finishedAtUnixMs: null,
    isSuperSeeding: false,
    pendingPieces: 0,
    milestones: { firstPeerMs: 820, metadataMs: 2410, firstPieceMs: 3900, doneMs: null },
    peers: [],
    files: [],
    pieces: null,
    dhtTrail: null,
    ...changes,
  };
}

export function aDht(changes: Partial<DhtSnapshot> = {}): DhtSnapshot {
  return {
    enabled: true,
    network: null,
    nodeId: "9f3a71c2d4e5f60718293a4b5c6d7e8f90a1b2c3",
    state: "joined",
    goodNodes: 286,
    doubtfulNodes: 26,
    goodNodes6: 0,
    queriesInPerSecond: 3.4,
    queriesOutPerSecond: 1.2,
    answeredRatio: 0.74,
    activeLookups: 1,
    storedPeers: 41,
    bootstrap: [
      { address: "dht.libtorrent.org:25401", state: "answered" },
      { address: "router.bittorrent.com:6881", state: "silent" },
    ],
    externalAddress: "203.0.113.7:6881",
    details: null,
    ...changes,
  };
}

/** What the DHT screen draws of a table of 312 nodes. */
export function aDhtInDetail(changes: Partial<DhtDetails> = {}): DhtDetails {
  const own = 39;
  return {
    badNodes: 9,
    estimatedNodes: 1240,
    buckets: Array.from({ length: 8 }, (_, sharedBits) => ({
      sharedBits,
      capacity: 8,
      good: sharedBits === 7 ? 4 : 8 - (sharedBits % 3),
      doubtful: sharedBits % 3 === 2 ? 1 : 0,
      bad: sharedBits % 3 === 2 ? 1 : 0,
      reserves: 3,
      medianRttMs: 34 - 2 * sharedBits,
      lastHeardSeconds: 4 * sharedBits + 1,
    })),
    keyspace: Array.from(
      { length: 64 },
      (_, slice) => 2 + ((slice * 7) % 4) + Math.max(0, 12 - 4 * Math.abs(slice - own)),
    ),
    lookups: [
      {
        target: HASH,
        purpose: "get-peers",
        elapsedSeconds: 1.4,
        asked: 37,
        answered: 31,
        timedOut: 4,
        peersFound: 21,
        closestBits: 12,
      },
    ],
    waitingLookups: 0,
    lookupTimes: {
      lookups: 40,
      firstPeersMs: { p50: 130, p99: 410 },
      wholeLookupMs: { p50: 520, p99: 1_160 },
    },
    bytesInPerSecond: 4200,
    bytesOutPerSecond: 3900,
    medianRttMs: 42,
    queriesIn: 1840,
    timeouts: 212,
    limitedIn: 3,
    storedHashes: 12,
    announcedHashes: 9,
    readOnly: false,
    ...changes,
  };
}

/** 120 slices in every condition. */
function aPieceMap(): PieceMapSnapshot {
  const slices = Array.from({ length: 120 }, (_, slice) => slice);
  return {
    sliceCount: slices.length,
    have: slices.map((slice) => (slice % 4 === 3 ? slice % 10 : 9)).join(""),
    copies: slices.map((slice) => (slice % 4 === 3 ? (slice * 3) % 10 : 5)).join(""),
    active: slices.map((slice) => (slice % 16 === 3 ? 1 : 0)).join(""),
  };
}

function aTrail(): DhtTrailSnapshot {
  return {
    isRunning: false,
    asked: 37,
    answered: 31,
    timedOut: 6,
    peersFound: 21,
    storedOn: 8,
    nextInSeconds: 702,
    steps: Array.from({ length: 37 }, (_, step) => ({
      address: `10.20.9.${step + 1}:6881`,
      sharedBits: step % 6 === 5 ? null : Math.min(14, Math.floor(step / 2)),
      outcome: step % 6 === 5 ? "timed-out" : "answered",
      rttMs: step % 6 === 5 ? null : 20 + step,
      peers: step > 30 ? 3 : 0,
    })),
  };
}

/** The sums of rates are those of the torrents unless given. */
export function aSnapshot(changes: Partial<SessionSnapshot> = {}): SessionSnapshot {
  const torrents = changes.torrents ?? [];
  return {
    version: 1,
    atUnixMs: SCENE_UNIX_MS,
    listening: "0.0.0.0:6881",
    downBytesPerSecond: torrents.reduce((sum, torrent) => sum + torrent.downBytesPerSecond, 0),
    upBytesPerSecond: torrents.reduce((sum, torrent) => sum + torrent.upBytesPerSecond, 0),
    allTime: { downloadedBytes: 0, uploadedBytes: 0 },
    maxDownBytesPerSecond: null,
    maxUpBytesPerSecond: null,
    usesAlternativeLimits: false,
    settings: LASTING_SETTINGS,
    freeBytes: 84_200_000_000,
    defaultFolder: "/home/ada/Downloads",
    dht: aDht(),
    reachability: REACHED,
    torrents,
    log: [],
    ...changes,
  };
}

const REACHED: SessionSnapshot["reachability"] = {
  verdict: "connected",
  sentence: "Others have connected 4 times in the last hour.",
  incomingLastHour: 4,
  hasDhtStrangers: true,
  mapping: {
    state: "mapped",
    protocol: "pcp",
    gateway: "192.168.1.1",
    outsideHost: "203.0.113.7",
    tcpPort: 6881,
    udpPort: 6881,
    detail: null,
    pinholes: [],
  },
};

/** A different info-hash for each `index`. */
export function anId(index: number): string {
  return (index + 1).toString(16).padStart(8, "0").repeat(5);
}

export function aLogLine(sequence: number, text: string, torrentId: string | null = null): LogLine {
  return { sequence, atUnixMs: SCENE_UNIX_MS - 60_000 + sequence * 1000, torrentId, text };
}

const QUIET = { downBytesPerSecond: 0, upBytesPerSecond: 0, etaSeconds: null } as const;
const NO_PEERS = {
  connectedPeers: 0,
  connectedSeeds: 0,
  connectingPeers: 0,
  candidates: 0,
  unchokedByPeers: 0,
  interestedPeers: 0,
  incomingPeers: 0,
  failedDials: 0,
} as const;

/** Nine torrents in every state that a list can show: the main screen of the design. */
export function aBusySession(changes: Partial<SessionSnapshot> = {}): SessionSnapshot {
  const seeding = { phase: "seeding", progressRatio: 1, downBytesPerSecond: 0, etaSeconds: null } as const;
  const torrents = [
    aTorrent({
      ...QUIET,
      id: anId(0),
      name: "field-recordings-2019",
      totalBytes: 1_900_000_000,
      progressRatio: 0.974,
      health: 38,
      copies: 0.97,
      reachableRatio: 0.986,
      counts: { ...NO_PEERS, connectedPeers: 8, candidates: 23 },
      availabilityStrip: "3333222211110022223333222211112222333322221111",
      chain: { disk: "ok", net: "ok", dht: "ok", peers: "ok", link: "ok", pieces: "broken" },
      diagnosis: aDiagnosis({
        code: "S1",
        stage: "pieces",
        severity: "problem",
        sentence: "34 of 2 404 pieces are on no connected peer (since 2 h). Reachable: 98.6 %.",
        remedy: "Nothing to do: it goes on when somebody with those pieces comes.",
        evidence: ["8 peers connected, none of them a seed", "copies 0.97: the rarest pieces are on nobody"],
        also: ["C2"],
      }),
    }),
    aTorrent({
      ...QUIET,
      id: anId(1),
      name: "old-scans.tar",
      totalBytes: 640_000_000,
      progressRatio: 0,
      haveBytes: 0,
      havePieces: 0,
      health: 0,
      copies: 0,
      reachableRatio: 0,
      haveStrip: "0".repeat(40),
      availabilityStrip: "0".repeat(40),
      counts: NO_PEERS,
      chain: { disk: "ok", net: "ok", dht: "ok", peers: "broken", link: "unreached", pieces: "unreached" },
      diagnosis: aDiagnosis({
        code: "L2",
        stage: "peers",
        severity: "problem",
        sentence: "The DHT is fine (312 nodes). Nobody announces this hash. Next look in 4:12.",
        remedy: "Ask whoever gave you the link to be online.",
      }),
    }),
    aTorrent({
      diagnosis: aDiagnosis({
        code: "S5",
        stage: "pieces",
        severity: "notice",
        sentence: "1 seed and 13 peers. 21 MiB exists only on one peer: finishing depends on it.",
        remedy: "Those pieces are fetched first (3 of 21 done).",
        evidence: [
          "the only holder sends at 40 KiB/s",
          "21 pieces with one copy",
          "seen 14 of about 22 peers",
        ],
      }),
      chain: { disk: "ok", net: "ok", dht: "ok", peers: "ok", link: "ok", pieces: "weak" },
      peers: somePeers(14),
      files: someFiles(9),
      pieces: aPieceMap(),
      dhtTrail: aTrail(),
    }),
    aTorrent({
      id: anId(3),
      name: "ubuntu-26.04-desktop.iso",
      totalBytes: 5_800_000_000,
      progressRatio: 0.453,
      downBytesPerSecond: 9_800_000,
      upBytesPerSecond: 1_100_000,
      etaSeconds: 324,
      health: 98,
      copies: 41.3,
      counts: { ...NO_PEERS, connectedPeers: 44, connectedSeeds: 38, candidates: 55, unchokedByPeers: 20 },
    }),
    aTorrent({
      id: "8c4f2b7d90a1b2c3d4e5f60718293a4b5c6d7e91",
      name: "8c4f2b7d90a1…",
      phase: "resolving",
      totalBytes: null,
      wantedBytes: null,
      haveBytes: 0,
      wantedHaveBytes: 0,
      pieceCount: null,
      pieceBytes: null,
      havePieces: 0,
      progressRatio: 0.33,
      downBytesPerSecond: 6100,
      upBytesPerSecond: 0,
      etaSeconds: 4,
      health: 41,
      copies: null,
      reachableRatio: null,
      haveStrip: "",
      availabilityStrip: "",
      counts: { ...NO_PEERS, connectedPeers: 2, candidates: 3 },
      diagnosis: aDiagnosis({ code: "L1", sentence: "Fetching the file list from 2 peers." }),
      chain: { disk: "unreached", net: "ok", dht: "ok", peers: "ok", link: "ok", pieces: "unreached" },
    }),
    aTorrent({
      ...seeding,
      id: anId(5),
      name: "debian-13-netinst.iso",
      totalBytes: 628_000_000,
      upBytesPerSecond: 312_000,
      health: 99,
      copies: 28,
      finishedAtUnixMs: SCENE_UNIX_MS - 900_000,
    }),
    aTorrent({
      ...seeding,
      id: anId(6),
      name: "family-photos",
      totalBytes: 3_100_000_000,
      upBytesPerSecond: 288_000,
      health: 20,
      copies: 0,
      finishedAtUnixMs: SCENE_UNIX_MS - 800_000,
      diagnosis: aDiagnosis({
        code: "K1",
        stage: "seed",
        severity: "notice",
        sentence: "You are the last seed: 3 peers still need pieces.",
      }),
    }),
    aTorrent({
      ...QUIET,
      id: anId(7),
      name: "big-dataset",
      totalBytes: 88_000_000_000,
      phase: "paused",
      progressRatio: 0.12,
      health: null,
      diagnosis: aDiagnosis({ code: "U1", stage: "user", severity: "notice", sentence: "You paused this." }),
    }),
    aTorrent({
      ...seeding,
      id: anId(8),
      name: "blender-open-movie",
      totalBytes: 1_200_000_000,
      upBytesPerSecond: 0,
      health: 84,
      copies: 9.1,
      finishedAtUnixMs: SCENE_UNIX_MS - 700_000,
      diagnosis: aDiagnosis({ code: "K2", stage: "seed", sentence: "No one asks right now." }),
    }),
  ].map((torrent, index) => ({ ...torrent, addedAtUnixMs: SCENE_UNIX_MS - 3_600_000 + index * 1000 }));
  const log = [
    aLogLine(1, "listening on 0.0.0.0:6881"),
    aLogLine(2, "DHT: joined with 312 nodes"),
    aLogLine(3, "lecture-series-hd: metadata from 2 peers", HASH),
    aLogLine(4, "blocked 10.0.0.9: it sent damaged data", HASH),
  ];
  return aSnapshot({ torrents, log, dht: aDht({ details: aDhtInDetail() }), ...changes });
}

/** As on the first start. */
export function anEmptySession(changes: Partial<SessionSnapshot> = {}): SessionSnapshot {
  return aSnapshot({
    dht: aDht({
      state: "joining",
      goodNodes: 3,
      doubtfulNodes: 0,
      bootstrap: [{ address: "dht.libtorrent.org:25401", state: "answered" }],
      externalAddress: null,
    }),
    ...changes,
  });
}

/** `count` torrents, the values of which depend on `tick`: for benchmarks and for scrolling. */
export function manyTorrents(count: number, tick = 0): readonly TorrentSnapshot[] {
  return Array.from({ length: count }, (_, index) =>
    aTorrent({
      id: anId(index),
      name: `torrent number ${index} with a name of usual length`,
      progressRatio: ((index * 7 + tick) % 1000) / 1000,
      downBytesPerSecond: index % 5 === 0 ? 0 : 10_000 * ((index * 13 + tick * 7) % 997),
      upBytesPerSecond: 1000 * ((index * 5 + tick * 3) % 499),
      etaSeconds: (index * 31 + tick) % 5000,
      health: (index * 3 + tick) % 101,
      addedAtUnixMs: SCENE_UNIX_MS + index,
    }),
  );
}

/** `count` peers that do different things. */
export function somePeers(count: number, tick = 0): readonly PeerSnapshot[] {
  const kinds: readonly Partial<PeerSnapshot>[] = [
    {
      client: "Starling 0.1",
      haveRatio: 1,
      activity: "sending: the only seed",
      downBytesPerSecond: 1_100_000,
    },
    {},
    {
      client: "libtorrent 2.0",
      haveRatio: 0.91,
      peerChoking: true,
      downBytesPerSecond: 0,
      upBytesPerSecond: 0,
      activity: "chokes us (48 s)",
    },
    { client: "", state: "connecting", haveRatio: null, source: "pex", activity: "connecting (3 s)" },
    {
      client: "qBittorrent 5.1",
      haveRatio: 0.12,
      amInterested: false,
      downBytesPerSecond: 0,
      source: "incoming",
      activity: "only takes: has nothing we need",
    },
  ];
  return Array.from({ length: count }, (_, index) =>
    aPeer({
      address: `10.20.${Math.floor(index / 200)}.${(index % 200) + 1}:6881`,
      ...kinds[index % kinds.length],
      upBytesPerSecond: 1000 * ((index * 7 + tick) % 400),
    }),
  );
}

function someFiles(count: number): readonly FileSnapshot[] {
  return Array.from({ length: count }, (_, index) =>
    aFile({
      path: `lecture-series-hd/week-${Math.floor(index / 3) + 1}/${String(index + 1).padStart(2, "0")}-lecture.mp4`,
      reachableRatio: index === 7 ? 0.98 : 1,
      lengthBytes: 100_000_000 * (index + 1),
      haveBytes: index % 3 === 0 ? 100_000_000 * (index + 1) : 30_000_000 * index,
      priority: [4, 7, 1, 0][index % 4] as number,
    }),
  );
}
