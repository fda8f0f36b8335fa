/**
 * Gets and puts items (BEP 44): finds the nodes closest to the target, asks each for the item, and puts to those that
 * gave a token. What comes back counts only if its hash, or its key and signature, fit the target.
 */
import { equalBytes } from "../core/bytes.ts";
import type { AddressFamily, Endpoint } from "../core/endpoint.ts";
import type { Clock } from "../core/ports.ts";
import type { DhtFamily } from "./dht-family.ts";
import type { FoundNode, ItemGetResult, ItemPutResult, LookupHandle, LookupOutcome } from "./dht-lookups.ts";
import {
  immutableTarget,
  MAX_SALT_BYTES,
  MAX_VALUE_BYTES,
  mutableTarget,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  signedBytes,
  type VerifySignature,
} from "./item-rules.ts";
import type { StoredItem } from "./item-store.ts";
import type { KrpcMessage } from "./krpc-message.ts";
import type { Lookups } from "./lookups.ts";
import type { QuerySender } from "./query-sender.ts";
import type { Query, QueryFailure, QueryOwner } from "./query-tracker.ts";

export interface ItemExchangeParts {
  readonly clock: Clock;
  readonly lookups: Lookups;
  readonly sender: QuerySender;
  /** Absent: mutable items that others send are not believed. */
  readonly verifySignature: VerifySignature | undefined;
  familyOf(family: AddressFamily): DhtFamily | undefined;
}

/** What is looked for; the salt belongs to mutable items only. */
export interface ItemWanted {
  readonly target: Uint8Array;
  readonly salt: Uint8Array;
}

/** What is put. */
export interface ItemToPut extends ItemWanted {
  readonly item: StoredItem;
  readonly cas: number | undefined;
}

/** Gets an item; `onEnd` comes after this call has returned. */
export function startGet(
  parts: ItemExchangeParts,
  wanted: ItemWanted,
  onEnd: (result: ItemGetResult) => void,
): LookupHandle {
  return start(parts, new ItemExchange(parts, wanted, (exchange) => onEnd(exchange.getResult())));
}

/** Puts an item, after a get that collects tokens; `onEnd` comes after this call has returned. */
export function startPut(
  parts: ItemExchangeParts,
  toPut: ItemToPut,
  onEnd: (result: ItemPutResult) => void,
): LookupHandle {
  const afterGet = (exchange: ItemExchange): void => exchange.put(toPut, onEnd);
  return start(parts, new ItemExchange(parts, toPut, afterGet));
}

function start(parts: ItemExchangeParts, exchange: ItemExchange): LookupHandle {
  const request = { purpose: "find-node", noSeeds: false, needsToken: false, handlers: {} } as const;
  const lookup = parts.lookups.start({ ...request, target: exchange.target }, ({ result }) =>
    exchange.get(result.closest, result.outcome),
  );
  return {
    cancel: () => {
      lookup.cancel();
      parts.clock.setTimer(0, () => exchange.cancel());
    },
  };
}

/** Tokens of others that we keep: clients use 4 to 20 bytes, and a put has to fit one frame. */
const MAX_TOKEN_BYTES = 64;

interface TokenHolder {
  readonly family: DhtFamily;
  readonly node: FoundNode;
  readonly token: Uint8Array;
}

class ItemExchange {
  readonly target: Uint8Array;
  readonly #parts: ItemExchangeParts;
  readonly #salt: Uint8Array;
  readonly #onGot: (exchange: ItemExchange) => void;
  readonly #nodes = new Map<Endpoint, FoundNode>();
  readonly #tokens: TokenHolder[] = [];
  #round: Round | undefined;
  #outcome: LookupOutcome = "cancelled";
  #item: StoredItem | undefined;
  /** Numbers that nodes said they hold; 0 for immutable items. */
  readonly #heldSeqs: number[] = [];
  #asked = 0;
  #answered = 0;
  #isGot = false;
  #isCancelled = false;

  constructor(parts: ItemExchangeParts, wanted: ItemWanted, onGot: (exchange: ItemExchange) => void) {
    this.#parts = parts;
    this.target = wanted.target.slice();
    this.#salt = wanted.salt.slice();
    this.#onGot = onGot;
  }

