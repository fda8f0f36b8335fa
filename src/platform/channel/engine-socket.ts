/**
 * The socket that an engine answers on, and the way to it. Only this user gets through: the socket is 0600 in a folder
 * of ours that is 0700; a named pipe on Windows has the user's own rights. Who listens holds the lock of the engine's
 * state folder, so whatever lies under the name is stale.
 */
import { promises as fs } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { ClientError } from "../../core/errors.ts";
import { diskError, isCode } from "../disk-codes.ts";
import {
  GREETING_TIMEOUT_MS,
  MAX_GREETING_BYTES,
  MAX_SILENT_CONNECTIONS,
  MAX_UNFINISHED_BYTES,
} from "./channel-limits.ts";
import type { UnfinishedBudget } from "./message-assembler.ts";
import { isNamedPipe, requirePrivateFolder } from "./socket-path.ts";
import { SocketPort } from "./socket-port.ts";

export interface EngineSocket {
  readonly path: string;
  /** Ends all connections and removes the socket. Closing twice is a no-op. */
  close(): Promise<void>;
}

/**
 * Listens at `path`; `onViewer` gets each connection and sets its handlers before it returns. Rejects with
 * `PATH_NOT_WRITABLE` or `PATH_IN_THE_WAY` when there can be no socket.
 */
export async function listenForViewers(
  path: string,
  onViewer: (port: SocketPort) => void,
): Promise<EngineSocket> {
  if (!isNamedPipe(path)) {
    await requirePrivateFolder(dirname(path), { create: true });
    await removeSocket(path);
  }
  const gate = new Gate(onViewer);
  const server = createServer((socket) => gate.enter(socket));
  await listening(server, path);
  if (!isNamedPipe(path)) await fs.chmod(path, 0o600);
  let closing: Promise<void> | undefined;
  return {
    path,
    close: () => {
      closing ??= new Promise((resolve) => {
        // Node removes the socket's file itself.
        server.close(() => resolve());
        gate.close();
      });
      return closing;
    },
  };
}

/**
 * Connects to the engine at `path`; undefined when nobody listens there, or lets anybody in. Rejects with `PATH_NOT_WRITABLE` when the
 * socket is not ours to use.
 */
export async function dialEngine(path: string): Promise<SocketPort | undefined> {
  if (!isNamedPipe(path) && !(await requirePrivateFolder(dirname(path), { create: false }))) return undefined;
  return await new Promise((resolve, reject) => {
    const socket = connect(path);
    const refuse = (error: Error): void => {
      // EAGAIN: more are waiting to be let in than the system queues.
      if (isCode(error, "ENOENT", "ECONNREFUSED", "ECONNRESET", "EAGAIN")) resolve(undefined);
      else reject(diskError(error, path));
    };
    socket.once("error", refuse);
    socket.once("connect", () => {
      socket.off("error", refuse);
      resolve(new SocketPort(socket));
    });
  });
}

/** Removes the socket that an engine left behind which is gone. The caller holds the lock of its state folder. */
export async function removeSocket(path: string): Promise<void> {
  if (isNamedPipe(path)) return;
  try {
    const found = await fs.lstat(path);
    if (!found.isSocket()) {
      throw new ClientError("PATH_IN_THE_WAY", `${path} is in the way of the engine's socket.`, {
        hint: "Remove it, or name another folder with STARLING_RUNTIME_DIR.",
      });
    }
    await fs.unlink(path);
  } catch (error) {
    if (error instanceof ClientError) throw error;
    if (!isCode(error, "ENOENT")) throw diskError(error, path);
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(diskError(error, path));
    server.once("error", fail);
    server.listen(path, () => {
      server.off("error", fail);
      // EMFILE while accepting: those who came wait in the queue of the system.
      server.on("error", () => {});
      resolve();
    });
  });
}

/** Who came and has not greeted is watched here; who has greeted is the engine's business. */
class Gate {
  readonly #onViewer: (port: SocketPort) => void;
  readonly #budget: UnfinishedBudget = { remainingBytes: MAX_UNFINISHED_BYTES };
  /** Oldest first. */
  readonly #silent = new Map<Socket, NodeJS.Timeout>();
  readonly #open = new Set<SocketPort>();

  constructor(onViewer: (port: SocketPort) => void) {
    this.#onViewer = onViewer;
  }

  enter(socket: Socket): void {
    if (this.#silent.size >= MAX_SILENT_CONNECTIONS) this.#dropOldest();
    this.#silent.set(
      socket,
      setTimeout(() => socket.destroy(), GREETING_TIMEOUT_MS),
    );
    const port = new SocketPort(socket, { budget: this.#budget, maxGreetingBytes: MAX_GREETING_BYTES });
    this.#open.add(port);
    port.onGreeting = () => this.#noLongerSilent(socket);
    port.onGone = () => {
      this.#noLongerSilent(socket);
      this.#open.delete(port);
    };
    this.#onViewer(port);
  }

  close(): void {
    for (const socket of this.#silent.keys()) socket.destroy();
    for (const port of this.#open) port.close();
  }

  #dropOldest(): void {
    for (const oldest of this.#silent.keys()) {
      this.#noLongerSilent(oldest);
      oldest.destroy();
      return;
    }
  }

  #noLongerSilent(socket: Socket): void {
    clearTimeout(this.#silent.get(socket));
    this.#silent.delete(socket);
  }
}
