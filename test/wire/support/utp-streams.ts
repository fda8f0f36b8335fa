/** The streams of a world over uTP: each host has one socket, which dials and listens, as in a client. */
import type { Endpoint } from "../../../src/core/endpoint.ts";
import { endpoint } from "../../../src/core/endpoint.ts";
import type { ByteStream, StreamDialer, StreamListener } from "../../../src/core/ports.ts";
import { DatagramNetwork, type LinkModel, StreamNetwork, type World } from "../../../src/sim/index.ts";
import { UtpMultiplexer } from "../../../src/utp/index.ts";

const PORT = 6881;

export class UtpStreams extends StreamNetwork {
  readonly #datagrams: DatagramNetwork;
  readonly #sockets = new Map<string, UtpMultiplexer>();

  constructor(world: World, links: LinkModel) {
    super(world, links);
    this.#datagrams = new DatagramNetwork(world, links);
  }

  override listen(local: Endpoint): StreamListener {
    const socket = this.#socketOf(local.host);
    const listener = {
      local,
      onConnection: (stream: ByteStream) => stream.close(),
      close: () => {
        socket.onConnection = (stream) => stream.close();
      },
    };
    socket.onConnection = (stream) => listener.onConnection(stream);
    return listener;
  }

  override dialerFor(localHost: string): StreamDialer {
    const socket = this.#socketOf(localHost);
    return { dial: (to, handler, timeoutMs) => socket.dial(to, handler, timeoutMs) };
  }

  #socketOf(host: string): UtpMultiplexer {
    const known = this.#sockets.get(host);
    if (known !== undefined) return known;
    const { clock, random } = this.world;
    const socket = this.#datagrams.bind(endpoint(host, PORT));
    const multiplexer = new UtpMultiplexer({ clock, random: random.fork(`utp ${host}`), socket });
    socket.onDatagram = (payload, from) => multiplexer.handleDatagram(payload, from);
    this.#sockets.set(host, multiplexer);
    return multiplexer;
  }
}
