/** Peer ids (BEP 20): our own, and what the id of a peer says about its client. */
import { latin1Text, utf8Bytes } from "../../core/bytes.ts";
import { ID_BYTES, type PeerId, peerIdFrom } from "../../core/ids.ts";
import type { Random } from "../../core/ports.ts";

/** A fresh id: `prefix` (such as `-ST0100-`), then random bytes. One per torrent, so that peers cannot follow us across torrents. */
export function makePeerId(prefix: string, random: Random): PeerId {
  const id = new Uint8Array(ID_BYTES);
  const head = utf8Bytes(prefix);
  id.set(head);
  id.set(random.bytes(ID_BYTES - head.length), head.length);
  return peerIdFrom(id);
}

/** Clients by the two letters of a `-XX1234-` id that are met in practice. */
const CLIENTS: Readonly<Record<string, string>> = {
  A2: "aria2",
  AZ: "Vuze",
  BC: "BitComet",
  BI: "BiglyBT",
  BT: "BitTorrent",
  DE: "Deluge",
  FD: "Free Download Manager",
  FW: "FrostWire",
  GT: "anacrolix/torrent",
  KT: "KTorrent",
  LT: "libtorrent",
  lt: "rTorrent",
  PI: "PicoTorrent",
  qB: "qBittorrent",
  rQ: "rqbit",
  SD: "Xunlei",
  ST: "Starling",
  TL: "Tribler",
  TR: "Transmission",
  TX: "Tixati",
  UM: "µTorrent for Mac",
  UT: "µTorrent",
  UW: "µTorrent Web",
  WD: "WebTorrent Desktop",
  WW: "WebTorrent",
  XL: "Xunlei",
};

/**
 * Client and version that a peer id names in the Azureus style, empty for any other style. Letters, digits and
 * dots only: the text is safe for any sink.
 */
export function clientOfPeerId(id: Uint8Array): string {
  const match = /^-([A-Za-z0-9~]{2})([0-9A-Za-z]{4})-/.exec(latin1Text(id.subarray(0, 8)));
  if (match === null) return "";
  const name = CLIENTS[match[1] as string] ?? (match[1] as string).replace("~", "");
  return `${name} ${versionText(match[2] as string)}`;
}

/** `2094` -> `2.0.9.4`, `0100` -> `0.1`; letters count from 10 as libtorrent has it. */
function versionText(code: string): string {
  const parts = [...code].map((character) => Number.parseInt(character, 36));
  while (parts.length > 2 && parts[parts.length - 1] === 0) parts.pop();
  return parts.join(".");
}
