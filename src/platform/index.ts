/** The Node platform: what the session needs of this machine, and the few tools of the command line that go past it. */
export { createNodePlatform, type NodePlatform, type NodePlatformOptions } from "./node-platform.ts";
