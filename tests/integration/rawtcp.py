"""rawtcp.py - a TCP peer made of frames, for what no kernel would send

SPDX-License-Identifier: BSD-3-Clause

A Link is an Ethernet port of its own on the TAP device, with addresses that
the kernel does not have (so that it resets nothing); a Peer is one connection
from there. Nothing happens by itself but answers to ARP: what comes is
acknowledged when the test asks for it.
"""
import random
import select
import socket
import struct
import time

from netns import checksum, packet_socket

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
MOD = 1 << 32


def mac_text(mac):
    """02:..."""
    return ":".join(f"{x:02x}" for x in mac)


class Segment:
    """A TCP segment that came."""

    def __init__(self, packet):
        head = (packet[0] & 15) * 4
        total = struct.unpack_from("!H", packet, 2)[0]
        self.source = socket.inet_ntoa(packet[12:16])
        self.target = socket.inet_ntoa(packet[16:20])
        tcp = packet[head:total]
        (self.sport, self.dport, self.seq, self.ack, offset, self.flags,
         self.window) = struct.unpack_from("!HHIIBBH", tcp)
        self.options = tcp[20:(offset >> 4) * 4]
        self.data = tcp[(offset >> 4) * 4:]

    def __repr__(self):
        names = [n for n in ("FIN", "SYN", "RST", "PSH", "ACK")
                 if self.flags & globals()[n]]
        return (f"<{'|'.join(names)} seq {self.seq} ack {self.ack} window "
                f"{self.window} {self.data[:40]!r}>")


class Link:
    """Addresses on a device; `server` is the other end's address."""

    def __init__(self, device, server, address="10.9.0.77"):
        self.socket = packet_socket(device)
        self.mac = bytes([2, 0xaa, 0, 0]) + random.randbytes(2)
        self.server, self.address = server, address
        self.server_mac = None
        self.addresses = {address}
        self.arp_answers = True
        self.waiting = []
        self.server_mac = self.resolve()

    def close(self):
        """Away with the port; the connections are left as they are."""
        self.socket.close()

    # -- out --

    def frame(self, payload, kind=0x0800, to=None, source=None):
        """Send a frame."""
        self.socket.send((to or self.server_mac) + (source or self.mac) +
                         struct.pack("!H", kind) + payload)

    def arp(self, operation, target_mac, target, address=None, to=None):
        """Send an ARP packet about an address of ours."""
        self.frame(struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) +
                   self.mac + socket.inet_aton(address or self.address) +
                   target_mac + socket.inet_aton(target), 0x0806,
                   to or target_mac)

    def resolve(self):
        """Ask for the server's MAC address."""
        for _ in range(50):
            self.arp(1, bytes(6), self.server, to=b"\xff" * 6)
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                frame = self.next_frame(end - time.monotonic())
                if frame and frame[12:14] == b"\x08\x06" and \
                        frame[28:32] == socket.inet_aton(self.server):
                    return frame[22:28]
        raise AssertionError("no answer to ARP from " + self.server)

    def packet(self, payload, protocol=6, source=None, target=None,
               fragment=0, ident=0, ttl=64, total=None, version=0x45,
               options=b"", bad=0):
        """An IPv4 packet. fragment: flags and offset in 8 octets."""
        total = 20 + len(options) + len(payload) if total is None else total
        version += len(options) // 4 if version == 0x45 else 0
        head = struct.pack("!BBHHHBBH4s4s", version, 0, total, ident,
                           fragment, ttl, protocol, 0,
                           socket.inet_aton(source or self.address),
                           socket.inet_aton(target or self.server)) + options
        value = checksum(head) ^ bad
        return head[:10] + struct.pack("!H", value) + head[12:] + payload

    def segment(self, sport, dport, seq, ack, flags, data=b"", window=65535,
                options=b"", source=None, target=None, offset=None, bad=0,
                urgent=0):
        """A TCP segment with its checksum; `bad` is XORed into it."""
        options += b"\0" * (-len(options) % 4)
        if offset is None:
            offset = 5 + len(options) // 4
        head = struct.pack("!HHIIBBHHH", sport, dport, seq % MOD, ack % MOD,
                           offset << 4, flags, window, 0, urgent) + options
        pseudo = (socket.inet_aton(source or self.address) +
                  socket.inet_aton(target or self.server) +
                  struct.pack("!BBH", 0, 6, len(head) + len(data)))
        value = checksum(pseudo + head + data) ^ bad
        return head[:16] + struct.pack("!H", value) + head[18:] + data

    # -- in --

    def next_frame(self, timeout):
        """The next frame for this port, or None."""
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            if not select.select([self.socket], [], [], max(left, 0))[0]:
                return None
            frame, where = self.socket.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            if frame[:6] in (self.mac, b"\xff" * 6):
                self.answer_arp(frame)
                return frame

    def answer_arp(self, frame):
        """Say that our addresses are here."""
        if not self.arp_answers or frame[12:14] != b"\x08\x06" or \
                frame[20:22] != b"\0\1":
            return
        address = socket.inet_ntoa(frame[38:42])
        if address in self.addresses or "any" in self.addresses:
            self.arp(2, frame[22:28], socket.inet_ntoa(frame[28:32]), address)

    def segments(self, timeout, wanted=lambda s: True):
        """The next segment that is wanted, or None; others are kept."""
        for i, s in enumerate(self.waiting):
            if wanted(s):
                return self.waiting.pop(i)
        end = time.monotonic() + timeout
        while True:
            frame = self.next_frame(end - time.monotonic())
            if frame is None:
                return None
            if frame[12:14] != b"\x08\0" or frame[23] != 6:
                continue
            s = Segment(frame[14:])
            if wanted(s):
                return s
            self.waiting.append(s)

    def drain(self, timeout=0.0):
        """Everything that has come."""
        result = []
        while True:
            s = self.segments(timeout)
            if s is None:
                return result
            result.append(s)


