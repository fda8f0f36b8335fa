/**
 * One end of an ordered, reliable channel of messages between an engine and a viewer: a worker's `MessagePort` now,
 * framed Unix sockets and named pipes later. Messages are plain data (structured-clone rules). As every port (Law 4)
 * it never calls back from within a call.
 */
export interface ChannelPort {
  /** Queues one message. After either end closed: does nothing. Never throws. */
  postMessage(message: unknown): void;
  onMessage: (message: unknown) => void;
  /** The other end is gone; comes once, and not after our own `close`. */
  onClose: () => void;
  close(): void;
}
