/** Compact peer and node lists (BEP 5 "Contact Encoding", BEP 23, BEP 32). Lists of a wrong length are faults. */
import { readUint16, writeUint16 } from "./bytes.ts";
import { type AddressFamily, addressBytes, type Endpoint, endpoint, formatAddress } from "./endpoint.ts";
import { ID_BYTES, type NodeId, nodeIdFrom } from "./ids.ts";

/** Bytes of one compact endpoint: address and port. */
export function compactEndpointBytes(family: AddressFamily): number {
  return family === 4 ? 6 : 18;
}

export interface CompactNode {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
}

export function encodeEndpoint(address: Endpoint): Uint8Array {
  const host = addressBytes(address.host);
  if (host === undefined) throw new TypeError(`Not a numeric address: ${address.host}`);
  const bytes = new Uint8Array(host.length + 2);
  bytes.set(host);
  writeUint16(bytes, host.length, address.port);
  return bytes;
}

/** One endpoint of 6 or 18 bytes; `undefined` for another length. Port 0 is kept: policy is the caller's. */
export function decodeEndpoint(bytes: Uint8Array): Endpoint | undefined {
  if (bytes.length !== 6 && bytes.length !== 18) return undefined;
  const hostBytes = bytes.length - 2;
  return endpoint(formatAddress(bytes.subarray(0, hostBytes)), readUint16(bytes, hostBytes));
}

/** A string of concatenated endpoints (PEX `added`); `undefined` when the length is not a multiple. */
export function decodeEndpoints(bytes: Uint8Array, family: AddressFamily): Endpoint[] | undefined {
  const stride = compactEndpointBytes(family);
  if (bytes.length % stride !== 0) return undefined;
  const endpoints: Endpoint[] = [];
  for (let offset = 0; offset < bytes.length; offset += stride) {
    endpoints.push(decodeEndpoint(bytes.subarray(offset, offset + stride)) as Endpoint);
  }
  return endpoints;
}

export function encodeNodes(nodes: readonly CompactNode[], family: AddressFamily): Uint8Array {
  const stride = ID_BYTES + compactEndpointBytes(family);
  const bytes = new Uint8Array(nodes.length * stride);
  nodes.forEach((node, i) => {
    bytes.set(node.id, i * stride);
    bytes.set(encodeEndpoint(node.endpoint), i * stride + ID_BYTES);
  });
  return bytes;
}

/** BEP 5 `nodes` (26 bytes each) or BEP 32 `nodes6` (38); `undefined` when the length is not a multiple. */
export function decodeNodes(bytes: Uint8Array, family: AddressFamily): CompactNode[] | undefined {
  const stride = ID_BYTES + compactEndpointBytes(family);
  if (bytes.length % stride !== 0) return undefined;
  const nodes: CompactNode[] = [];
  for (let offset = 0; offset < bytes.length; offset += stride) {
    const id = nodeIdFrom(bytes.slice(offset, offset + ID_BYTES));
    const address = decodeEndpoint(bytes.subarray(offset + ID_BYTES, offset + stride)) as Endpoint;
    nodes.push({ id, endpoint: address });
  }
  return nodes;
}
