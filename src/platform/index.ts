/** The Node platform: what the session needs of this machine, and the few tools of the command line that go past it. */
export { EgressGuard, type EgressRefusals, egressGuardFrom } from "./egress-guard.ts";
export { type HashedPath, type HashPathOptions, hashPath } from "./hash-files.ts";
export { type FolderLock, lockFolder } from "./lock-file.ts";
export { type BindOptions, NodeNetwork, type OpenDatagrams } from "./network.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./node-platform.ts";
export { type StarlingPaths, starlingPaths } from "./paths.ts";
export { FileStateStore, type IntactCheck } from "./state-store.ts";
