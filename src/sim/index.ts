/** `starling/sim`: worlds in virtual time. The engines that run here are the ones that run on real sockets. */
export { type LinkModel, type UniformLinkOptions, UniformLinks } from "./link-model.ts";
export { MemoryDisk } from "./memory-disk.ts";
export { SeededRandom } from "./seeded-random.ts";
export { type HostMemory, newHostMemory, type VirtualInternet, virtualPlatform } from "./virtual-platform.ts";
export { type HostLinks, StreamNetwork } from "./virtual-streams.ts";
export { DatagramNetwork } from "./virtual-udp.ts";
export { World } from "./world.ts";
