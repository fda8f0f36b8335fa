/** The Node platform: what the session needs of this machine, and the few tools of the command line that go past it. */
export { EgressGuard, type EgressRefusals, egressGuardFrom } from "./egress-guard.ts";
export { type BindOptions, NodeNetwork, type OpenDatagrams } from "./network.ts";
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./node-platform.ts";
