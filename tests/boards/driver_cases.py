"""driver_cases.py - what a board's MAC driver gets from a hostile network

SPDX-License-Identifier: BSD-3-Clause

Below rows 148-151 of the table of bad input: frames that are too short, too
long, or lie about what is in them, more of them at once than the controller
has room for, and a link that comes and goes. The rule is the table's: nothing
breaks, nothing leaks, and a client is served afterwards.
"""
import random
import socket
import struct
import threading

from board import check, lwsmtpd, until
from frames import (BROADCAST, SOURCE, Injected, counted, ethernet, quiet,
                    sized)
from lwsmtpd import Client

BODY = b"Subject: driver\r\n\r\n" + b"..dots and text\r\n" * 20

# in QEMU's user network
BOARD, ELSE = "10.0.2.15", "10.0.2.77"

RUNTS = [*range(1, 15), 15, 20, 33, 34, 41, 42, 53, 54, 59]
GIANTS = [1515, 1518, 1519, 1522, 1523, 1526, 1536, 1600, 2000, 2041, 2042,
          2047, 2048, 2049, 4096, 9000, 65535]


def mail(board, body=BODY):
    """A client is served, and the message arrives."""
    before = len(board.messages())
    with Client(board.smtp, timeout=60, host=board.host) as c:
        c.hello()
        c.send_mail(body=body)
        c.quit()
    check(len(board.messages()) == before + 1, "the message is not there")


def healthy(i):
    """After the frames: a client is served, all pools are back."""
    quiet(i.board)
    mail(i.board)
    i.board.settle()


def ipv4(protocol, payload, source=ELSE, length=None, version=0x45,
         fragment=0):
    """A packet to the board, its checksum right, its length as given."""
    total = 20 + len(payload) if length is None else length
    head = struct.pack("!BBHHHBBH4s4s", version, 0, total, 1, fragment, 64,
                       protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(BOARD))
    folded = sum(struct.unpack("!10H", head))
    while folded >> 16:
        folded = (folded & 0xffff) + (folded >> 16)
    return head[:10] + struct.pack("!H", folded ^ 0xffff) + head[12:] + payload


def tcp(flags, offset=5, options=b"", data=b"", port=25):
    """A segment, without a checksum that is right."""
    return struct.pack("!HHIIBBHHH", 4000, port, 1, 0, offset << 4, flags,
                       8192, 0, 0) + options + data


def liars(mac):
    """Frames whose inner lengths are not true."""
    packets = [
        ipv4(6, tcp(2), length=n) for n in (0, 19, 20, 39, 41, 1500, 65535)]
    packets += [ipv4(6, tcp(2, offset=n)) for n in (0, 4, 6, 15)]
    packets += [ipv4(6, tcp(2), version=v) for v in (0x40, 0x44, 0x4f, 0x65)]
    packets += [ipv4(17, struct.pack("!HHHH", 68, 68, n, 0) + b"x" * 20)
                for n in (0, 7, 8, 27, 29, 65535)]
    packets += [ipv4(1, b"\x08\0\0\0"), ipv4(1, b"\x08"), ipv4(1, b""),
                ipv4(6, tcp(2), fragment=0x2000), ipv4(6, b"", fragment=1)]
    frames = [ethernet(mac, 0x0800, p) for p in packets]
    arp = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + bytes(20)
    frames += [ethernet(BROADCAST, 0x0806, arp[:n]) for n in range(0, 29, 4)]
    ip6 = struct.pack("!IHBB", 6 << 28, 1000, 58, 255) + bytes(32) + bytes(24)
    frames += [ethernet(mac, 0x86dd, ip6[:n]) for n in range(0, 64, 4)]
    frames += [ethernet(mac, k, b"x" * n) for n in (0, 1, 2, 3, 4)
               for k in (0x8100, 0x8863, 0x8864, 0, 46, 0xffff)]
    return frames


def mutants(mac, count, seed=1):
    """The same, with octets changed and ends cut; equal for each seed."""
    dice = random.Random(seed)
    frames = liars(mac)
    for _ in range(count):
        f = bytearray(dice.choice(frames))
        for _ in range(dice.randint(0, 4)):
            if len(f) > 14:
                f[dice.randrange(12, len(f))] = dice.randrange(256)
        yield bytes(f[:dice.randint(1, len(f))])


