/** What storage says about a piece once all of it was handed over. */
export type PieceVerdict =
  /** Hash matches and the bytes are written. Digests: 20 bytes a block in order, where they were asked for. */
  | { readonly kind: "good"; readonly blockDigests?: Uint8Array }
  /** Hash differs; nothing of it counts as present. The digests are the basis of blame. */
  | { readonly kind: "bad"; readonly blockDigests?: Uint8Array }
  /** The disk failed and nobody is to blame; `code` is an errno name such as `ENOSPC`. */
  | { readonly kind: "failed"; readonly code: string };
