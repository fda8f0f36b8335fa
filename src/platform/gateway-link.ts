/** The way to the router on Node: one UDP socket, and `node:http`. Whatever the router says, only its own address is talked to. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type AddressFamily, endpoint } from "../core/endpoint.ts";
import {
  type GatewayLink,
  type GatewayRequest,
  type GatewayResponse,
  MAX_DOCUMENT_BYTES,
  SSDP_GROUP_HOST,
  SSDP_PORT,
} from "../mapping/index.ts";
import type { DefaultGateway } from "./default-gateway.ts";
import type { EgressGuard } from "./egress-guard.ts";
import { createLife } from "./udp.ts";

/** A router that takes longer for its web pages has none to spare. */
const REQUEST_TIMEOUT_MS = 3_000;
/** No router passes it on: the gateway is on our own network. */
const SEARCH_HOPS = 1;

type UdpLife = ReturnType<typeof createLife>;

/** Rejects where the socket cannot be bound. */
export async function openGatewayLink(gateway: DefaultGateway, guard: EgressGuard): Promise<GatewayLink> {
  const own = endpoint(gateway.ownHost, 0);
  guard.assertAllows("bind", own);
  const life = createLife(own.family);
  await life.bind({ address: own.host, port: 0, exclusive: true });
  return new NodeGatewayLink(gateway, own.family, life, guard);
}

class NodeGatewayLink implements GatewayLink {
  readonly gatewayHost: string;
  readonly ownHost: string;
  onDatagram: (payload: Uint8Array, port: number) => void = () => undefined;
  readonly #life: UdpLife;
  readonly #guard: EgressGuard;
  /** Ends the requests that run. */
  readonly #requests = new AbortController();

  constructor(
    { gatewayHost, ownHost }: DefaultGateway,
    family: AddressFamily,
    life: UdpLife,
    guard: EgressGuard,
  ) {
    this.gatewayHost = gatewayHost;
    this.ownHost = ownHost;
    this.#life = life;
    this.#guard = guard;
    if (family === 4) {
      life.socket.setMulticastInterface(ownHost);
      life.socket.setMulticastTTL(SEARCH_HOPS);
    }
    life.socket.on("message", (payload, from) => {
      if (from.address === gatewayHost && !this.#isClosed) this.onDatagram(payload, from.port);
    });
  }

  send(payload: Uint8Array, port: number): void {
    if (this.#guard.allows("udp", endpoint(this.gatewayHost, port)))
      this.#sendTo(payload, this.gatewayHost, port);
  }

  search(payload: Uint8Array): void {
    this.send(payload, SSDP_PORT);
    if (!this.#guard.isLoopbackOnly && this.#guard.allows("multicast", endpoint(this.ownHost, 0)))
      this.#sendTo(payload, SSDP_GROUP_HOST, SSDP_PORT);
  }

  request(request: GatewayRequest, onEnd: (response: GatewayResponse | undefined) => void): void {
    if (this.#isClosed || !this.#guard.allows("tcp", endpoint(this.gatewayHost, request.port))) {
      setImmediate(onEnd, undefined);
      return;
    }
    this.#fetch(request).then(onEnd, () => onEnd(undefined));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#requests.abort();
    void this.#life.close().catch(() => undefined);
  }

  get #isClosed(): boolean {
    return this.#requests.signal.aborted;
  }

  #sendTo(payload: Uint8Array, host: string, port: number): void {
    if (this.#isClosed) return;
    const own = Buffer.from(payload);
    this.#life.socket.send(own, 0, own.length, port, host, () => undefined);
  }

  /** Follows no redirection: it could lead elsewhere. */
  #fetch({ port, path, body, headers }: GatewayRequest): Promise<GatewayResponse> {
    const signal = AbortSignal.any([this.#requests.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
    return new Promise((resolve, reject) => {
      const call = httpRequest({
        host: this.gatewayHost,
        port,
        path,
        method: body === undefined ? "GET" : "POST",
        headers: body === undefined ? headers : { ...headers, "Content-Length": Buffer.byteLength(body) },
        localAddress: this.ownHost,
        agent: false,
        signal,
      });
      call.on("error", reject);
      call.on("response", (response) => {
        bodyOf(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject);
      });
      call.end(body);
    });
  }
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_DOCUMENT_BYTES) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
