/** A router in memory that speaks what a test tells it to, and remembers what it was asked. */
import { readUint16, readUint32, utf8Bytes, writeUint16, writeUint32 } from "../../../src/core/bytes.ts";
import { addressBytes } from "../../../src/core/endpoint.ts";
import type { GatewayLink, GatewayRequest, GatewayResponse } from "../../../src/mapping/index.ts";
import { World } from "../../../src/sim/index.ts";

export const GATEWAY_HOST = "192.168.1.1";
export const OWN_HOST = "192.168.1.20";
export const GATEWAY_HOST6 = "fe80::1%eth0";
export const OWN_HOST6 = "2a00:1450::20";
const OUTSIDE_HOST = Uint8Array.of(203, 0, 113, 7);

export interface GatewayAbilities {
  readonly pcp?: boolean;
  readonly natPmp?: boolean;
  readonly upnp?: boolean;
  /** Granted lifetime; default what was asked for. */
  readonly lifetimeSeconds?: number;
  /** Result of PCP and NAT-PMP, error code of UPnP. */
  readonly refusal?: number;
  /** Outside ports that other machines have (UPnP). */
  readonly takenPorts?: readonly number[];
  /** Answers to PCP name this outside port. */
  readonly otherPort?: number;
  readonly hasPermanentLeasesOnly?: boolean;
  /** Where it says that its description is. */
  readonly location?: string;
  readonly controlUrl?: string;
}

/** What a mapping was asked with: `tcp 6881->6881 3600`. */
export type Asked = string;

export class ScriptedGateway implements GatewayLink {
  readonly gatewayHost: string;
  readonly ownHost: string;
  onDatagram: (payload: Uint8Array, port: number) => void = () => undefined;
  abilities: GatewayAbilities;
  readonly asked: Asked[] = [];
  /** `tcp 6881`, as the outside sees it. */
  readonly mapped = new Set<string>();
  readonly requests: GatewayRequest[] = [];
  datagrams = 0;
  isClosed = false;
  readonly #world: World;

  constructor(world: World, abilities: GatewayAbilities, ownHost = OWN_HOST) {
    this.#world = world;
    this.abilities = abilities;
    this.ownHost = ownHost;
    this.gatewayHost = ownHost.includes(":") ? GATEWAY_HOST6 : GATEWAY_HOST;
  }

  send(payload: Uint8Array, port: number): void {
    this.datagrams++;
    const { pcp = false, natPmp = false } = this.abilities;
    if (port !== 5351 || this.isClosed) return;
    if (payload[0] === 2) {
      if (pcp) this.#answer(this.#pcpAnswer(payload.slice()), port);
      else if (natPmp) this.#answer(Uint8Array.of(0, 129, 0, 1, 0, 0, 0, 9), port);
    } else if (natPmp) this.#answer(this.#natPmpAnswer(payload.slice()), port);
  }

