/**
 * The buffer that every TCP read of a thread lands in. Node delivers each read before it starts the next, and handlers
 * consume the bytes inside the call, so one buffer serves all sockets: no allocation per read, no copy before parsing.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import { RECEIVE_BUFFER_BYTES } from "./platform-config.ts";
import type { TcpStream } from "./tcp-stream.ts";

let shared: Uint8Array | undefined;

/**
 * A socket that reads into this thread's receive buffer and hands each read to `stream`. `handle` is the connection
 * of an accepted socket. (`onread` is an option of the constructor as well, which the types do not know.)
 */
export function socketOnSharedBuffer(stream: TcpStream, handle?: unknown): Socket {
  shared ??= new Uint8Array(RECEIVE_BUFFER_BYTES);
  const options = {
    ...(handle === undefined ? {} : { handle }),
    onread: {
      buffer: shared,
      callback: (lengthBytes: number, buffer: Uint8Array) => stream.received(buffer, lengthBytes),
    },
  };
  return new Socket(options as unknown as SocketConstructorOpts);
}
