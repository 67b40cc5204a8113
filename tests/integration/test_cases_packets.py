#!/usr/bin/python3
"""test_cases_packets.py - rows 53, 147, 148 and 152: packets that are small,
late, overlapping, malformed or too many

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import random
import socket
import struct

import lwsmtpd
from cases import (TAP_CLIENT, TAP_SERVER, body, deliver, link_local, on_tap,
                   stored, stuffed)
from lwsmtpd import case, check, equal
from netns import checksum
from pools import SESSIONS
from rawtcp import ACK, FIN, MOD, PSH, RST, SYN, URG, Link, Peer

ENVELOPE = ("EHLO x", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>")
MSS = 1400


def in_data(link, port, **more):
    """As far as 354."""
    p = Peer(link, port, **more).greeted()
    p.dialogue(*ENVELOPE, "DATA")
    return p


def pieces(octets, size=MSS):
    """[(at, octets)]"""
    return [(i, octets[i:i + size]) for i in range(0, len(octets), size)]


def accepted(p, s, text):
    """The 250 comes, the message is there; the connection ends."""
    p.read("250 ", timeout=8)
    equal(stored(s, text), 1, "times stored")
    p.say("QUIT\r\n")
    equal(p.ended(), "FIN")
    p.send(FIN | ACK)


# ---- 53: one write ----

@case
def case_053_replies_in_one_segment():
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        p = Peer(link, s.smtp)
        p.connect()
        p.read("220 ")
        p.say("EHLO x\r\n")
        p.read("250 ENHANCEDSTATUSCODES\r\n")
        equal(len([x for x in p.seen if x.data]), 2, "segments")
        p.seen.clear()
        p.say("MAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@b.c>\r\n")
        p.read("250 2.1.5 Recipient ok\r\n250 2.1.5")
        equal(len([x for x in p.seen if x.data]), 1, "segments")
        p.abort()
        link.close()


# ---- 147: sizes and order ----

@case
def case_147_small_mtu():
    """IPv4 with 576 octets, IPv6 with 1280: a large message, in clear text
    and with TLS."""
    with on_tap(mtu=576) as s:
        for tls in (False, True):
            deliver(s, tls=tls, host=TAP_SERVER, octets=1000000)
    with on_tap(mtu=1280) as s:
        host = link_local(s)
        for tls in (False, True):
            deliver(s, tls=tls, host=host, octets=1000000)
            deliver(s, tls=tls, host=TAP_SERVER, octets=100000)


@case
def case_147_small_mss():
    """Peers that want segments of 1, 8, 64, 88, 536 octets, or say nothing."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        for mss in (0, 1, 8, 64, 88, 536, 65535, None):
            options = b"" if mss is None else b"\2\4" + struct.pack("!H", mss)
            p = Peer(link, s.smtp)
            check(p.connect(options) is not None, mss)
            p.read("ESMTP\r\n", timeout=6)
            if mss == 1:  # the EHLO reply is more segments than lwIP queues
                p.abort()
                continue
            p.say("EHLO x\r\n")
            p.read("250 ENHANCEDSTATUSCODES\r\n", timeout=10)
            largest = max(len(x.data) for x in p.seen)
            print(f"# MSS {mss}: segments of up to {largest}")
            check(largest <= (mss if mss else 536) or mss == 0, mss)
            p.abort()
        link.close()


@case
def case_147_segments_out_of_order():
    """Reversed, shuffled, twice, overlapping: the message is as it was."""
    rng = random.Random(147)
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        for way in ("reversed", "shuffled", "twice", "overlapping", "mixed"):
            text = body(20000)
            octets = stuffed(text)
            p = in_data(link, s.smtp)
            if way == "overlapping":
                parts = [(max(at - 300, 0), octets[max(at - 300, 0):at + 1000])
                         for at in range(0, len(octets), 700)]
            elif way == "mixed":
                parts = [(at, octets[at:at + rng.randrange(1, MSS)])
                         for at in (rng.randrange(len(octets))
                                    for _ in range(60))] + pieces(octets)
            else:
                parts = pieces(octets)
            if way == "reversed":
                parts.reverse()
            elif way in ("shuffled", "mixed"):
                rng.shuffle(parts)
            for _ in range(1 + (way == "twice")):
                for at, part in parts:
                    p.send(PSH | ACK, part, at=at)
            resend(p, octets)
            accepted(p, s, text)
            link.drain()
        link.close()


