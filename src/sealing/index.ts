/** Public face of sealing: datagrams and byte streams of a network that nobody enters without its key. */
export { DatagramSealer, SEALING_BYTES } from "./datagram-sealer.ts";
export { NEIGHBOUR_TAG_BYTES, NeighbourTags } from "./neighbour-tags.ts";
export { MAX_NETWORK_KEYS, type NetworkKey, NetworkKeys, type SealedNetwork } from "./network-keys.ts";
export { SealedSocket, type SealingCounters } from "./sealed-socket.ts";
export type { KeyPair, SealingCrypto } from "./sealing-crypto.ts";
export { StreamSealing } from "./stream-sealing.ts";
