/** The Node platform: what the session needs of this machine, and the few tools of the command line that go past it. */
export { dialEngine, type EngineSocket, listenForViewers, removeSocket } from "./channel/engine-socket.ts";
export { descriptorLimit } from "./descriptor-limit.ts";
export { verifyEd25519 } from "./ed25519.ts";
export { EgressGuard, egressGuardFrom } from "./egress-guard.ts";
export { hashPath } from "./hash-files.ts";
export { hashTorrent } from "./hash-torrent.ts";
export type { Knock } from "./knock.ts";
export { liveHolder, lockFolder } from "./lock-file.ts";
export { makeFolder } from "./make-folder.ts";
export { NodeNetwork } from "./network.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./node-platform.ts";
export { starlingPaths } from "./paths.ts";
export {
  DEFAULT_PROFILE,
  isProfileName,
  networksFolder,
  type ProfilePaths,
  profileOfNetwork,
  profilePaths,
} from "./profile-paths.ts";
export { type Readable, readableOf } from "./readable.ts";
export { createRecordingFile } from "./recording-file.ts";
export { FileStateStore } from "./state-store.ts";
