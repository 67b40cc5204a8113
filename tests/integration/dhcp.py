"""dhcp.py - a DHCP server of one address, which can change

SPDX-License-Identifier: BSD-3-Clause
"""
import socket
import struct
import threading

DISCOVER, OFFER, REQUEST, ACK, NAK = 1, 2, 3, 5, 6
MAGIC = b"\x63\x82\x53\x63"


class Dhcp:
    """Serves on a device of the current namespace, from `server`; gives
    `address` for `lease` seconds, and refuses any other that is asked for."""

    def __init__(self, device, server, address, lease=120):
        self.server, self.address, self.lease = server, address, lease
        self.seen = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                               device.encode())
        self.socket.bind(("", 67))
        self.socket.settimeout(0.2)
        self.running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Answer until close()."""
        while self.running:
            try:
                packet, _ = self.socket.recvfrom(2000)
            except socket.timeout:
                continue
            if len(packet) > 240 and packet[236:240] == MAGIC:
                self.answer(packet, options(packet[240:]))

    def answer(self, packet, asked):
        """OFFER, ACK or NAK."""
        kind = asked.get(53, b"\0")[0]
        wanted = asked.get(50) or packet[12:16]
        mine = socket.inet_aton(self.address)
        self.seen.append((kind, socket.inet_ntoa(wanted)))
        if kind == DISCOVER:
            self.send(packet, OFFER, mine)
        elif kind == REQUEST and wanted == mine:
            self.send(packet, ACK, mine)
        elif kind == REQUEST:
            self.send(packet, NAK, bytes(4))

    def send(self, packet, kind, address):
        """A reply, to everybody."""
        server = socket.inet_aton(self.server)
        more = (b"\x35\1" + bytes([kind]) + b"\x36\4" + server)
        if kind != NAK:
            more += (b"\x33\4" + struct.pack("!I", self.lease) +
                     b"\1\4\xff\xff\xff\0")
        self.socket.sendto(
            b"\2\1\6\0" + packet[4:8] + bytes(8) + address + server +
            bytes(4) + packet[28:44] + bytes(192) + MAGIC + more + b"\xff",
            ("255.255.255.255", 68))

    def close(self):
        """Stop serving."""
        self.running = False
        self.thread.join()
        self.socket.close()


def options(octets):
    """{number: octets} of a packet's options."""
    result, at = {}, 0
    while at + 1 < len(octets) and octets[at] != 255:
        if octets[at] == 0:
            at += 1
            continue
        result[octets[at]] = octets[at + 2:at + 2 + octets[at + 1]]
        at += 2 + octets[at + 1]
    return result
