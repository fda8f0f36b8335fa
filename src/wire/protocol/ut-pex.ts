/**
 * Messages of the peer exchange (BEP 11; IPv6 in the fields that end in 6): whom the sender has met and lost since
 * its last message. A field of a wrong length is a fault; flags that do not match their list are taken for none.
 */
import { type BencodeDictionary, decodeDictionary, encodeBencode, readBytes } from "../../core/bencode.ts";
import { MESSAGE_LIMITS } from "../../core/bencode-scanner.ts";
import { concatBytes } from "../../core/bytes.ts";
import { decodeEndpoints, encodeEndpoint } from "../../core/compact.ts";
import { type Decoded, decoded, fault } from "../../core/decoded.ts";
import { type AddressFamily, type Endpoint, formatEndpoint } from "../../core/endpoint.ts";

/** BEP 11: so many added and so many dropped of both families; more is cut off (threats W7). */
export const MAX_PEX_PEERS = 50;

/** Bits of the flags: the peer has everything or wants nothing more; its address was dialled and answered. */
export const PEX_SEED = 0x02;
/** It is connected over uTP; it takes ut_holepunch messages. */
export const PEX_UTP = 0x04;
export const PEX_HOLEPUNCH = 0x08;
export const PEX_REACHABLE = 0x10;

export interface PexPeer {
  readonly address: Endpoint;
  readonly flags: number;
}

/** No address occurs twice in a list, and none has port 0. */
export interface PexMessage {
  readonly added: readonly PexPeer[];
  readonly dropped: readonly Endpoint[];
}

export function decodePexMessage(body: Uint8Array): Decoded<PexMessage> {
  const dictionary = decodeDictionary(body, { ...MESSAGE_LIMITS, allowTrailing: true });
  if (!dictionary.ok) return dictionary;
  const fields = dictionary.value.value;
  const added = [readPeers(fields, "added", 4), readPeers(fields, "added6", 6)];
  const dropped = [readPeers(fields, "dropped", 4), readPeers(fields, "dropped6", 6)];
  if (added.includes(undefined) || dropped.includes(undefined))
    return fault("pex-length", "a list of addresses that is no multiple of one address");
  return decoded({ added: usable(added), dropped: usable(dropped).map(({ address }) => address) });
}

/** At most `MAX_PEX_PEERS` in each list. */
export function encodePexMessage(message: PexMessage): Uint8Array {
  const added4 = message.added.filter(({ address }) => address.family === 4);
  const added6 = message.added.filter(({ address }) => address.family === 6);
  const dropped4 = message.dropped.filter(({ family }) => family === 4);
  const dropped6 = message.dropped.filter(({ family }) => family === 6);
  return encodeBencode({
    // An empty list is said where there is none: some clients want the field.
    added: concatBytes(added4.map(({ address }) => encodeEndpoint(address))),
    "added.f": Uint8Array.from(added4, ({ flags }) => flags),
    added6: unlessEmpty(concatBytes(added6.map(({ address }) => encodeEndpoint(address)))),
    "added6.f": unlessEmpty(Uint8Array.from(added6, ({ flags }) => flags)),
    dropped: concatBytes(dropped4.map(encodeEndpoint)),
    dropped6: unlessEmpty(concatBytes(dropped6.map(encodeEndpoint))),
  });
}

/** An absent list is an empty one; undefined: its length is wrong. */
function readPeers(fields: BencodeDictionary, key: string, family: AddressFamily): PexPeer[] | undefined {
  const addresses = decodeEndpoints(readBytes(fields, key) ?? new Uint8Array(0), family);
  const flags = readBytes(fields, `${key}.f`);
  const isMatched = flags?.length === addresses?.length;
  return addresses?.map((address, i) => ({ address, flags: isMatched ? (flags?.[i] ?? 0) : 0 }));
}

function usable(lists: readonly (readonly PexPeer[] | undefined)[]): PexPeer[] {
  const byAddress = new Map<string, PexPeer>();
  for (const peer of lists.flatMap((list) => list ?? [])) {
    if (byAddress.size === MAX_PEX_PEERS) break;
    const key = formatEndpoint(peer.address);
    if (peer.address.port !== 0 && !byAddress.has(key)) byAddress.set(key, peer);
  }
  return [...byAddress.values()];
}

function unlessEmpty(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length === 0 ? undefined : bytes;
}
