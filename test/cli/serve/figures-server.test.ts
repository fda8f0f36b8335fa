/** What a node tells who asks it, on loopback and on a Unix socket. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type FiguresServer, serveFigures } from "../../../src/cli/serve/figures-server.ts";
import type { ServeFigures } from "../../../src/cli/serve/metrics-text.ts";
import { LoneNode } from "../../dht/lone-node.ts";
import { scratchFolder } from "../support.ts";

const { node } = new LoneNode();
const figures = (state: "joined" | "lost"): ServeFigures => ({
  view: { ...node.view(), state },
  refused: undefined,
  residentBytes: 50_000_000,
  startedAtUnixMs: 1_700_000_000_000,
});
const opened: FiguresServer[] = [];

afterEach(() => Promise.all(opened.splice(0).map((server) => server.close())));

async function serve(...args: Parameters<typeof serveFigures>): Promise<FiguresServer> {
  const server = await serveFigures(...args);
  opened.push(server);
  return server;
}

function ask(
  at: object,
  path: string,
  method = "GET",
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...at, path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asking.on("error", reject).end();
  });
}

test("Prometheus reads them from a port of loopback", async () => {
  const { address } = await serve({ port: 0 }, () => figures("joined"));
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const at = { host: "127.0.0.1", port: new URL(address).port };
  expect((await ask(at, "/metrics")).body).toContain("starling_dht_joined 1\n");
  expect(await ask(at, "/")).toMatchObject({ status: 404 });
  expect(await ask(at, "/metrics", "POST")).toMatchObject({ status: 405 });
});

test("a socket of this user's says whether the node is well, and is gone when the node is", async () => {
  const socketPath = join(scratchFolder(), "health");
  let state: "joined" | "lost" = "joined";
  const server = await serve({ socketPath }, () => figures(state));
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  const { status, body } = await ask({ socketPath }, "/health");
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({
    ok: true,
    state: "joined",
    contacts: 0,
    residentBytes: 50_000_000,
  });
  state = "lost";
  expect(await ask({ socketPath }, "/health")).toMatchObject({ status: 503 });
  await server.close();
  expect(existsSync(socketPath)).toBe(false);
});

test("what lies in the way stays, what is left of a process that is gone does not", async () => {
  const folder = scratchFolder();
  const socketPath = join(folder, "health");
  await serve({ socketPath }, () => figures("joined"));
  await expect(serveFigures({ socketPath }, () => figures("joined"))).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
  const file = join(folder, "file");
  writeFileSync(file, "mine");
  await expect(serveFigures({ socketPath: file }, () => figures("joined"))).rejects.toMatchObject({
    code: "PATH_IN_THE_WAY",
  });
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { readonly port: number };
  await expect(serveFigures({ port }, () => figures("joined"))).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
  taken.close();
});