  get(closest: readonly FoundNode[], outcome: LookupOutcome): void {
    if (this.#isGot) return;
    this.#outcome = outcome;
    this.#lookAtOwnStore();
    const { sender } = this.#parts;
    const round = new Round({
      onAnswer: (query, message) => this.#takeAnswer(query, message),
      onRefusal: () => {},
      onDone: () => this.#got(),
    });
    this.#round = round;
    for (const node of outcome === "cancelled" ? [] : closest) {
      const family = this.#parts.familyOf(node.endpoint.family);
      if (family === undefined) continue;
      const addressee = { to: node.endpoint, expectedId: node.id, owner: round, isPatient: true };
      if (sender.getItem(family, addressee, this.target) !== "sent") continue;
      this.#nodes.set(node.endpoint, node);
      round.add(node.endpoint);
    }
    this.#asked = this.#nodes.size;
    round.seal();
  }

  put({ item, salt, cas }: ItemToPut, onEnd: (result: ItemPutResult) => void): void {
    let storedOn = 0;
    const refusals = new Map<number, number>();
    const found = this.getResult();
    const round = new Round({
      onAnswer: () => storedOn++,
      onRefusal: (code) => refusals.set(code, (refusals.get(code) ?? 0) + 1),
      onDone: () => onEnd({ found, storedOn, refusals }),
    });
    this.#round = round;
    for (const { family, node, token } of this.#isCancelled ? [] : this.#tokens) {
      const addressee = { to: node.endpoint, expectedId: node.id, owner: round, isPatient: true };
      const how = { item, salt, cas, token };
      if (this.#parts.sender.putItem(family, addressee, how) === "sent") round.add(node.endpoint);
    }
    round.seal();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#outcome = "cancelled";
    this.#round?.end();
  }

  getResult(): ItemGetResult {
    const newest = this.#item?.signed?.seq ?? 0;
    return {
      outcome: this.#outcome,
      item: this.#item,
      copies: this.#item === undefined ? 0 : this.#heldSeqs.filter((seq) => seq === newest).length,
      asked: this.#asked,
      answered: this.#answered,
    };
  }

  #got(): void {
    this.#isGot = true;
    this.#onGot(this);
  }

  #takeAnswer(query: Query, message: KrpcMessage): void {
    this.#answered++;
    const node = this.#nodes.get(query.to);
    const family = this.#parts.familyOf(query.to.family);
    const token = message.token();
    if (node !== undefined && family !== undefined && token !== undefined && token.length <= MAX_TOKEN_BYTES)
      this.#tokens.push({ family, node, token });
    const item = this.#itemOf(message);
    if (item !== undefined) this.#consider(item);
    if (item !== undefined || message.seq >= 0)
      this.#heldSeqs.push(item?.signed?.seq ?? Math.max(message.seq, 0));
  }

  #consider(item: StoredItem): void {
    if (this.#item === undefined || (item.signed?.seq ?? 0) > (this.#item.signed?.seq ?? 0))
      this.#item = item;
  }

  /** The item in an answer, if it is the one that was asked for. */
  #itemOf({ bytes, itemAt, itemLength, publicKeyAt, signatureAt, seq }: KrpcMessage): StoredItem | undefined {
    if (itemAt < 0 || itemLength > MAX_VALUE_BYTES) return undefined;
    const { target } = this;
    const value = bytes.slice(itemAt, itemAt + itemLength);
    if (equalBytes(immutableTarget(value), target)) return { target, value, signed: undefined };
    if (publicKeyAt < 0 || signatureAt < 0 || seq < 0) return undefined;
    const publicKey = bytes.slice(publicKeyAt, publicKeyAt + PUBLIC_KEY_BYTES);
    const signature = bytes.slice(signatureAt, signatureAt + SIGNATURE_BYTES);
    if (!this.#isTargetOf(publicKey)) return undefined;
    const isSigned = this.#parts.verifySignature?.(publicKey, signature, signedBytes(this.#salt, seq, value));
    return isSigned === true ? { target, value, signed: { publicKey, seq, signature } } : undefined;
  }

  /** Whether `publicKey` and the salt that was asked for make the target. */
  #isTargetOf(publicKey: Uint8Array): boolean {
    return (
      this.#salt.length <= MAX_SALT_BYTES && equalBytes(mutableTarget(publicKey, this.#salt), this.target)
    );
  }

  /** We may be among the closest ourselves. What is stored was verified when it came, but with its own salt. */
  #lookAtOwnStore(): void {
    for (const of of [4, 6] as const) {
      const own = this.#parts.familyOf(of)?.items.find(this.target, this.#parts.clock.nowMs());
      if (own !== undefined && (own.signed === undefined || this.#isTargetOf(own.signed.publicKey)))
        this.#consider(own);
    }
  }
}

/** Queries that are sent together and awaited together; who is silent for two seconds is waited for no longer. */
class Round implements QueryOwner {
  readonly #handlers: RoundHandlers;
  readonly #pending = new Set<Endpoint>();
  #isSealed = false;
  #isDone = false;

  constructor(handlers: RoundHandlers) {
    this.#handlers = handlers;
  }

  add(to: Endpoint): void {
    this.#pending.add(to);
  }

  /** All have been added. */
  seal(): void {
    this.#isSealed = true;
    if (this.#pending.size === 0) this.end();
  }

  end(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#handlers.onDone();
  }

  queryAnswered(query: Query, message: KrpcMessage): void {
    if (this.#isDone) return;
    this.#handlers.onAnswer(query, message);
    this.#settle(query);
  }

  queryStalled(query: Query): void {
    this.#settle(query);
  }

  queryFailed(query: Query, failure: QueryFailure, errorCode = 0): void {
    if (this.#isDone) return;
    if (failure === "error") this.#handlers.onRefusal(errorCode);
    this.#settle(query);
  }

  #settle(query: Query): void {
    if (this.#pending.delete(query.to) && this.#pending.size === 0 && this.#isSealed) this.end();
  }
}

interface RoundHandlers {
  readonly onAnswer: (query: Query, message: KrpcMessage) => void;
  readonly onRefusal: (errorCode: number) => void;
  readonly onDone: () => void;
}
