/** The messages of BEP 5 as they stand there, and others as clients send them. */
import { latin1Bytes } from "./latin1.ts";

export const BEP5 = {
  error: "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
  pingQuery: "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
  pingReply: "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
  findNodeQuery:
    "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
  findNodeReply: "d1:rd2:id20:0123456789abcdefghij5:nodes9:def456...e1:t2:aa1:y1:re",
  getPeersQuery:
    "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
  getPeersValues:
    "d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re",
  getPeersNodes: "d1:rd2:id20:abcdefghij01234567895:nodes9:def456...5:token8:aoeusnthe1:t2:aa1:y1:re",
  announceQuery:
    "d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe",
  announceReply: "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
} as const;

/** Valid messages of every kind, to damage. */
export const SEEDS: readonly Uint8Array[] = [
  ...Object.values(BEP5),
  "d2:ip6:abcdef1:rd2:id20:mnopqrstuvwxyz1234565:nodes26:abcdefghij0123456789\x01\x02\x03\x04\x1a\xe15:token4:wxyz6:valuesl6:aaaabb18:aaaaaaaaaaaaaaaabb6:ccccddee1:t4:\x00\x01\x02\x031:v4:LT\x01\x021:y1:re",
  "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234566:noseedi1e4:wantl2:n42:n6e6:scrapei1ee1:q9:get_peers2:roi1e1:t2:aa1:v4:UT\x00\x011:y1:qe",
  "d1:y1:q1:t2:zz1:q4:ping1:ad2:id20:abcdefghij0123456789ee",
  "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q17:sample_infohashes1:t2:aa1:y1:qe",
  "d1:ad2:id20:abcdefghij01234567893:seqi4e6:target20:mnopqrstuvwxyz123456e1:q3:get1:t2:aa1:y1:qe",
  `d1:ad3:casi1e2:id20:abcdefghij01234567891:k32:${"k".repeat(32)}4:salt2:ab3:seqi4e3:sig64:${"s".repeat(64)}5:token8:aoeusnth1:vd1:ai1e1:bl1:xeee1:q3:put1:t2:aa1:y1:qe`,
  "d1:ad2:id20:abcdefghij01234567895:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe",
  "d1:eli203e9:Bad tokene2:ip6:abcdef1:t4:abcd1:y1:ee",
].map(latin1Bytes);
