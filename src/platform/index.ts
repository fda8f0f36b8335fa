/** The Node platform: what the session needs of this machine, and the few tools of the command line that go past it. */
export { EgressGuard, egressGuardFrom } from "./egress-guard.ts";
export { hashPath } from "./hash-files.ts";
export { lockFolder } from "./lock-file.ts";
export { NodeNetwork } from "./network.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./node-platform.ts";
export { starlingPaths } from "./paths.ts";
export { FileStateStore } from "./state-store.ts";