def resend(p, octets):
    """Send what is not acknowledged, until all is."""
    end = (p.seq + len(octets)) % MOD
    for _ in range(300):
        while p.receive(0.02):
            pass
        at = (p.server_acked - p.seq) % MOD
        if at >= len(octets):
            break
        for i, part in pieces(octets[at:at + 20 * MSS]):
            p.send(PSH | ACK, part, at=at + i)
    equal(p.server_acked, end, "acknowledged")
    p.seq += len(octets)


@case
def case_147_overlap_that_differs():
    """Two versions of the same octets: one message, made of either."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        p = in_data(link, s.smtp)
        p.send(PSH | ACK, b"b" * 500, at=500)
        p.send(PSH | ACK, b"c" * 1000, at=250)
        p.send(PSH | ACK, b"d" * 600, at=300)
        p.send(PSH | ACK, b"a" * 1300, at=0)
        p.seq += 1300
        p.say("\r\n.\r\n")
        p.read("250 ")
        got = s.messages()[-1].split(b"\r\n")[-2]
        equal(len(got), 1300)
        p.abort()
        link.close()


@case
def case_147_152_floods_behind_a_hole():
    """As many peers as may be, each with far more segments behind a hole than
    are kept: the pools run dry, others are served, and all comes back."""
    with on_tap("--smtpd_client_connection_count_limit=0",
                "--smtpd_stress_timeout=20s") as s:
        link = Link("lw0", TAP_SERVER)
        peers = [in_data(link, s.smtp, address=f"10.9.0.{100 + i % 50}")
                 for i in range(SESSIONS - 4)]
        texts = [body(30 * MSS) for _ in peers]
        least = s.pools.free("PBUF_POOL")
        for p, text in zip(peers, texts):
            for at, part in pieces(stuffed(text))[1:]:
                p.send(PSH | ACK, part, at=at)
            least = min(least, s.pools.free("PBUF_POOL"))
        for _ in range(100):
            for p in peers[::7]:
                p.send(PSH | ACK, b"x" * MSS, at=60000)
        print(f"# least free buffers: {least} of {s.pools.first['PBUF_POOL']}")
        spent = deliver(s, host=TAP_SERVER, octets=100000)
        print(f"# somebody else: 100 KB in {spent:.2f} s")
        check(spent < 5)
        link.drain()
        for p, text in list(zip(peers, texts))[:8]:
            resend(p, stuffed(text))
            accepted(p, s, text)
        for p in peers[8:]:
            p.abort()
        link.close()


@case
def case_152_windows_full_of_unread_commands():
    """Peers that send commands and read no replies fill their windows: who is
    honest is still served, also while they hold on."""
    with on_tap("--smtpd_client_connection_count_limit=0", "--quiet",
                "--smtpd_session_message_limit=0",
                "--smtpd_stress_timeout=300s", sinks=("null",)) as s:
        link = Link("lw0", TAP_SERVER)
        one = (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
               b"DATA\r\nx\r\n.\r\n") * 20
        peers = []
        for i in range(SESSIONS - 4):
            p = Peer(link, s.smtp, address=f"10.9.0.{100 + i % 50}",
                     window=1000).greeted()
            p.dialogue("EHLO x")
            peers.append(p)
        least = 10 ** 6
        for p in peers:
            for at, part in pieces((one * 60)[:63000]):
                p.send(PSH | ACK, part, at=at)
            least = min(least, s.pools.free("PBUF_POOL"))
        print(f"# least free buffers: {least} of {s.pools.first['PBUF_POOL']}")
        check(least < s.pools.first["PBUF_POOL"] - 20 * len(peers))
        spent = [deliver(s, tls=tls, host=TAP_SERVER, octets=100000)
                 for tls in (False, True, False, True)]
        print("# somebody else: 100 KB in", *(f"{x:.2f} s" for x in spent))
        print("# octets of lwIP's heap in use:", s.pools.heap())
        check(max(spent) < 5)
        link.drain()
        for p in peers:
            p.send()
            while p.receive(0.05) is None:
                p.send()
            p.send(RST | ACK, seq=p.server_acked)
        link.close()


# ---- 148: malformed ----

def alive(p):
    """The established connection still works."""
    check(b"250 2.0.0 Ok" in p.dialogue("RSET"), "the connection is dead")


@case
def case_148_tcp_options():
    """Dropped, or understood; and never read behind their end."""
    bad = [b"\2", b"\1\1\1\2", b"\2\4", b"\2\4\5", b"\2\3\5\xb4", b"\2\0",
           b"\2\1", b"\3", b"\3\3", b"\3\0", b"\3\3\xff", b"\4", b"\4\2",
           b"\5", b"\5\x0a", b"\5\xff" + b"x" * 30, b"\x08\x0a", b"\x08",
           b"\x08\x0a\0\0\0\1", b"\x08\x0b" + b"x" * 9, b"\xff\xff",
           b"\xfe\0", b"\x1d\x12" + b"x" * 16, b"\x22", b"\x22\2",
           b"\1" * 39 + b"\2", b"\1" * 38 + b"\2\4", b"\1" * 39 + b"\x08",
           b"\0\2\4", b"\2\4\5\xb4\2", b"\2\x28" + b"\5" * 38]
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        good = Peer(link, s.smtp).greeted()
        for options in bad:
            padded = options + b"\1" * (-len(options) % 4)
            # the last octet of the header is the option's own
            last = b"\1" * (-len(options) % 4) + options
            for o in (padded, last):
                p = Peer(link, s.smtp)
                p.send(SYN, options=o, ack=0)
                good.send(ACK, options=o)
                good.send(PSH | ACK, b"NOOP\r\n", options=o, at=5000)
                x = p.receive(0.01)
                if x and x.flags & SYN:
                    p.seq += 1
                    p.abort()
            alive(good)
        good.abort()
        link.close()


@case
def case_148_headers():
    """Lengths, checksums and flags that are wrong; to oneself, from nobody."""
    with on_tap("--smtpd_junk_command_limit=255") as s:
        link = Link("lw0", TAP_SERVER)
        good = Peer(link, s.smtp).greeted()
        syn = link.segment(1234, s.smtp, 1, 0, SYN)
        data = link.segment(good.sport, s.smtp, good.seq, good.ack, PSH | ACK,
                            b"NOOP\r\n")
        wrong = link.segment(good.sport, s.smtp, good.seq, good.ack,
                             PSH | ACK, b"QUIT\r\n", bad=0x0100)
        frames = [link.packet(syn, bad=1), link.packet(wrong),
                  link.packet(data, total=30), link.packet(data, total=19),
                  link.packet(data, total=0), link.packet(data, total=2000),
                  link.packet(data, version=0x44), link.packet(data,
                                                              version=0x4f),
                  link.packet(data, version=0x65), link.packet(
                      data, version=0x05), link.packet(data, ttl=0),
                  link.packet(data, options=b"\x83\x07\4" + b"\0" * 5),
                  link.packet(data[:10]), link.packet(data[:19]),
                  link.packet(b""), link.packet(b"", protocol=6, total=20)]
        for offset in (0, 1, 4, 6, 15):
            frames.append(link.packet(link.segment(
                good.sport, s.smtp, good.seq, good.ack, PSH | ACK, b"QUIT\r\n",
                offset=offset)))
        for flags in (0, SYN | FIN, SYN | RST, SYN | FIN | RST | PSH | URG,
                      FIN, FIN | PSH | URG, URG | ACK, 63, SYN | ACK, RST):
            for port in (s.smtp, 7, 0):
                frames += [link.packet(link.segment(
                    2000 + flags, port, 77, 88, f, b"EHLO x\r\n",
                    urgent=3)) for f in (flags, RST)]
        for source in (TAP_SERVER, "127.0.0.1", "0.0.0.0", "255.255.255.255",
                       "224.0.0.1", "10.9.0.255", TAP_CLIENT):
            for port in (s.smtp, 40000):
                frames += [link.packet(link.segment(
                    port, s.smtp, seq, 0, f, source=source), source=source)
                    for f, seq in ((SYN, 5), (RST, 6))]
        for target in ("10.9.0.255", "255.255.255.255", "224.0.0.1",
                       "127.0.0.1", "10.9.0.3"):
            frames.append(link.packet(link.segment(
                3000, s.smtp, 5, 0, SYN, target=target), target=target))
        before = s.pools.connections()
        for frame in frames:
            link.frame(frame)
            link.frame(frame[:-1] if len(frame) > 1 else frame)
            alive(good)
        # the land packet from the server's own port and address, more often
        for _ in range(50):
            for flags, seq in ((SYN, 5), (RST, 6)):
                link.frame(link.packet(link.segment(
                    s.smtp, s.smtp, seq, 0, flags, source=TAP_SERVER),
                    source=TAP_SERVER))
        alive(good)
        equal(s.pools.connections(), before, "connections")
        for kind in (0x0800, 0x86dd, 0x0806, 0x8100, 0x88cc, 0, 46):
            for size in (0, 1, 13, 20, 39, 60, 1499):
                link.frame(bytes(size), kind)
                link.frame(b"\xff" * size, kind)
                link.frame(b"\x45" + b"\xff" * size, kind)
                link.frame(b"\x60" + b"\xff" * size, kind)
        alive(good)
        good.abort()
        link.close()


@case
def case_148_fragments():
    """IPv4 is not reassembled, IPv6 is: nothing comes of a part, and no
    buffers stay with parts that never become whole."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        good = Peer(link, s.smtp).greeted()
        data = link.segment(good.sport, s.smtp, good.seq, good.ack, PSH | ACK,
                            b"NOOP\r\n" * 10)
        more = 0x2000
        for fragments in (
                [(0, more, data[:24]), (3, 0, data[24:])],
                [(3, 0, data[24:]), (0, more, data[:24])],
                [(0, more, data[:8]), (1, more, data[8:16]),
                 (2, 0, data[16:])],
                [(0, more, data[:40]), (3, more, data[24:64]),
                 (5, 0, data[40:])],
                [(1, 0, data[8:])], [(0x1fff, 0, data)],
                [(0x1fff, more, data)], [(0, more, b"")],
                [(0, more, data[:25]), (3, 0, data[25:])]):
            for at, flags, part in fragments:
                link.frame(link.packet(part, fragment=flags | at, ident=at))
            alive(good)
        for i in range(3000):
            link.frame(link.packet(data[:40], fragment=more | (i % 100) * 5,
                                   ident=i & 0xffff))
        alive(good)
        source = ipv6_of(link.mac)
        target = ipv6_of(link.server_mac)
        for i in range(2000):
            part = struct.pack("!BBHI", 6, 0, (i % 50) * 40 | 1, i // 3) + \
                b"f" * 40
            link.frame(struct.pack("!IHBB", 0x60000000, len(part), 44, 64) +
                       source + target + part, 0x86dd)
            if i % 500 == 0:
                alive(good)
        alive(good)
        good.abort()
        free = s.pools.free("PBUF_POOL")
        print(f"# {s.pools.first['PBUF_POOL'] - free} buffers are with parts "
              "of IPv6 packets")
        check(free > s.pools.first["PBUF_POOL"] // 2)
        link.close()
        # lwIP's reassembly gives up after a minute
        s.pools.first["PBUF_POOL"] = free
        s.pools.first["PBUF"] = s.pools.free("PBUF")
        s.pools.first["heap"] = s.pools.heap()


def ipv6_of(mac):
    """The link-local address of a MAC address."""
    return (b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] +
            b"\xff\xfe" + mac[3:])


@case
def case_148_mutated_frames():
    """Good frames with octets changed, cut or grown at random; seeded. Some
    have good checksums for what they are."""
    rng = random.Random(148)
    with on_tap("--quiet") as s:
        link = Link("lw0", TAP_SERVER)
        good = Peer(link, s.smtp).greeted()
        for i in range(12000):
            p = Peer(link, s.smtp, address=f"10.9.0.{90 + i % 5}")
            tcp = bytearray(link.segment(
                p.sport, rng.choice((s.smtp, s.smtps, 1)), p.seq, 0,
                rng.choice((SYN, ACK, PSH | ACK, FIN | ACK, RST, 0, 63)),
                rng.randbytes(rng.choice((0, 0, 7, 60))),
                options=rng.randbytes(rng.randrange(0, 40)),
                source=p.address, window=rng.randrange(65536)))
            if i % 2:
                tcp[rng.randrange(len(tcp))] = rng.randrange(256)
            if i % 4 == 1:
                tcp[16:18] = b"\0\0"
                pseudo = (socket.inet_aton(p.address) +
                          socket.inet_aton(TAP_SERVER) +
                          struct.pack("!BBH", 0, 6, len(tcp)))
                tcp[16:18] = struct.pack("!H", checksum(pseudo + bytes(tcp)))
            frame = bytearray(link.packet(bytes(tcp), source=p.address))
            if i % 5 == 0:
                frame[rng.randrange(20)] = rng.randrange(256)
            if i % 7 == 0:
                del frame[rng.randrange(len(frame)):]
            link.frame(bytes(frame))
            if i % 200 == 0:
                alive(good)
        alive(good)
        good.abort()
        for x in link.drain(0.1):
            if x.flags & SYN:  # what is half open would stay for 20 s
                link.frame(link.packet(link.segment(
                    x.dport, x.sport, x.ack, x.seq + 1, RST | ACK,
                    source=x.target), source=x.target))
        link.close()


if __name__ == "__main__":
    lwsmtpd.main()
