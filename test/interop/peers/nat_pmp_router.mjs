// A router that maps ports when it is asked over NAT-PMP (RFC 6886), as home routers do: by rules of nftables.
//   node nat_pmp_router.mjs INSIDE_ADDRESS OUTSIDE_ADDRESS HOME_ADDRESS
// Prints a line for each request: `tcp 6881 3600`.
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";

const [inside, outside, home] = process.argv.slice(2);
const nft = (rule) => execFileSync("nft", rule.split(" "));
const socket = createSocket("udp4");

socket.on("message", (question, from) => {
  const operation = question[1];
  const answer = Buffer.alloc(operation === 0 ? 12 : 16);
  answer[1] = 128 + operation;
  if (question[0] !== 0) answer.writeUInt16BE(1, 2);
  else if (operation === 0) Buffer.from(outside.split(".").map(Number)).copy(answer, 8);
  else {
    const transport = operation === 1 ? "udp" : "tcp";
    const port = question.readUInt16BE(4);
    const seconds = question.readUInt32BE(8);
    console.log(`${transport} ${port} ${seconds}`);
    if (seconds > 0) nft(`add rule ip nat in iifname wan ${transport} dport ${port} dnat to ${home}:${port}`);
    else nft("flush chain ip nat in");
    question.copy(answer, 8, 4, 12);
  }
  socket.send(answer, from.port, from.address);
});
socket.bind(5351, inside, () => console.log("ready"));
