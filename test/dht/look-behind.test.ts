import { describe, expect, test } from "vitest";
import { encodeNodes } from "../../src/core/compact.ts";
import { compareDistance } from "../../src/core/distance.ts";
import { endpoint } from "../../src/core/endpoint.ts";
import { nodeIdFrom } from "../../src/core/ids.ts";
import { SHIPPING } from "../../src/dht/index.ts";
import { LookBehind, lookBehind } from "../../src/dht/look-behind.ts";
import { Lookup } from "../../src/dht/lookup.ts";
import { type CandidateState, LookupCandidate } from "../../src/dht/lookup-candidate.ts";
import { SeededRandom } from "../../src/sim/index.ts";

const TARGET = new Uint8Array(20);
const K = 8;
const NODES = 200;
const SEED = "behind the dead";

interface SimulatedNode {
  readonly id: ReturnType<typeof nodeIdFrom>;
  readonly endpoint: ReturnType<typeof endpoint>;
  readonly isDead: boolean;
}

/** Of networks whose nodes all know each other and do not know yet who is dead: how many lookups end at the true closest. */
function rightEndings(looksBehind: boolean, networks: number): number {
  const random = new SeededRandom(SEED);
  return Array.from({ length: networks }, () => endsRight(random, looksBehind)).filter(Boolean).length;
}

function endsRight(random: SeededRandom, looksBehind: boolean): boolean {
  const all: SimulatedNode[] = Array.from({ length: NODES }, (_, i) => ({
    id: nodeIdFrom(random.bytes(20)),
    endpoint: endpoint(`20.0.${i}.1`, 6881),
    isDead: i > 0 && random.integer(100) < 30,
  }));
  const nearest = (target: Uint8Array) =>
    [...all].sort((a, b) => compareDistance(target, a.id, b.id)).slice(0, K);
  const lookup = aLookup(looksBehind);
  lookup.addContact((all[0] as SimulatedNode).id, (all[0] as SimulatedNode).endpoint);
  for (let step = lookup.next(); step !== "done"; step = lookup.next()) {
    if (typeof step === "string") throw new Error("nothing is in flight");
    const asked = step instanceof LookBehind ? step.namer : step;
    const named = encodeNodes(nearest(step instanceof LookBehind ? step.target : TARGET), 4);
    const node = all.find((it) => it.endpoint.host === asked.endpoint.host);
    if (step instanceof LookBehind) lookup.lookEnded(step);
    else if (node === undefined || node.isDead) lookup.failed(step);
    else lookup.answered(step, node.id, undefined, 50);
    if (node?.isDead === false) lookup.addNodes(named, 0, named.length, asked);
  }
  const living = all.filter((it) => !it.isDead).sort((a, b) => compareDistance(TARGET, a.id, b.id));
  return lookup.closest(K).every((it, i) => it.endpoint.host === living[i]?.endpoint.host);
}

function aLookup(looksBehind: boolean): Lookup {
  return new Lookup({
    target: TARGET,
    localNodeId: nodeIdFrom(new Uint8Array(20).fill(0xff)),
    family: 4,
    addressProfile: "public",
    k: K,
    networkSize: undefined,
    tuning: { ...SHIPPING, looksBehind },
    needsToken: false,
    maxTries: 1,
    isDoubted: () => false,
  });
}

/** Candidates from the nearest on, with distances 1, 2, 3, … of 2^24. */
function listOf(...states: CandidateState[]): LookupCandidate[] {
  return states.map((state, i) => {
    const id = nodeIdFrom(Uint8Array.of(i + 1, ...new Uint8Array(19)));
    const candidate = new LookupCandidate(id, endpoint(`20.0.0.${i + 1}`, 6881), (i + 1) << 24, 1);
    candidate.state = state;
    return candidate;
  });
}

describe("a question behind the dead", () => {
  test("brings lookups to the living that dead ones hide from them", () => {
    expect(rightEndings(false, 100)).toBeLessThan(20);
    expect(rightEndings(true, 100)).toBeGreaterThan(50);
  });

  test("asks the nearest that answered for the half of the range that is farther away", () => {
    const look = lookBehind(listOf("failed", "answered", "answered", "asked"), 3, TARGET, 0);
    expect(look?.namer.id?.[0]).toBe(2);
    expect(look?.target).toEqual(Uint8Array.of(0b100, ...new Uint8Array(19)));
  });

  test("is asked once for every three dead, of another neighbour each time", () => {
    const three = listOf("failed", "stalled", "failed", "answered", "answered");
    const four = listOf("failed", "failed", "answered", "failed", "failed", "answered");
    expect(lookBehind(three, K, TARGET, 1)).toBeUndefined();
    expect(lookBehind(four, K, TARGET, 1)?.namer.id?.[0]).toBe(6);
    expect(lookBehind(four, K, TARGET, 2)).toBeUndefined();
  });

  test("is not asked where nobody is dead, nobody has answered, or the dead are behind the closest set", () => {
    expect(lookBehind(listOf("answered", "answered"), K, TARGET, 0)).toBeUndefined();
    expect(lookBehind(listOf("failed", "asked"), K, TARGET, 0)).toBeUndefined();
    expect(lookBehind(listOf("answered", "answered", "failed"), 2, TARGET, 0)).toBeUndefined();
  });
});
