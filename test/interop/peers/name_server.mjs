// A name server for the little internet: answers A queries from a table, everything else with nothing.
//   name_server.mjs '{"host": "5.20.7.3", "records": {"router.example": ["23.57.60.4"]}}'
// RFC 1035: one question a query. A name of the table without an A record asked for (AAAA) is "no data"; a name that
// is not in the table does not exist (NXDOMAIN).
import dgram from "node:dgram";
import { createInterface } from "node:readline";

const { host, records } = JSON.parse(process.argv[2]);
const DNS_PORT = 53;
const TYPE_A = 1;
const CLASS_IN = 1;
const TTL_S = 60;
const NO_ERROR = 0;
const NAME_ERROR = 3;

/** The question's name in lower case, and where the question ends. */
function readQuestion(query) {
  const labels = [];
  let at = 12;
  while (query[at] > 0) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]).toString("latin1"));
    at += query[at] + 1;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answerRecord(address) {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc00c, 0); // the name of the question
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(TTL_S, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split(".").map(Number), 12);
  return record;
}

function answer(query) {
  const { name, type, end } = readQuestion(query);
  const addresses = type === TYPE_A ? (records[name] ?? []) : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | (name in records ? NO_ERROR : NAME_ERROR), 2); // response, authoritative, recursion
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, query.subarray(12, end), ...addresses.map(answerRecord)]);
}

const socket = dgram.createSocket("udp4");
socket.on("message", (query, from) => {
  try {
    socket.send(answer(query), from.port, from.address);
  } catch {
    // not a query: a name server says nothing to that
  }
});
socket.bind(DNS_PORT, host, () => process.stdout.write(`${JSON.stringify({ event: "ready" })}\n`));
createInterface({ input: process.stdin }).on("close", () => process.exit(0));