  search(payload: Uint8Array): void {
    this.datagrams++;
    if (this.abilities.upnp !== true || this.isClosed) return;
    const target = /ST: (.*)\r/.exec(Buffer.from(payload).toString("latin1"))?.[1];
    const location = this.abilities.location ?? `http://${GATEWAY_HOST}:5000/root.xml`;
    this.#answer(
      utf8Bytes(`HTTP/1.1 200 OK\r\nST: ${target}\r\nLOCATION: ${location}\r\nUSN: uuid:1\r\n\r\n`),
      1900,
    );
  }

  request(request: GatewayRequest, onEnd: (response: GatewayResponse | undefined) => void): void {
    this.requests.push(request);
    this.#world.after(10, () => onEnd(this.isClosed ? undefined : this.#page(request)));
  }

  close(): void {
    this.isClosed = true;
  }

  #answer(payload: Uint8Array, port: number): void {
    this.#world.after(10, () => {
      if (!this.isClosed) this.onDatagram(payload, port);
    });
  }

  #map(transport: string, inside: number, outside: number, lifetimeSeconds: number): void {
    this.asked.push(`${transport} ${inside}->${outside} ${lifetimeSeconds}`);
    if (lifetimeSeconds === 0) this.mapped.delete(`${transport} ${outside === 0 ? inside : outside}`);
    else this.mapped.add(`${transport} ${outside}`);
  }

  #natPmpAnswer(request: Uint8Array): Uint8Array {
    const { refusal = 0, lifetimeSeconds } = this.abilities;
    const answer = new Uint8Array(request[1] === 0 ? 12 : 16);
    answer[1] = 128 + (request[1] as number);
    writeUint16(answer, 2, refusal);
    if (request[1] === 0) {
      answer.set(OUTSIDE_HOST, 8);
      return answer;
    }
    const wanted = readUint32(request, 8);
    if (refusal === 0)
      this.#map(request[1] === 1 ? "udp" : "tcp", readUint16(request, 4), readUint16(request, 6), wanted);
    answer.set(request.subarray(4, 8), 8);
    writeUint32(answer, 12, wanted === 0 ? 0 : (lifetimeSeconds ?? wanted));
    return answer;
  }

  #pcpAnswer(request: Uint8Array): Uint8Array {
    const { refusal = 0, lifetimeSeconds, otherPort } = this.abilities;
    const wanted = readUint32(request, 4);
    const answer = request.slice();
    answer[1] = 129;
    answer[3] = refusal;
    writeUint32(answer, 4, wanted === 0 ? 0 : (lifetimeSeconds ?? wanted));
    // A firewall of IPv6 translates nothing.
    if (this.ownHost.includes(":")) answer.set(addressBytes(this.ownHost) ?? [], 44);
    else answer.set(OUTSIDE_HOST, 56);
    if (otherPort !== undefined) writeUint16(answer, 42, otherPort);
    const transport = request[36] === 6 ? "tcp" : "udp";
    if (refusal === 0) this.#map(transport, readUint16(request, 40), readUint16(request, 42), wanted);
    return answer;
  }

  #page({ body }: GatewayRequest): GatewayResponse {
    if (body === undefined) return { status: 200, body: utf8Bytes(this.#description()) };
    const value = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? "";
    const transport = value("NewProtocol").toLowerCase();
    const outside = Number(value("NewExternalPort"));
    if (body.includes("GetExternalIPAddress")) return { status: 200, body: utf8Bytes(ADDRESS_ANSWER) };
    if (body.includes("DeletePortMapping")) {
      this.#map(transport, outside, outside, 0);
      return { status: 200, body: utf8Bytes("<x/>") };
    }
    const error = this.#errorOf(outside, Number(value("NewLeaseDuration")));
    if (error !== 0) return { status: 500, body: utf8Bytes(fault(error)) };
    this.asked.push(`${transport} ${value("NewInternalPort")}->${outside} ${value("NewLeaseDuration")}`);
    this.mapped.add(`${transport} ${outside}`);
    return { status: 200, body: utf8Bytes("<x/>") };
  }

  #errorOf(outside: number, lease: number): number {
    const { refusal = 0, takenPorts = [], hasPermanentLeasesOnly = false } = this.abilities;
    if (refusal !== 0) return refusal;
    if (takenPorts.includes(outside)) return 718;
    return hasPermanentLeasesOnly && lease !== 0 ? 725 : 0;
  }

  #description(): string {
    const { controlUrl = "/ctl/IPConn" } = this.abilities;
    const service = (type: string, url: string): string =>
      `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${url}</controlURL></service>`;
    return (
      '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><!-- a router --><device><deviceList>' +
      `<device><serviceList>${service("Layer3Forwarding:1", "/ctl/L3F")}</serviceList></device>` +
      `<device><serviceList>${service("WANIPConnection:1", controlUrl)}</serviceList></device>` +
      "</deviceList></device></root>"
    );
  }
}

const ADDRESS_ANSWER =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetExternalIPAddressResponse>' +
  "<NewExternalIPAddress>203.0.113.7</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>";

function fault(code: number): string {
  return (
    "<s:Envelope><s:Body><s:Fault><faultcode>s:Client</faultcode><detail><UPnPError>" +
    `<errorCode>${code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>`
  );
}

export function newWorld(): World {
  return new World("mapping");
}
