/** A message sink that writes down what it is told, one legible line a message; blocks with their content. */
import { toHex } from "../../../src/core/bytes.ts";
import { MessageDecoder, type MessageSink } from "../../../src/wire/protocol/message-decoder.ts";

export interface Recording {
  readonly lines: readonly string[];
  readonly decoder: MessageDecoder;
}

export interface RecordingOptions {
  readonly pieceCount?: number;
  readonly hasFast?: boolean;
  readonly hasExtensions?: boolean;
  /** Whether a handshake comes first; by default the recording starts behind it. */
  readonly hasHandshake?: boolean;
}

const HANDSHAKE = new Uint8Array(68);
HANDSHAKE.set(new TextEncoder().encode("\x13BitTorrent protocol"));

/** A decoder whose messages end up in `lines`; extensions are allowed unless told otherwise. */
export function recordingDecoder(options: RecordingOptions = {}): Recording {
  const lines: string[] = [];
  let block = new Uint8Array(0);
  const sink: MessageSink = {
    onHandshakeHead: (bytes, reservedOffset, infoHash) =>
      lines.push(`head ${toHex(bytes.subarray(reservedOffset, reservedOffset + 8))} ${toHex(infoHash)}`),
    onHandshakePeerId: (peerId) => lines.push(`peer-id ${toHex(peerId)}`),
    onKeepAlive: () => lines.push("keep-alive"),
    onChoke: () => lines.push("choke"),
    onUnchoke: () => lines.push("unchoke"),
    onInterested: () => lines.push("interested"),
    onNotInterested: () => lines.push("not-interested"),
    onHave: (index) => lines.push(`have ${index}`),
    onBitfield: (bytes) => lines.push(`bitfield ${toHex(bytes)}`),
    onHaveAll: () => lines.push("have-all"),
    onHaveNone: () => lines.push("have-none"),
    onRequest: (index, begin, length) => lines.push(`request ${index} ${begin} ${length}`),
    onCancel: (index, begin, length) => lines.push(`cancel ${index} ${begin} ${length}`),
    onReject: (index, begin, length) => lines.push(`reject ${index} ${begin} ${length}`),
    onSuggest: (index) => lines.push(`suggest ${index}`),
    onAllowedFast: (index) => lines.push(`allowed-fast ${index}`),
    onPort: (port) => lines.push(`port ${port}`),
    onBlockStart: (index, begin, length) => {
      block = new Uint8Array(length);
      decoder.placeBlock(block, 0);
      lines.push(`block ${index} ${begin} ${length}`);
    },
    onBlockEnd: () => lines.push(`payload ${toHex(block)}`),
    onExtended: (id, bytes, start, end) => lines.push(`extended ${id} ${toHex(bytes.subarray(start, end))}`),
    onFault: (code) => lines.push(`fault ${code}`),
  };
  const decoder = new MessageDecoder(sink, (source, start, end, target, offset) =>
    target.set(source.subarray(start, end), offset),
  );
  decoder.allow({ hasFast: options.hasFast ?? true, hasExtensions: options.hasExtensions ?? true });
  if (options.pieceCount !== undefined) decoder.expectPieces(options.pieceCount);
  if (options.hasHandshake !== true) {
    decoder.receive(HANDSHAKE, 0, HANDSHAKE.length);
    lines.length = 0;
  }
  return { lines, decoder };
}

/** What a fresh decoder makes of `bytes`, delivered in runs that end at `cuts`. */
export function decodeInRuns(
  bytes: Uint8Array,
  cuts: readonly number[],
  options: RecordingOptions = {},
): readonly string[] {
  const { lines, decoder } = recordingDecoder(options);
  // The buffer is larger than the run and is wiped after each call, as a shared receive buffer is.
  const shared = new Uint8Array(bytes.length + 16);
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    shared.set(bytes.subarray(start, cut), 7);
    decoder.receive(shared, 7, 7 + cut - start);
    shared.fill(0xee);
    start = cut;
  }
  return lines;
}
