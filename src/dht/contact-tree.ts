/**
 * The tree of `k-bucket`: inner nodes down to leaves of contacts, by the bits of ids; it splits towards our own. The
 * package compares ids byte by byte in arrays that our contacts do not keep, so that one step is ours.
 */
import KBucket from "k-bucket";
import type { Contact } from "./contact.ts";

/** A leaf has contacts, an inner node has none and two children: left for a 0 bit, right for a 1. */
type TreeNode =
  | { readonly contacts: Contact[] }
  | { readonly contacts: null; readonly left: TreeNode; readonly right: TreeNode };

/** What of `k-bucket` is used. Its published types demand a vector clock, which our arbiter makes needless. */
interface PackageTree {
  readonly root: TreeNode;
  numberOfNodesPerKBucket: number;
  add(contact: Contact): unknown;
  remove(id: Uint8Array): unknown;
}
type PackageTreeConstructor = new (options: {
  readonly localNodeId: Uint8Array;
  readonly numberOfNodesPerKBucket: number;
  readonly arbiter: (incumbent: Contact) => Contact;
}) => PackageTree;

const PackageTree: PackageTreeConstructor = KBucket as unknown as PackageTreeConstructor;

export class ContactTree extends PackageTree {
  /** The incumbent always stays: a known id at another address is refused before the tree hears of it. */
  constructor(localNodeId: Uint8Array, k: number) {
    super({ localNodeId, numberOfNodesPerKBucket: k, arbiter: (incumbent) => incumbent });
  }

  /** Overrides the package's own search for a contact in a leaf. */
  _indexOf(leaf: { readonly contacts: readonly Contact[] }, id: Uint8Array): number {
    return leaf.contacts.findIndex((contact) => contact.hasId(id, 0));
  }
}

/** The leaf that holds ids which share exactly `depth` bits with `localId`: beside its path, or at the end of it. */
export function leafAt(root: TreeNode, localId: Uint8Array, depth: number): readonly Contact[] {
  let node = root;
  for (let bit = 0; node.contacts === null; bit++) {
    const isOwnSide = bit < depth;
    node = bitOf(localId, 0, bit) === isOwnSide ? node.right : node.left;
  }
  return node.contacts;
}

function bitOf(bytes: Uint8Array, offset: number, bit: number): boolean {
  return ((bytes[offset + (bit >> 3)] as number) & (0x80 >> (bit & 7))) !== 0;
}
