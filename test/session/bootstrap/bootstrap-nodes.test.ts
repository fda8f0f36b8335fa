/** Introducing the DHT node to its network: what is asked, and what is told of each entry. */
import { describe, expect, test } from "vitest";
import { type Endpoint, endpoint } from "../../../src/core/endpoint.ts";
import { BootstrapNodes } from "../../../src/session/bootstrap/bootstrap-nodes.ts";

const A1 = endpoint("203.0.113.1", 6881);
const A2 = endpoint("203.0.113.2", 6881);

function nodesFor(names: Readonly<Record<string, readonly Endpoint[]>>) {
  const asked: (readonly Endpoint[])[] = [];
  const nodes = new BootstrapNodes({
    entries: Object.keys(names).map((host) => ({ host, port: 6881 })),
    resolve: (host) => Promise.resolve(names[host] ?? []),
    ask: (addresses) => asked.push(addresses),
    onChange: () => {},
  });
  return { nodes, asked, states: () => nodes.view().map(({ state }) => state) };
}

describe("bootstrap nodes", () => {
  test("are asked under every address their name has, and count as answered when one of them answers", async () => {
    const { nodes, asked, states } = nodesFor({ "a.example": [A1, A2] });
    expect(states()).toEqual(["untried"]);
    nodes.askAll();
    await turn();
    expect(asked).toEqual([[A1, A2]]);
    expect(states()).toEqual(["asked"]);
    nodes.handleSilent(A1);
    expect(states()).toEqual(["asked"]);
    nodes.handleAnswered(A2);

    expect(nodes.view()).toEqual([{ address: "a.example:6881", state: "answered" }]);
    nodes.handleSilent(A2);
    expect(states()).toEqual(["answered"]);
  });

  test("count as silent when all their addresses are, and are asked anew the next time", async () => {
    const { nodes, asked, states } = nodesFor({ "a.example": [A1, A2] });
    nodes.askAll();
    await turn();
    nodes.handleSilent(A1);
    nodes.handleSilent(A2);
    expect(states()).toEqual(["silent"]);
    nodes.askAll();
    await turn();

    expect(states()).toEqual(["asked"]);
    expect(asked).toHaveLength(2);
  });

  test("whose names do not resolve say so, and keep nobody else from being asked", async () => {
    const { nodes, asked, states } = nodesFor({ "gone.example": [], "a.example": [A1] });
    nodes.askAll();
    await turn();

    expect(states()).toEqual(["unresolved", "asked"]);
    expect(asked).toEqual([[A1]]);
  });

  test("that are none at all are asked as nobody, so that the node goes on alone", () => {
    const { nodes, asked } = nodesFor({});
    nodes.askAll();

    expect(asked).toEqual([[]]);
  });

  test("ask nobody once closed, even if a name resolves late", async () => {
    const { nodes, asked } = nodesFor({ "a.example": [A1] });
    nodes.askAll();
    nodes.close();
    await turn();

    expect(asked).toEqual([]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
