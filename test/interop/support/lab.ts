/**
 * What a test file holds while it runs: a folder, loopback addresses of its own, and processes. Closing the lab stops
 * the processes (the newest first) and removes the folder.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Stoppable {
  stop(): Promise<void>;
}

/** The port that everybody uses: peers differ by address, as they do in the world. */
export const PEER_PORT = 6881;

/** HOST:PORT, or [HOST]:PORT where the host is an IPv6 address. */
export const addressText = (host: string, port: number): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), "starling-interop-"));
  readonly #running: Stoppable[] = [];
  /** 127.64.0.0/10, with a /16 by process id, so that suites that run at once keep apart. */
  readonly #network = `127.${64 + (process.pid % 64)}`;
  #hosts = 0;

  /** An address of 127.0.0.0/8 that no one else of this run has. */
  newHost(): string {
    const host = this.#hosts++;
    return `${this.#network}.${1 + ((process.pid >> 6) % 250)}.${1 + (host % 250)}`;
  }

  /** A new empty folder inside the lab's own. */
  newFolder(name: string): string {
    const path = join(this.folder, `${name}-${this.#hosts}-${Math.random().toString(36).slice(2, 8)}`);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Keeps something to be stopped when the lab closes. */
  run<T extends Stoppable>(stoppable: T): T {
    this.#running.push(stoppable);
    return stoppable;
  }

  async close(): Promise<void> {
    for (const stoppable of this.#running.splice(0).reverse()) await stoppable.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
