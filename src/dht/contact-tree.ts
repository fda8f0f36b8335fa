/** Walks of the tree that `k-bucket` keeps: inner nodes down to leaves of contacts, by the bits of ids. */
import { ID_BYTES } from "../core/ids.ts";
import type { ClosestContacts } from "./closest-contacts.ts";
import { readInt32 } from "./compact-address.ts";
import type { Contact } from "./contact.ts";

/** A leaf has contacts, an inner node has none and two children: left for a 0 bit, right for a 1. */
export type TreeNode =
  | { readonly contacts: Contact[] }
  | { readonly contacts: null; readonly left: TreeNode; readonly right: TreeNode };

/** The contact with the id at `idAt` of `bytes`. */
export function findInTree(root: TreeNode, bytes: Uint8Array, idAt: number): Contact | undefined {
  let node = root;
  for (let bit = 0; node.contacts === null; bit++) node = bitOf(bytes, idAt, bit) ? node.right : node.left;
  const contacts = node.contacts;
  // Every message looks its sender up, in leaves of up to 128: the first 32 bits stand in the contact itself.
  const head = readInt32(bytes, idAt);
  for (let i = 0; i < contacts.length; i++) {
    const contact = contacts[i] as Contact;
    if (contact.idHead === head && hasId(contact, bytes, idAt)) return contact;
  }
  return undefined;
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

/** Nearest subtree first: once a subtree has filled the list, all others are farther. */
export function collectClosest(
  node: TreeNode,
  bit: number,
  found: ClosestContacts,
  target: Uint8Array,
  targetAt: number,
): void {
  if (node.contacts !== null) {
    for (let i = 0; i < node.contacts.length; i++) found.offer(node.contacts[i] as Contact);
    return;
  }
  const isRight = bitOf(target, targetAt, bit);
  collectClosest(isRight ? node.right : node.left, bit + 1, found, target, targetAt);
  if (!found.isFull) collectClosest(isRight ? node.left : node.right, bit + 1, found, target, targetAt);
}

function bitOf(bytes: Uint8Array, offset: number, bit: number): boolean {
  return ((bytes[offset + (bit >> 3)] as number) & (0x80 >> (bit & 7))) !== 0;
}

function hasId(contact: Contact, bytes: Uint8Array, idAt: number): boolean {
  const id = contact.id;
  for (let i = 0; i < ID_BYTES; i++) if (id[i] !== bytes[idAt + i]) return false;
  return true;
}
