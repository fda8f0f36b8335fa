/** A home router that opens ports when it is asked over NAT-PMP (RFC 6886), and speaks nothing else. */
import { writeUint16 } from "../core/bytes.ts";
import { addressBytes } from "../core/endpoint.ts";
import type { GatewayLink, GatewayRequest, GatewayResponse, MappedTransport } from "../mapping/index.ts";
import type { World } from "./world.ts";

/** A round trip over the cable, or the air, of a home. */
const ROUND_TRIP_MS = 3;

const NAT_PMP_PORT = 5351;
/** Operations, of which answers add 128. */
const ADDRESS = 0;
const MAP_UDP = 1;
const UNSUPPORTED_VERSION = 1;
const ANSWER = 128;

export class VirtualGateway implements GatewayLink {
  readonly gatewayHost = "192.168.0.1";
  readonly ownHost = "192.168.0.2";
  onDatagram: (payload: Uint8Array, port: number) => void = () => {};
  readonly #world: World;
  readonly #outsideHost: string;
  readonly #setMapped: (transport: MappedTransport, isMapped: boolean) => void;
  #isOpen = true;

  constructor(
    world: World,
    outsideHost: string,
    setMapped: (transport: MappedTransport, isMapped: boolean) => void,
  ) {
    this.#world = world;
    this.#outsideHost = outsideHost;
    this.#setMapped = setMapped;
  }

  send(payload: Uint8Array, port: number): void {
    if (port !== NAT_PMP_PORT) return;
    const answer = this.#answerTo(payload);
    this.#world.after(ROUND_TRIP_MS, () => {
      if (this.#isOpen) this.onDatagram(answer, port);
    });
  }

  search(): void {}

  request(_request: GatewayRequest, onEnd: (response: GatewayResponse | undefined) => void): void {
    this.#world.after(ROUND_TRIP_MS, () => onEnd(undefined));
  }

  close(): void {
    this.#isOpen = false;
  }

  #answerTo(question: Uint8Array): Uint8Array {
    const [version, operation = ADDRESS] = question;
    const answer = new Uint8Array(operation === ADDRESS ? 12 : 16);
    answer[1] = ANSWER + operation;
    if (version !== 0) writeUint16(answer, 2, UNSUPPORTED_VERSION);
    else if (operation === ADDRESS) answer.set(addressBytes(this.#outsideHost) ?? [], 8);
    else {
      // Ports and lifetime are granted as they were asked for; a lifetime of 0 gives the mapping back.
      answer.set(question.subarray(4, 12), 8);
      const isMapped = question.subarray(8, 12).some((byte) => byte !== 0);
      this.#setMapped(operation === MAP_UDP ? "udp" : "tcp", isMapped);
    }
    return answer;
  }
}
