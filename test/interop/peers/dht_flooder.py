"""Floods a DHT node with pings from one address or from thousands of a network of ours, and asks it as honest nodes would meanwhile.

Speaks JSON lines: {"id": 1, "command": "flood", "to": [HOST, PORT], "network": "45.32", "floodFrom": N addresses,
"askFrom": N addresses, "perSecond": N, "seconds": N, "askPerSecond": N} answers how many were sent and answered.
"""

import json
import select
import socket
import struct
import sys
import time

IP_PKTINFO = 8
# As much as the system allows: what the flooder loses of the answers would count against the node.
RECEIVE_BUFFER_BYTES = 8 << 20
# After the last query, for answers that are under way.
GRACE_SECONDS = 2


def open_socket():
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sender.bind(("0.0.0.0", 0))
    sender.setblocking(False)
    return sender


def ping(transaction):
    return b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t4:" + struct.pack(">I", transaction) + b"1:y1:qe"


def transaction_of(datagram):
    """None for what is no reply: the node asks those who asked it, too."""
    at = datagram.find(b"1:t4:")
    return struct.unpack(">I", datagram[at + 5 : at + 9])[0] if at >= 0 and b"1:y1:r" in datagram else None


def send_from(sender, host, payload, to):
    source = struct.pack("I4s4s", 0, socket.inet_aton(host), socket.inet_aton(to[0]))
    try:
        sender.sendmsg([payload], [(socket.IPPROTO_IP, IP_PKTINFO, source)], 0, to)
    except BlockingIOError:
        pass


def host_of(network, kind, index):
    """`kind` keeps those who flood apart from those who ask."""
    return f"{network}.{kind + index // 200}.{1 + index % 200}"


def flood(request):
    to = tuple(request["to"])
    network = request["network"]
    sender = open_socket()
    counts = {"flooded": 0, "floodAnswers": 0, "asked": 0, "askAnswers": 0}
    asked = set()
    started = time.monotonic()
    ends = started + request["seconds"]
    while True:
        now = time.monotonic()
        if now >= ends + GRACE_SECONDS:
            break
        elapsed = min(now, ends) - started
        while counts["flooded"] < elapsed * request["perSecond"]:
            index = counts["flooded"] % request["floodFrom"]
            send_from(sender, host_of(network, 0, index), ping(counts["flooded"]), to)
            counts["flooded"] += 1
        while counts["asked"] < elapsed * request["askPerSecond"]:
            transaction = 0x80000000 + counts["asked"]
            index = counts["asked"] % request["askFrom"]
            send_from(sender, host_of(network, 100, index), ping(transaction), to)
            asked.add(transaction)
            counts["asked"] += 1
        select.select([sender], [], [], 0.002)
        take_answers(sender, asked, counts)
    sender.close()
    return counts


def take_answers(sender, asked, counts):
    while True:
        try:
            transaction = transaction_of(sender.recv(2048))
        except BlockingIOError:
            return
        if transaction in asked:
            asked.remove(transaction)
            counts["askAnswers"] += 1
        elif transaction is not None and transaction < 0x80000000:
            counts["floodAnswers"] += 1


def main():
    print(json.dumps({"event": "ready"}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"id": request["id"], "ok": True, "result": flood(request)}), flush=True)


main()
