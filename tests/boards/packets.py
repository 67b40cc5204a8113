"""packets.py - a board on an Ethernet of its own, among peers that lie, flood
and hold on: rows 148 to 151, 155 and 159 of the table of bad input

SPDX-License-Identifier: BSD-3-Clause

    import packets

    packets.main("mps2_an385")

The board is on a TAP device in a namespace of the case's own, its address is
TAP_BOARD there, the kernel's TAP_HOST. Frames come from rawtcp.Link. Some
cases are those of the program on Linux: they are given a board for a server.
"""
import contextlib
import random
import socket
import time

import board
import lwsmtpd
import mail
import rawtcp
from board import PATIENCE, TAP, TAP_BOARD, check, equal, until
from clients import deliver
from lwsmtpd import Client
from netns import ip
from rawtcp import ACK, PSH, RST, SYN, Link

import test_cases_flood as flood
import test_cases_packets as frames

SYNS = 2000
CONNECTIONS = 200
LOG_BURST, LOG_RATE = 100, 20  # lines of events, and a second later on

# Importing them has made cases of all that is in them.
lwsmtpd._cases.clear()  # pylint: disable=protected-access
case = lwsmtpd.case
_name, _more = None, {}


class Steady(rawtcp.Peer):
    """A Peer that says it again: a board's receiver has room for some frames
    only, and those behind a flood are lost."""

    def connect(self, options=b"\x02\x04\x05\xb4", timeout=PATIENCE,
                finish=True):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.send(SYN, options=options, ack=0)
            s = self.receive(1.0)
            if s is not None and s.flags & SYN:
                self.seq += 1
                if finish:
                    self.send()
                return s
        return None

    def read(self, until, timeout=PATIENCE, acknowledge=True):
        return super().read(until, timeout, acknowledge)

    def dialogue(self, *lines):
        octets = b""
        for line in lines:
            octets = self.ask(line.encode() + b"\r\n")
        return octets

    def ask(self, octets):
        """Say octets until they are answered."""
        for _ in range(2 * PATIENCE):
            self.send(PSH | ACK, octets)
            with contextlib.suppress(AssertionError):
                reply = self.read("\r\n", 0.5)
                self.seq += len(octets)
                return reply
            check(not self.rst, "reset")
        raise AssertionError(f"no answer to {octets[:60]!r}")


class Pools:
    """A board's pools as those of the program on Linux are read."""

    def __init__(self, b):
        self.b = b
        self.first = {name: stat.total - stat.used
                      for name, stat in b.first.items()}

    def free(self, name):
        """Elements of a pool that are not in use."""
        stat = self.b.stats()[name]
        return stat.total - stat.used

    def heap(self):
        """Octets of lwIP's heap in use."""
        return self.b.stats()["heap"].used

    def connections(self):
        """Slots in use."""
        return self.b.stats()["connections"].used


@contextlib.contextmanager
def tap(*options, **_):
    """A board in the place of cases.on_tap(): a fresh client is served
    behind the case, and nothing is kept."""
    settings = dict(_more.get("settings", ()))
    for option in options:
        name, _, value = option.lstrip("-").partition("=")
        settings[name] = value or "yes"
    more = {k: v for k, v in _more.items() if k != "settings"}
    with board.on_tap(_name, settings=settings, **more) as b:
        b.pools = Pools(b)
        yield b
        deliver(b)
        deliver(b, "starttls")
        b.settle()


def adopt(module, *names):
    """Make a board's cases of the program's."""
    module.on_tap, module.Peer = tap, Steady
    for name in names:
        case(getattr(module, name))


adopt(frames, "case_148_tcp_options", "case_148_headers",
      "case_148_fragments", "case_148_mutated_frames")


# ---- 149: too many ----

