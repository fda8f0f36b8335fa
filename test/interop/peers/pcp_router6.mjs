// A router that lets others in over IPv6 when it is asked over PCP (RFC 6887), as home routers do: by rules of nftables.
//   node pcp_router6.mjs LINK_LOCAL_ADDRESS%INTERFACE
// Prints a line for each request: `tcp 6881 3600 ADDRESS`.
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";

const ADDRESS_MISMATCH = 12;
const [inside] = process.argv.slice(2);
const nft = (rule) => execFileSync("nft", rule.split(" "));
const socket = createSocket("udp6");

/** Sixteen bytes as Node names an address, by way of the URL parser. */
function hostOf(bytes) {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

socket.on("message", (question, from) => {
  const answer = Buffer.from(question);
  answer[1] += 128;
  const home = hostOf(question.subarray(8, 24));
  const transport = question[36] === 6 ? "tcp" : "udp";
  const port = question.readUInt16BE(40);
  const seconds = question.readUInt32BE(4);
  if (home !== from.address) answer[3] = ADDRESS_MISMATCH;
  else {
    question.copy(answer, 44, 8, 24);
    console.log(`${transport} ${port} ${seconds} ${home}`);
    if (seconds > 0) nft(`add rule ip6 wall open ip6 daddr ${home} ${transport} dport ${port} accept`);
    else nft("flush chain ip6 wall open");
  }
  socket.send(answer, from.port, from.address);
});
socket.bind(5351, inside, () => console.log("ready"));
