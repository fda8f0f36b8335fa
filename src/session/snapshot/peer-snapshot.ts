/** A peer as viewers see it, what it does said in words. */
import { formatEndpoint } from "../../core/endpoint.ts";
import { safeText } from "../../core/safe-text.ts";
import type { PeerActivity, PeerView, UploadActivity } from "../../wire/index.ts";
import type { PeerSnapshot } from "../session-view.ts";
import { roundedRate, roundedRatio } from "./rounding.ts";

/** Client names longer than this are cut; nobody needs more to recognise one. */
const MAX_CLIENT_CHARACTERS = 32;

const WORDS: Readonly<Record<PeerActivity, string>> = {
  sending: "sending",
  requested: "asked, nothing yet",
  snubbed: "promised data and sends none",
  "chokes-us": "chokes us",
  "nothing-for-us": "has nothing we need",
  "awaiting-metadata": "asked for the file list",
  "waiting-for-memory": "waits for our disk",
  "rate-limited": "held back by your limit",
  "all-requested": "all it has is asked for",
  "download-halted": "download halted",
  complete: "takes from us",
};

const UPLOAD_WORDS: Readonly<Record<UploadActivity, string>> = {
  sending: "sending",
  idle: "asks for nothing",
  queued: "its requests wait",
  choked: "waits for its turn",
  "not-interested": "wants nothing",
};

/** Activities that are a wait: for how long is worth saying. */
const WAITS: readonly PeerActivity[] = ["chokes-us", "snubbed", "requested", "waiting-for-memory"];
/** A wait is told in steps, so that the snapshot does not change every second for it. */
const WAIT_STEP_SECONDS = 10;

export function peerSnapshot(peer: PeerView): PeerSnapshot {
  return {
    address: formatEndpoint(peer.address),
    client: safeText(peer.client, MAX_CLIENT_CHARACTERS),
    source: peer.source,
    transport: peer.transport,
    encryption: peer.encryption ?? null,
    isIncoming: peer.isIncoming,
    isHolePunched: peer.isHolePunched,
    state: peer.state,
    haveRatio: peer.haveRatio === undefined ? null : roundedRatio(peer.haveRatio),
    downBytesPerSecond: roundedRate(peer.downBytesPerSecond),
    upBytesPerSecond: roundedRate(peer.upBytesPerSecond),
    downloadedBytes: peer.downloadedBytes,
    uploadedBytes: peer.uploadedBytes,
    amChoking: peer.amChoking,
    amInterested: peer.amInterested,
    peerChoking: peer.peerChoking,
    peerInterested: peer.peerInterested,
    snubbed: peer.isSnubbed,
    pendingRequests: peer.pendingRequests,
    queuedUploads: peer.queuedUploads,
    rttMs: peer.rttMs === undefined ? null : Math.round(peer.rttMs),
    activity: activityText(peer),
    uploadActivity: peer.state === "connected" ? UPLOAD_WORDS[peer.uploadActivity] : "",
  };
}

function activityText(peer: PeerView): string {
  if (peer.state !== "connected") return peer.state;
  const gives = peer.upBytesPerSecond > 0 && peer.activity === "sending" ? " and receiving" : "";
  if (!WAITS.includes(peer.activity)) return `${WORDS[peer.activity]}${gives}`;
  const seconds = Math.floor(peer.activityMs / 1_000 / WAIT_STEP_SECONDS) * WAIT_STEP_SECONDS;
  return seconds === 0 ? WORDS[peer.activity] : `${WORDS[peer.activity]} (${seconds} s)`;
}
