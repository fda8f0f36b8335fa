/**
 * A node's figures for who asks: Prometheus on a port of the loopback interface, and whoever watches over the process on a Unix socket.
 * Both speak HTTP and answer `GET /metrics` and `GET /health`.
 */
import { rm, stat } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { ClientError } from "../../core/errors.ts";
import { metricsText, type ServeFigures } from "./metrics-text.ts";

/** Only this machine is told: the figures name no secret, but what a network does is nobody else's business. */
const HOST = "127.0.0.1";
/** Who asks sends a line or two. */
const MAX_HEADER_BYTES = 4_096;
const MAX_CONNECTIONS = 16;
const REQUEST_TIMEOUT_MS = 5_000;

export type FiguresPlace = { readonly port: number } | { readonly socketPath: string };

export interface FiguresServer {
  /** Where it listens: a URL's beginning, or the socket's path. */
  readonly address: string;
  close(): Promise<void>;
}

/** Rejects with PORT_IN_USE, PATH_IN_THE_WAY or PATH_NOT_WRITABLE. */
export async function serveFigures(place: FiguresPlace, figures: () => ServeFigures): Promise<FiguresServer> {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    if (request.method !== "GET") answer(response, 405, "text/plain", "GET only\n");
    else if (request.url === "/metrics")
      answer(response, 200, "text/plain; version=0.0.4", metricsText(figures()));
    else if (request.url === "/health") sayHealth(response, figures());
    else answer(response, 404, "text/plain", "There are /metrics and /health\n");
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  const address =
    "port" in place ? await listenOnPort(server, place.port) : await listenAt(server, place.socketPath);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** 503 when contact was lost; a node that nobody has come to yet is well. */
function sayHealth(response: ServerResponse, { view, residentBytes, startedAtUnixMs }: ServeFigures): void {
  const contacts = (view.v4?.goodContacts ?? 0) + (view.v6?.goodContacts ?? 0);
  const health = {
    ok: view.state !== "lost",
    state: view.state,
    nodeId: view.nodeId,
    contacts,
    externalHosts: [view.v4?.externalHost, view.v6?.externalHost].filter((host) => typeof host === "string"),
    queriesInPerSecond: view.queriesInPerSecond,
    residentBytes,
    startedAtUnixMs,
  };
  answer(response, health.ok ? 200 : 503, "application/json", `${JSON.stringify(health)}\n`);
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}

async function listenOnPort(server: Server, port: number): Promise<string> {
  await listening(server, () => server.listen(port, HOST), `${HOST}:${port}`);
  const bound = server.address();
  return `http://${HOST}:${typeof bound === "object" && bound !== null ? bound.port : port}`;
}

/** 0600 from its first moment. What a process left behind that is gone makes room. */
async function listenAt(server: Server, path: string): Promise<string> {
  await clearStale(path);
  const open = (): void => {
    const before = process.umask(0o177);
    server.listen(path);
    process.umask(before);
  };
  await listening(server, open, path);
  return path;
}

function listening(server: Server, open: () => void, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) =>
      reject(
        code === "EADDRINUSE"
          ? new ClientError("PORT_IN_USE", `${what} is taken by another program`)
          : new ClientError("PATH_NOT_WRITABLE", `Cannot listen at ${what}: ${code}`),
      ),
    );
    server.once("listening", resolve);
    open();
  });
}

async function clearStale(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new ClientError("PATH_IN_THE_WAY", `${path} is there and is no socket`);
  if (await isAnswered(path)) throw new ClientError("PORT_IN_USE", `Another program listens at ${path}`);
  await rm(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
