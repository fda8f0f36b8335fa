#!/usr/bin/python3
"""A cable as long as the internet is wide: joins two TUN interfaces and delivers each packet late.

  slow_cable.py '{"world": "swarm-w1", "visitor": "swarm-v1", "near": ["5.20.7.3"]}'

The round trip takes 20 to 200 ms, by the address at the world's end of the packet (the same for every packet of that
address, so that nothing overtakes); "near" addresses, such as that of the provider's name server, are 10 ms away. Nothing is lost and there is no limit of rate: whoever is quick here needs few round trips.
It also watches: what the visitor has sent and received first, by its own clock, for whoever measures the visitor.

JSON lines: {"id": 1, "command": "watch"} forgets what was seen; {"id": 2, "command": "seen"} tells it (Unix
milliseconds, null for what has not happened). Ends with its standard input.
"""
import fcntl
import hashlib
import heapq
import json
import os
import select
import socket
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MIN_RTT_S, MAX_RTT_S, NEAR_RTT_S = 0.020, 0.200, 0.010
PACKET_BYTES = 65536
TCP, UDP = 6, 17
SYN, ACK = 0x02, 0x10


def open_tun(name):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def emit(message):
    print(json.dumps(message), flush=True)


class Cable:
    def __init__(self, options):
        self.world = open_tun(options["world"])
        self.visitor = open_tun(options["visitor"])
        self.one_way_s = {socket.inet_aton(address): NEAR_RTT_S / 2 for address in options["near"]}
        self.due = []  # heap of (time, sequence, where to, packet)
        self.sequence = 0
        self.seen = {}

    def delay(self, address):
        if address not in self.one_way_s:
            share = int.from_bytes(hashlib.sha1(address).digest()[:4], "big") / 2**32
            self.one_way_s[address] = (MIN_RTT_S + share * (MAX_RTT_S - MIN_RTT_S)) / 2
        return self.one_way_s[address]

    def take(self, source, target):
        """Reads all packets that wait at one end."""
        while True:
            try:
                packet = os.read(source, PACKET_BYTES)
            except BlockingIOError:
                return
            if packet[0] >> 4 != 4:
                continue  # IPv6 does not exist here
            is_outward = source == self.visitor
            world_address = packet[16:20] if is_outward else packet[12:16]
            if is_outward:
                self.watch(packet, is_outward)
            self.sequence += 1
            heapq.heappush(self.due, (time.monotonic() + self.delay(world_address), self.sequence, target, packet))

    def deliver(self):
        now = time.monotonic()
        while self.due and self.due[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.due)
            if target == self.visitor:
                self.watch(packet, False)
            try:
                os.write(target, packet)
            except OSError:
                pass  # the interface is down: the packet is lost, as packets are

    def watch(self, packet, is_outward):
        header = (packet[0] & 15) * 4
        protocol = packet[9]
        direction = "Sent" if is_outward else "Received"
        self.count("bytes" + direction, len(packet))
        if protocol == UDP:
            self.count("datagrams" + direction, 1)
            self.first("firstDatagram" + direction)
        elif protocol == TCP:
            flags = packet[header + 13]
            payload = len(packet) - header - (packet[header + 12] >> 4) * 4
            if flags & SYN and not flags & ACK:
                self.count("dials" + direction, 1)
                self.first("firstDial" + direction)
            elif flags & SYN:
                self.first("firstAccept" + direction)
            elif payload > 0:
                self.first("firstTcpPayload" + direction)

    def first(self, what):
        self.seen.setdefault(what, round(time.time() * 1000, 1))

    def count(self, what, amount):
        self.seen[what] = self.seen.get(what, 0) + amount

    def answer(self, request):
        result = None
        if request["command"] == "watch":
            self.seen = {}
        else:
            result = self.seen
        emit({"id": request["id"], "ok": True, "result": result})

    def run(self):
        emit({"event": "ready", "atMs": time.time() * 1000})
        os.set_blocking(0, False)
        poll = select.epoll()
        for descriptor in (0, self.world, self.visitor):
            poll.register(descriptor, select.EPOLLIN)
        pending = b""
        while True:
            wait = max(0, self.due[0][0] - time.monotonic()) if self.due else -1
            for descriptor, _ in poll.poll(wait):
                if descriptor == self.world:
                    self.take(self.world, self.visitor)
                elif descriptor == self.visitor:
                    self.take(self.visitor, self.world)
                else:
                    chunk = os.read(0, 65536)
                    if chunk == b"":
                        return
                    *lines, pending = (pending + chunk).split(b"\n")
                    for line in lines:
                        self.answer(json.loads(line))
            self.deliver()


Cable(json.loads(sys.argv[1])).run()