@case
def case_149_syn_flood():
    """SYNs from nowhere: who has a session goes on, and when the flood is
    over new ones are served."""
    with tap("--gateway=10.9.0.77") as b:
        link = Link(TAP, TAP_BOARD)
        with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
            c.hello()
            rng = random.Random(149)
            for i in range(SYNS):
                source = (f"10.9.0.{rng.randrange(150, 250)}" if i % 2 else
                          f"198.51.{rng.randrange(100)}."
                          f"{rng.randrange(1, 255)}")
                link.frame(link.packet(link.segment(
                    rng.randrange(1024, 65536), b.smtp, rng.randrange(1 << 32),
                    0, SYN, source=source, options=b"\2\4\5\xb4"),
                    source=source))
                if i % 100 == 0:
                    c.expect("RSET" if i % 200 else "EHLO x", 250)
            body = mail.body(5000)
            c.send_mail(body=body)
            b.arrived(body)
            start = time.monotonic()
            deliver(b)
            print(f"# served {time.monotonic() - start:.2f} s after the flood")
            c.quit()
        link.close()


@case
def case_149_many_connections_for_few_slots():
    """Each is greeted, or told 421 and closed; when they leave the next one
    is served."""
    with tap("--smtpd_client_connection_count_limit=0",
             "--smtpd_stress_timeout=300s") as b:
        with contextlib.ExitStack() as stack:
            c = stack.enter_context(Client(b.smtp, host=b.host,
                                           timeout=PATIENCE))
            c.hello()
            served = told = 0
            for _ in range(CONNECTIONS):
                k = stack.enter_context(socket.create_connection(
                    (b.host, b.smtp), PATIENCE))
                greeting = k.recv(1000)
                served += greeting.startswith(b"220 ")
                told += greeting.startswith(b"421 4.3.2")
                if not greeting.startswith(b"220 "):
                    k.close()
            equal((served, told), (b.sessions() - 1,
                                   CONNECTIONS - b.sessions() + 1))
            c.expect("NOOP", 250)
            c.send_mail()
            c.quit()
        until(lambda: b.stats()["sessions"].used == 0, PATIENCE, "slots free")


@case
def case_149_come_and_go():
    """300 connections, a moment each, closed or reset at any time."""
    rng = random.Random(2000)
    with tap("--smtpd_client_connection_count_limit=0", "--quiet") as b:
        for _ in range(300):
            flood.come_and_go(rng, b.host, b.smtp, PATIENCE)
        until(lambda: b.pools.connections() == 0, PATIENCE, "slots free")
        equal(b.messages(), [])


# ---- 150: with as little as they can ----

@case
def case_150_slowloris():
    """Ten times as many as there are slots hold on in every way there is;
    somebody who tries again delivers mail meanwhile, and each kind is thrown
    out."""
    with tap("--smtpd_timeout=4s", "--smtpd_data_timeout=3s",
             "--smtpd_starttls_timeout=2s", "--smtpd_stress_timeout=1s",
             "--smtpd_client_connection_count_limit=0", "--quiet") as b:
        drips = [flood.Drip(b, kind, board.TAP_HOST)
                 for _ in range(2 * b.sessions()) for kind in flood.Drip.first]
        delivered, tries, end = 0, 0, time.monotonic() + PATIENCE

        def ways_left():
            return [kind for kind in flood.Drip.first if not any(
                d.thrown_out for d in drips if d.kind == kind)]
        while delivered < 5 or ways_left():
            for d in drips:
                d.step()
            tries += 1
            with contextlib.suppress(AssertionError, OSError):
                deliver(b)
                delivered += 1
            check(time.monotonic() < end, delivered, "delivered,", ways_left(),
                  "never thrown out")
        for d in drips:
            d.close()
        print(f"# {len(drips)} slow clients thrown out "
              f"{sum(d.thrown_out for d in drips)} times; {delivered} "
              f"deliveries in {tries} tries")


# ---- 151: many from one address ----