def slowly(i, frames, group=16):
    """No more at a time than any controller holds, so that none is lost."""
    frames = list(frames)
    for n in range(0, len(frames), group):
        i.put(*frames[n:n + group])
        quiet(i.board)


# ---- the cases ----

_cases = []


def case(function):
    """Mark a function of an Injected board, and of what main() was told of
    it, as a case of every board."""
    _cases.append(function)
    return function


@case
def runts_and_giants(i, counters, **_):
    """Frames of no length that Ethernet has."""
    mac = i.mac()
    for target in (mac, BROADCAST):
        slowly(i, [sized(target, n) for n in RUNTS + GIANTS], 8)
    slowly(i, [sized(mac, n, 0x0800) for n in RUNTS + GIANTS], 8)
    for counter, least in counters.items():
        counted(i.board, counter, least)


@case
def lengths_that_lie(i, **_):
    """Frames that say of themselves what they are not."""
    mac = i.mac()
    slowly(i, liars(mac))
    healthy(i)
    for seed in range(4):
        i.put(*mutants(mac, 500, seed))
        quiet(i.board)


@case
def more_at_once_than_there_is_room_for(i, **_):
    """Bursts; then bursts with bad frames in them, when the room is used."""
    mac = i.mac()
    for size in (60, 600, 1514):
        i.put(*[sized(BROADCAST, size)] * 400)
        healthy(i)
    i.put(*[sized(mac, n) for _ in range(20)
            for n in (1514, 13, 1514, 2047, 60, 1600, 5, 1514)])


@case
def a_flood_beside_a_message(i, **_):
    """A message of 400 KB arrives among frames of every length."""
    body = b"Subject: flood\r\n\r\n" + b"line of text, twice\r\n" * 20000
    mac = i.mac()
    done = threading.Event()

    def flood():
        while not done.is_set():
            i.put(*[sized(mac, n) for n in (60, 1514, 9, 2047, 700)])
            done.wait(0.02)
    thread = threading.Thread(target=flood)
    thread.start()
    try:
        mail(i.board, body)
    finally:
        done.set()
        thread.join()
    i.board.arrived(body)


@case
def a_link_that_comes_and_goes(i, link, **_):
    """Frames meanwhile; the board says so where its controller knows."""
    mac = i.mac()
    for up in (False, True) if link else ():
        text = "net: link up" if up else "net: link down"
        before = len(i.board.lines(text))
        i.board.link(up)
        until(lambda: len(i.board.lines(text)) > before, 60, text)
    for n in range(20):
        i.board.link(n % 2 == 1)
        i.put(*[sized(mac, 200 + n)] * 10)


@case
def frames_for_others(i, filters, **_):
    """A ping with the board's IP address, to a station that is not it."""
    mac, ping = i.mac(), ipv4(1, struct.pack("!BBHHH", 8, 0, 0xf7fd, 1, 1))
    other = bytes([mac[0], *mac[1:5], mac[5] ^ 1])
    del i.sent[:]
    if filters:
        slowly(i, [ethernet(other, 0x0800, ping)] * 3)
        check(not pongs(i), "answered for another station")
    i.put(ethernet(mac, 0x0800, ping))
    # it asks who we are, and answers once it knows
    i.put(ethernet(mac, 0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) +
                   SOURCE + socket.inet_aton(ELSE) + mac +
                   socket.inet_aton(BOARD)))
    until(lambda: pongs(i), 60, "an answer")


def pongs(i):
    """Echo replies that the board sent to us."""
    return [f for f in i.sent if f[12:14] == b"\x08\0" and f[23] == 1 and
            f[30:34] == socket.inet_aton(ELSE) and f[34] == 0]


def main(name, counters=(), link=True, filters=True):
    """Run all cases with the board of that name.

    counters  {counter: least count of it that RUNTS and GIANTS make}
    link      its controller tells of its link
    filters   its controller or driver drops frames for others
    """
    def bind(function):
        def run():
            with Injected(name) as i:
                mail(i.board)
                function(i, counters=dict(counters), link=link,
                         filters=filters)
                healthy(i)
        run.__name__ = function.__name__
        lwsmtpd.case(run)
    for function in _cases:
        bind(function)
    lwsmtpd.main()
