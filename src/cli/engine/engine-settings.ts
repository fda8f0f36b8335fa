/** What a command asks of its engine: plain data, since it crosses into the worker thread. */
import type { AddressProfile } from "../../core/address-profile.ts";
import type { EngineIdentity, TransportChoice } from "../../session/index.ts";
import type { EncryptionPolicy } from "../../wire/index.ts";
import type { NetworkDefinition } from "../network/network-definition.ts";

export interface EngineService {
  readonly socketPath: string;
  readonly life: EngineIdentity["life"];
}

export interface EngineSettings {
  readonly host: string | undefined;
  /** Name or address of the one network interface to use. */
  readonly interface?: string | undefined;
  readonly port: number;
  readonly bootstrap: readonly string[] | undefined;
  readonly addressProfile: AddressProfile | undefined;
  /** Undefined = on, but not among loopback addresses. */
  readonly localDiscovery?: boolean | undefined;
  /** What connections to peers run over; undefined = both. */
  readonly transport?: TransportChoice | undefined;
  /** Undefined = where addresses are those of the Internet. */
  readonly portMapping?: boolean | undefined;
  /** The private network to be in. */
  readonly privateNetwork?: NetworkDefinition | undefined;
  /** Undefined = prefer. */
  readonly encryption?: EncryptionPolicy | undefined;
  /** Peers given by hand: they take part in choosing the address profile. */
  readonly peers: readonly string[];
  readonly maxDownBytesPerSecond: number | null;
  readonly maxUpBytesPerSecond: number | null;
  readonly isLanExempt?: boolean | undefined;
  readonly defaultFolder: string;
  /**
   * `own`: the profile's state, one process at a time, all its torrents come back. `shared`: only resume data of
   * the torrents that are added, any number of processes. `none`: nothing is kept.
   */
  readonly state: "own" | "shared" | "none";
  readonly stateFolder: string;
  /** How viewers of other processes come in; absent where nobody does. */
  readonly service?: EngineService | undefined;
  /** Where to record what reaches the engine; undefined = nowhere. */
  readonly recording?: RecordingSettings | undefined;
}

export interface RecordingSettings {
  readonly path: string;
  readonly limitBytes: number;
}