@case
def case_151_connections_of_one_address():
    """421 4.7.0 for one too many of one address, others are served."""
    with tap("--smtpd_client_connection_count_limit=2") as b:
        for address in ("10.9.0.100", "10.9.0.101"):
            ip(f"addr add {address}/24 dev {TAP}")
        one, other = "10.9.0.100", "10.9.0.101"
        held = [Client(b.smtp, host=b.host, source=one, timeout=PATIENCE)
                for _ in range(2)]
        for c in held:
            check(c.greeting.startswith("220"), c.greeting)
        for port in (b.smtp, b.submission):
            with Client(port, host=b.host, source=one, timeout=PATIENCE) as c:
                check(c.greeting.startswith("421 4.7.0"), c.greeting)
                check(c.closed(), "open after 421")
        with Client(b.smtp, host=b.host, source=other, timeout=PATIENCE) as c:
            c.hello()
            c.send_mail()
            c.quit()
        equal(b.log()[-1]["peer"], other)
        held.pop().close()

        def again():
            with Client(b.smtp, host=b.host, source=one,
                        timeout=PATIENCE) as c:
                return c.greeting.startswith("220")
        until(again, PATIENCE, "room for one more")
        for c in held:
            c.expect("NOOP", 250)
            c.close()


# ---- 155: the link and the addresses on it ----

@case
def case_155_link_down_and_up():
    """A session lives through it; one whose deadline passes meanwhile dies;
    mail comes in again as soon as the link is back."""
    with tap("--smtpd_timeout=3s") as b:
        with Client(b.smtp, host=b.host, timeout=PATIENCE) as c, \
                Client(b.smtp, host=b.host, timeout=PATIENCE) as late:
            c.hello()
            late.hello()
            b.link(False)
            c.send("NOOP\r\n")
            b.link(True)
            check(c.reply().startswith("250"), "NOOP over a link that blinked")
            deliver(b)
            b.link(False)
            until(lambda: b.stats()["sessions"].used == 0, PATIENCE,
                  "the sessions' end")
            b.link(True)
            deliver(b)
        b.idle("the link came back")


@case
def case_155_addresses_change():
    """The client's address goes: its session ends by its deadline, the next
    one comes from the new one. Its MAC address changes, with a gratuitous
    ARP: the session goes on."""
    with tap("--smtpd_timeout=3s") as b:
        with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
            c.hello()
            ip(f"addr del {board.TAP_HOST}/24 dev {TAP}")
            ip(f"addr add 10.9.0.9/24 dev {TAP}")
            equal(deliver(b)["peer"], "10.9.0.9")
            until(lambda: b.stats()["sessions"].used == 0, PATIENCE,
                  "the old session's end")
        link = Link(TAP, TAP_BOARD)
        p = Steady(link, b.smtp).greeted()
        p.dialogue("EHLO x")
        link.mac = bytes([2, 0xbb, 0, 0, 0, 1])
        link.arp(1, bytes(6), link.address, to=b"\xff" * 6)
        p.dialogue("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>",
                   "DATA")
        body = mail.body()
        p.ask(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        b.arrived(body)
        p.send(RST | ACK)
        link.close()


# ---- 159: the console ----

@case
def case_159_console_flood():
    """Some lines a second, however much there is to say; who behaves is
    served meanwhile, and his message has its line."""
    with tap("--verbose", "--smtpd_hard_error_limit=255") as b:
        before = len(b.console())
        start = time.monotonic()
        for _ in range(20):
            with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
                c.send(b"EHLO x\r\n" + b"FROB\r\n" * 100 + b"QUIT\r\n")
                while c.reply()[:3] not in ("221", ""):
                    pass
            deliver(b)
        seconds = time.monotonic() - start
        lines = [x for x in b.console()[before:].split("\n")
                 if x[:1] not in ("{", "") and
                 not x.startswith(("stat ", "count "))]
        print(f"# {len(lines)} lines in {seconds:.1f} s, of some 2,100")
        # each may be told of twice: itself, and how many were left out
        most = 2 * (LOG_BURST + LOG_RATE * (seconds + 2))
        check(len(lines) < most, len(lines), "lines")
        check(any("lines left out" in x for x in lines), "nothing left out")


def main(name, **more):
    """The suite of a board."""
    global _name  # pylint: disable=global-statement
    _name = name
    _more.update(more)
    _more.setdefault("cert", lwsmtpd.make_cert(lwsmtpd.temp_dir()))
    lwsmtpd.main()
