/**
 * Sockets that read into one buffer. Node delivers each read before it starts the next, and handlers consume the bytes
 * inside the call, so one buffer serves all sockets of a thread: no allocation per read, no copy before parsing.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import type { TcpStream } from "./tcp-stream.ts";

/**
 * A socket that reads into `buffer` and hands each read to `stream`. `handle` is the connection of an accepted socket.
 * (`onread` is an option of the constructor as well, which the types do not know.)
 */
export function socketReadingInto(buffer: Uint8Array, stream: TcpStream, handle?: unknown): Socket {
  const options = {
    ...(handle === undefined ? {} : { handle }),
    onread: {
      buffer,
      callback: (lengthBytes: number, bytes: Uint8Array) => stream.received(bytes, lengthBytes),
    },
  };
  return new Socket(options as unknown as SocketConstructorOpts);
}
