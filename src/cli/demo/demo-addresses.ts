/** Loopback addresses for the demo's nodes: one each where the system binds all of 127.0.0.0/8, else ports of one. */
import { createSocket } from "node:dgram";

/** `count` hosts on loopback; Linux and Windows answer on all of 127.0.0.0/8, others on 127.0.0.1 alone. */
export async function demoHosts(count: number): Promise<readonly string[]> {
  const hosts = Array.from({ length: count }, (_, i) => `127.0.77.${i + 1}`);
  return (await canBind(hosts[count - 1] as string)) ? hosts : hosts.map(() => "127.0.0.1");
}

function canBind(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => {
      socket.close();
      resolve(false);
    });
    socket.bind(0, host, () => {
      socket.close();
      resolve(true);
    });
  });
}
