/** How the wire gets streams that speak the peer protocol: what lies below (MSE, or nothing) is not its business. */
import type { Endpoint } from "../../core/endpoint.ts";
import type { InfoHash } from "../../core/ids.ts";
import type { ByteStream, StreamHandler } from "../../core/ports.ts";

export type EncryptionPolicy = "prefer" | "require" | "off";

export interface SecureDial {
  readonly to: Endpoint;
  readonly infoHash: InfoHash;
  readonly timeoutMs: number;
  readonly handler: StreamHandler;
  /** The peer did not understand MSE when it was tried. */
  readonly isPlain: boolean;
}

export interface PeerStreams {
  readonly policy: EncryptionPolicy;
  /** Whether a dial to a peer of which that is known is made with MSE. */
  encrypts(isPlain: boolean): boolean;
  /** Starts connecting, as `StreamDialer.dial`. */
  dial(dial: SecureDial): ByteStream;
  /** Takes the handler's place at an accepted stream; answers the stream that the handler is to use. */
  accept(stream: ByteStream, handler: StreamHandler): ByteStream;
  /** Accepted connections may mean this torrent from now on. */
  addTorrent(infoHash: InfoHash): void;
  removeTorrent(infoHash: InfoHash): void;
}
