import { chmod, lstat, mkdir, symlink, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MAX_SILENT_CONNECTIONS } from "../../../src/platform/channel/channel-limits.ts";
import { encodeMessage } from "../../../src/platform/channel/message-codec.ts";
import { engineSocketPath } from "../../../src/platform/channel/socket-path.ts";
import type { SocketPort } from "../../../src/platform/channel/socket-port.ts";
import { dialEngine, type EngineSocket, listenForViewers } from "../../../src/platform/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

let folder: TemporaryFolder;
let path: string;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "run", "e.sock");
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await folder.remove();
});

/** An engine that answers every message with `{ echo: message }`. */
async function listen(onViewer: (port: SocketPort) => void = () => {}): Promise<EngineSocket> {
  const socket = await listenForViewers(path, (port) => {
    port.onMessage = (message) => port.postMessage({ echo: message });
    onViewer(port);
  });
  closing.push(() => socket.close());
  return socket;
}

async function dial(): Promise<SocketPort> {
  const port = await dialEngine(path);
  if (port === undefined) throw new Error("nobody listens");
  closing.push(() => port.close());
  return port;
}

function dialRaw(): Promise<Socket> {
  const socket = connect(path);
  closing.push(() => socket.destroy());
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}

const ended = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));
const closed = (port: SocketPort) => new Promise<void>((resolve) => (port.onClose = resolve));
const answer = (port: SocketPort, message: unknown) =>
  new Promise((resolve) => {
    port.onMessage = resolve;
    port.postMessage(message);
  });

describe("the engine's socket", () => {
  test("carries messages both ways, and only this user may use it", async () => {
    await listen();
    const port = await dial();

    expect(await answer(port, { kind: "hello", bytes: Uint8Array.of(1) })).toEqual({
      echo: { kind: "hello", bytes: Uint8Array.of(1) },
    });
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect((await lstat(join(folder.path, "run"))).mode & 0o777).toBe(0o700);
  });

  test("is gone after it was closed, and those who were connected are told", async () => {
    const socket = await listen();
    const port = await dial();
    await answer(port, "hello");
    const told = closed(port);

    await socket.close();
    await told;

    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await dialEngine(path)).toBeUndefined();
  });

  test("takes the place of a socket that nobody answers at", async () => {
    await mkdir(join(folder.path, "run"), { mode: 0o700 });
    const former = createServer().listen(`${path}.former`);
    await new Promise((resolve) => former.once("listening", resolve));
    // A process that is killed leaves its socket under its name: here another name for it stays behind.
    await import("node:fs/promises").then((fs) => fs.rename(`${path}.former`, path));
    await new Promise((resolve) => former.close(resolve));

    expect(await dialEngine(path)).toBeUndefined();
    await listen();
    expect(await answer(await dial(), 1)).toEqual({ echo: 1 });
  });

  test("does not remove what is no socket", async () => {
    await mkdir(join(folder.path, "run"), { mode: 0o700 });
    await writeFile(path, "precious");

    await expect(listen()).rejects.toMatchObject({ code: "PATH_IN_THE_WAY" });
  });

  test("is not opened, nor dialled, in a folder where others may write", async () => {
    await mkdir(join(folder.path, "run"));
    await chmod(join(folder.path, "run"), 0o777);

    await expect(listen()).rejects.toMatchObject({ code: "PATH_NOT_WRITABLE" });
    await expect(dialEngine(path)).rejects.toMatchObject({ code: "PATH_NOT_WRITABLE" });
  });

  test("is not opened behind a symbolic link", async () => {
    await mkdir(join(folder.path, "elsewhere"), { mode: 0o700 });
    await symlink(join(folder.path, "elsewhere"), join(folder.path, "run"));

    await expect(listen()).rejects.toMatchObject({ code: "PATH_NOT_WRITABLE" });
  });
});

describe("PA21: whoever misbehaves is closed, the others are served", () => {
  test("garbage, a line of 100 MiB, a greeting that is too long", async () => {
    await listen();
    const honest = await dial();
    await answer(honest, "hello");
    for (const bytes of [
      Buffer.from('{"cmd":"add"}\n'),
      Buffer.alloc(8, 0xff),
      encodeMessage("x".repeat(5_000)),
      Buffer.from([0, 0, 0, 9, 0, 0, 0, 5, ...Buffer.from("{{{{{")]),
    ]) {
      const bad = await dialRaw();
      bad.write(bytes);
      await ended(bad);
    }

    expect(await answer(honest, 2)).toEqual({ echo: 2 });
  });

  test("a thousand idle clients: the oldest ones go, and one who greets is served", async () => {
    let open = 0;
    await listen((port) => {
      open++;
      port.onClose = () => open--;
    });
    for (let i = 0; i < 1_000; i++) await dialRaw();

    expect(await answer(await dial(), 3)).toEqual({ echo: 3 });
    await vi.waitFor(() => expect(open).toBeLessThanOrEqual(MAX_SILENT_CONNECTIONS + 1), 30_000);
  }, 60_000);

  test("one who does not read is not read from either, and is given up in the end", async () => {
    let port: SocketPort | undefined;
    await listen((arrived) => {
      port = arrived;
    });
    const deaf = await dialRaw();
    deaf.pause();
    deaf.write(encodeMessage("hello"));
    const gone = new Promise<void>((resolve) => {
      const wait = (): void => {
        if (port === undefined) setTimeout(wait, 5);
        else port.onClose = resolve;
      };
      wait();
    });
    const large = new Uint8Array(16 * 2 ** 20);
    const post = (): void => {
      port?.postMessage(large);
      if (!deaf.closed) timer = setTimeout(post, 5);
    };
    let timer = setTimeout(post, 5);

    await gone;
    clearTimeout(timer);
    expect(await answer(await dial(), 4)).toEqual({ echo: 4 });
  });

  test("one who is killed in the middle of a message leaves nothing behind", async () => {
    const ports: SocketPort[] = [];
    await listen((port) => ports.push(port));
    const victim = await dialRaw();
    victim.write(encodeMessage("hello"));
    victim.write(encodeMessage(new Uint8Array(100_000)).subarray(0, 50_000));
    await new Promise((resolve) => victim.once("data", resolve));
    const gone = closed(ports[0] as SocketPort);
    victim.destroy();

    await gone;
    expect(await answer(await dial(), 5)).toEqual({ echo: 5 });
  });
});

describe("the socket's path", () => {
  const place = { runtimeFolder: "/run/user/1/starling", shortFolder: "/tmp/starling-1", profile: "work" };

  test("differs by state folder and by profile", () => {
    const paths = [
      engineSocketPath({ ...place, stateFolder: "/a", system: "linux" }),
      engineSocketPath({ ...place, stateFolder: "/b", system: "linux" }),
      engineSocketPath({ ...place, profile: "home", stateFolder: "/a", system: "linux" }),
    ];

    expect(new Set(paths).size).toBe(3);
    expect(paths[0]).toMatch(/^\/run\/user\/1\/starling\/work-[0-9a-f]{12}\.sock$/);
  });

  test("is short enough for sun_path, whatever the folders are called", () => {
    const runtimeFolder = `/run/${"deep/".repeat(30)}starling`;
    const path = engineSocketPath({ ...place, runtimeFolder, stateFolder: "/a", system: "linux" });

    expect(path).toMatch(/^\/tmp\/starling-1\//);
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103);
  });

  test("is a named pipe on Windows", () => {
    expect(engineSocketPath({ ...place, stateFolder: "C:\\a", system: "win32" })).toMatch(
      /^\\\\\.\\pipe\\starling-.*-work-[0-9a-f]{12}$/,
    );
  });
});
