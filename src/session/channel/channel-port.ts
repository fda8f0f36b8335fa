/**
 * One end of an ordered, reliable channel of messages between an engine and a viewer: a worker's `MessagePort`, or a
 * socket to another process. Messages are plain data (structured-clone rules). As every port (Law 4)
 * it never calls back from within a call.
 */
export interface ChannelPort {
  /**
   * Queues one message, and answers the bytes that it takes on its way: 0 where memory is handed over. After either end
   * closed: does nothing. Never throws.
   */
  postMessage(message: unknown): number;
  onMessage: (message: unknown) => void;
  /** The other end is gone; comes once, and not after our own `close`. */
  onClose: () => void;
  close(): void;
}
