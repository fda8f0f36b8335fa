/** uTP: ordered, reliable byte streams over the datagram socket of the DHT (BEP 29), behind the ports of TCP. */
export { UtpMultiplexer, type UtpMultiplexerOptions } from "./utp-multiplexer.ts";
