/**
 * What changes around a session without any packet: the network interfaces come and go, the machine sleeps, the disk
 * fills.
 */
import { LOOK_AROUND_INTERVAL_MS, SLEEP_GAP_MS } from "./session-config.ts";
import type { OpenNetwork, SessionPlatform } from "./session-ports.ts";

export interface MachineWatchOptions {
  readonly platform: SessionPlatform;
  readonly network: OpenNetwork;
  /** The interfaces of the machine do not matter. */
  readonly isLoopbackOnly: boolean;
  /** Whose free space is of interest. */
  readonly folder: string;
  readonly log: (text: string) => void;
  /** The network may be another one than before. */
  readonly onNetworkChange: () => void;
  /** The interface that we keep to came or went. */
  readonly onInterfaceChange: () => void;
}

export class MachineWatch {
  readonly #options: MachineWatchOptions;
  /** Wall-clock time less monotonic time when last looked at. */
  #wallAheadMs: number | undefined;
  #lookedAroundAtMs = Number.NEGATIVE_INFINITY;
  #freeBytes: number | null = null;
  #isNetworkUp = true;
  /** Of the last network that there was. */
  #ownHosts: readonly string[] | undefined;

  constructor(options: MachineWatchOptions) {
    this.#options = options;
  }

  /** Null while it is not known. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  get isNetworkUp(): boolean {
    return this.#isNetworkUp;
  }

  /** From now on changes of the interface that we keep to are told. */
  start(): void {
    this.#options.network.onInterfaceChange = (isThere) => this.#interfaceChanged(isThere);
  }

  /**
   * The monotonic clock of Linux stands still while the machine sleeps, so no timeout tells that the network is
   * another one now. The wall clock does; one that was merely set costs a needless look around.
   */
  noticeSleep(): void {
    const { platform, log, onNetworkChange } = this.#options;
    const aheadMs = platform.unixMs() - platform.clock.nowMs();
    const jumpedMs = aheadMs - (this.#wallAheadMs ?? aheadMs);
    this.#wallAheadMs = aheadMs;
    if (jumpedMs <= SLEEP_GAP_MS) return;
    log("the machine slept: looking around in the network anew");
    onNetworkChange();
  }

  isLookDue(nowMs: number): boolean {
    return nowMs - this.#lookedAroundAtMs >= LOOK_AROUND_INTERVAL_MS;
  }

  /** What costs system calls: the network interfaces and the free space. */
  async lookAround(nowMs: number): Promise<void> {
    const { platform, isLoopbackOnly, folder } = this.#options;
    this.#lookedAroundAtMs = nowMs;
    if (!isLoopbackOnly) this.#lookAtNetwork(platform.network.ownHosts());
    this.#freeBytes = await platform.disk.freeBytes(folder).catch(() => null);
  }

  /** Whoever moved from one network to another, or was without one, is somewhere else for everybody. */
  #lookAtNetwork(hosts: readonly string[]): void {
    const { network, log, onNetworkChange } = this.#options;
    const wasUp = this.#isNetworkUp;
    this.#isNetworkUp = hosts.length > 0;
    if (!this.#isNetworkUp) return;
    const known = this.#ownHosts;
    this.#ownHosts = hosts;
    const isSame = known === undefined || hosts.join() === known.join();
    if (wasUp && isSame) return;
    log(
      isSame
        ? "there is a network again: looking around in it anew"
        : `the addresses of this machine are ${hosts.join(", ")} now: looking around in the network anew`,
    );
    network.endStrandedStreams();
    onNetworkChange();
  }

  #interfaceChanged(isThere: boolean): void {
    const { network, log, onNetworkChange, onInterfaceChange } = this.#options;
    const name = network.interfaceName ?? "";
    log(
      isThere
        ? `the interface ${name} is back`
        : `the interface ${name} is gone: nothing is sent until it is back`,
    );
    this.#isNetworkUp = isThere;
    if (isThere) onNetworkChange();
    onInterfaceChange();
  }
}