class Peer:
    """One connection. `data` is what came in order."""

    _port = random.randrange(20000, 50000)

    def __init__(self, link, port, address=None, window=65535):
        Peer._port = Peer._port % 60000 + 1024
        self.link, self.port, self.sport = link, port, Peer._port
        self.address = address or link.address
        link.addresses.add(self.address)
        self.seq = random.randrange(MOD)
        self.ack = 0
        self.window = window
        self.data = b""
        self.fin = self.rst = False
        self.server_window = 0
        self.server_acked = self.seq
        self.seen = []

    def send(self, flags=ACK, data=b"", at=0, seq=None, **more):
        """Send a segment; `at` octets behind what was acknowledged by
        advance(). Nothing advances by itself."""
        more.setdefault("window", self.window)
        more.setdefault("ack", self.ack)
        seq = self.seq + at if seq is None else seq
        ack = more.pop("ack")
        if isinstance(data, str):
            data = data.encode()
        self.link.frame(self.link.packet(self.link.segment(
            self.sport, self.port, seq, ack, flags, data,
            source=self.address, **more), source=self.address))

    def say(self, data):
        """Send data in order and go on behind it."""
        if isinstance(data, str):
            data = data.encode()
        for i in range(0, len(data), 1400):
            part = data[i:i + 1400]
            self.send(PSH | ACK, part)
            self.seq += len(part)

    def mine(self, s):
        """Does a segment belong to this connection?"""
        return (s.sport, s.dport, s.target) == (self.port, self.sport,
                                                self.address)

    def receive(self, timeout=2.0):
        """The next segment, taken into account but not acknowledged."""
        s = self.link.segments(timeout, self.mine)
        if s is None:
            return None
        self.seen.append(s)
        self.rst |= bool(s.flags & RST)
        if s.flags & ACK:
            self.server_window, self.server_acked = s.window, s.ack
        known = (self.ack - s.seq) % MOD
        if s.flags & SYN:
            self.ack = (s.seq + 1) % MOD
        elif known <= len(s.data):
            self.data += s.data[known:]
            self.ack = (s.seq + len(s.data)) % MOD
            if s.flags & FIN:
                self.fin = True
                self.ack = (self.ack + 1) % MOD
        return s

    def connect(self, options=b"\x02\x04\x05\xb4", timeout=3.0, finish=True):
        """The handshake; returns the SYN-ACK, or None."""
        self.send(SYN, options=options, ack=0)
        s = self.receive(timeout)
        if s is None or not s.flags & SYN:
            return None
        self.seq += 1
        if finish:
            self.send()
        return s

    def read(self, until, timeout=3.0, acknowledge=True):
        """Receive until `until` stands in the data, which is returned and
        forgotten; raises AssertionError when it does not come."""
        if isinstance(until, str):
            until = until.encode()
        end = time.monotonic() + timeout
        while until not in self.data:
            s = self.receive(end - time.monotonic())
            if s is None or self.rst:
                raise AssertionError(
                    f"{until!r} did not come: {self.data[-200:]!r}"
                    f"{' RST' if self.rst else ''}")
            if acknowledge and (s.data or s.flags & FIN):
                self.send()
        octets, self.data = self.data, b""
        return octets

    def ended(self, timeout=3.0):
        """Receive, acknowledging, until FIN or RST; "FIN", "RST" or None."""
        end = time.monotonic() + timeout
        while not self.fin and not self.rst:
            s = self.receive(end - time.monotonic())
            if s is None:
                return None
            if (s.data or s.flags & FIN) and not self.rst:
                self.send()
        return "RST" if self.rst else "FIN"

    def dialogue(self, *lines):
        """Say lines one by one, each after the reply to the one before."""
        octets = b""
        for line in lines:
            self.say(line + "\r\n")
            octets = self.read("\r\n")
        return octets

    def greeted(self):
        """Connect, and read the greeting."""
        if self.connect() is None:
            raise AssertionError("no SYN-ACK")
        self.read("220 ")
        return self

    def abort(self):
        """RST."""
        self.send(RST | ACK)
