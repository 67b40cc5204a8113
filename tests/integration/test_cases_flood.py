#!/usr/bin/python3
"""test_cases_flood.py - rows 149 to 151 and 159: too many who want too little

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
tests: long-option
"""
import contextlib
import fcntl
import os
import random
import signal
import socket
import sys
import time

import lwsmtpd
from cases import (TAP_CLIENT, TAP_SERVER, body, deliver, in_parallel,
                   link_local, on_tap, raw, read_all, reset, serving, stored)
from lwsmtpd import Client, Server, case, check, equal, until
from netns import ip
from pools import SESSIONS
from rawtcp import RST, SYN, Link, Peer
from tlsraw import Tls

LONG = "--long" in sys.argv


def addresses(count):
    """So many more addresses of the kernel's on the TAP device."""
    result = [f"10.9.0.{100 + i}" for i in range(count)]
    for address in result:
        ip(f"addr add {address}/24 dev lw0")
    return result


# ---- 149: SYN flood ----

def syn(link, s, flags, source, port, seq):
    """A segment from somebody who is not there."""
    link.frame(link.packet(link.segment(
        port, s.smtp, seq, 0, flags, source=source,
        options=b"\2\4\5\xb4" if flags == SYN else b""), source=source))


@case
def case_149_syn_flood():
    """SYNs from nowhere: who has a session does not notice; a second after
    the flood, new ones are served again."""
    with on_tap("--gateway=10.9.0.77") as s:
        link = Link("lw0", TAP_SERVER)
        c = Client(s.smtp, host=TAP_SERVER)
        c.hello()
        rng = random.Random(149)
        slowest, syns = 0.0, []
        for i in range(4000):
            source = (f"10.9.0.{rng.randrange(150, 250)}" if i % 2 else
                      f"198.51.{rng.randrange(100)}.{rng.randrange(1, 255)}")
            syns.append((source, rng.randrange(1024, 65536),
                         rng.randrange(1 << 32)))
            syn(link, s, SYN, *syns[-1])
            if i % 100 == 0:
                start = time.monotonic()
                c.expect("RSET" if i % 200 else "EHLO x", 250)
                slowest = max(slowest, time.monotonic() - start)
        over = time.monotonic()
        c.send_mail()
        print(f"# slowest answer during the flood: {slowest * 1000:.1f} ms")
        check(slowest < 0.5)

        def answered():
            p = Peer(link, s.smtp)
            if p.connect(timeout=0.05) is None:
                return False
            p.abort()
            return True
        until(answered, 2, "a new connection after the flood")
        spent = time.monotonic() - over
        print(f"# new connections {spent:.2f} s after the flood")
        check(spent < 1.3, spent)
        check(deliver(s, host=TAP_SERVER) < 1)
        c.quit()
        c.close()
        for source, port, seq in syns:  # they would stay for 20 s
            syn(link, s, RST, source, port, seq + 1)
        link.close()


@case
def case_149_two_hundred_for_sixty_four():
    """Each is greeted, or told 421 and closed; when they leave the next one
    is served within a second."""
    with on_tap("--smtpd_client_connection_count_limit=0",
                "--smtpd_stress_timeout=300s") as s:
        c = Client(s.smtp, host=TAP_SERVER)
        c.hello()
        socks = [socket.create_connection((TAP_SERVER, s.smtp), 5)
                 for _ in range(200)]
        first = [k.recv(1000) for k in socks]
        served = [k for k, f in zip(socks, first) if f.startswith(b"220")]
        told = [f for f in first if f.startswith(b"421 4.3.2")]
        equal((len(served), len(served) + len(told)), (SESSIONS - 1, 200))
        for k, f in zip(socks, first):
            if not f.startswith(b"220"):
                equal(read_all(k, 8), b"", "behind 421")
        c.expect("NOOP", 250)
        c.send_mail()
        for k in served:
            k.close()
        start = time.monotonic()

        def again():
            with Client(s.smtp, host=TAP_SERVER) as d:
                return d.greeting.startswith("220")
        until(again, 1, "a free slot")
        print(f"# a slot {time.monotonic() - start:.2f} s after they left")
        c.quit()
        c.close()
        for k in socks:
            k.close()


def come_and_go(rng, host, port, timeout):
    """A connection for a moment, closed or reset at any time."""
    with contextlib.suppress(OSError), socket.create_connection(
            (host, port), timeout) as k:
        if rng.randrange(3):
            k.sendall(b"EHLO x\r\nMAIL FROM:<a@b.c>\r\n"[
                :rng.randrange(30)])
        if rng.randrange(3):
            k.settimeout(rng.choice((0.001, 0.1)))
            k.recv(100)
        if rng.randrange(2):
            k.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\x01\0\0\0\0\0\0\0")


@case
def case_149_come_and_go():
    """2,000 connections, a moment each, closed or reset at any time."""
    rng = random.Random(2000)
    with on_tap("--smtpd_client_connection_count_limit=0",
                "--quiet") as s:
        def one(seed):
            r = random.Random(seed)
            for _ in range(500):
                come_and_go(r, TAP_SERVER, s.smtp, 5)
        in_parallel(one, [rng.randrange(1 << 30) for _ in range(4)])
        until(lambda: s.pools.connections() == 0, 8, "slots free")
        equal(len(s.messages()), 1)


@case
def case_149_as_many_hosts_as_sessions():
    """Each with an address of its own, IPv4 and IPv6, all talking at once:
    no reply waits for an address to be found again."""
    with on_tap("--smtpd_stress_timeout=300s",  # one /64 is one peer
                "--smtpd_client_connection_count_limit=0") as s:
        host6 = link_local(s)
        for i in range(60):
            ip(f"-6 addr add fe80::aa:{i + 1:x}/64 dev lw0 nodad")
        for host, sources in ((TAP_SERVER, addresses(60)),
                              (host6, [f"fe80::aa:{i + 1:x}%lw0"
                                       for i in range(60)])):
            clients = [Client(s.smtp, host=host, source=a) for a in sources]
            worst = 0.0
            for _ in range(5):
                s.send_signal(signal.SIGSTOP)
                for c in clients:
                    c.send("EHLO x\r\n")
                start = time.monotonic()
                s.send_signal(signal.SIGCONT)
                for c in clients:
                    check(c.reply().startswith("250"))
                worst = max(worst, time.monotonic() - start)
            for c in clients:
                c.send_mail()
                c.quit()
                c.close()
            print(f"# {len(clients)} hosts answered in {worst * 1000:.1f} ms")
            check(worst < 0.4)
            equal(len({e["peer"] for e in s.log()[-60:]}), 60)


# ---- 150: slowloris ----

class Drip:
    """A client that keeps its connection with as little as it can, and comes
    back when it is thrown out."""

    first = {"banner": b"", "EHLO": b"EHLO ", "AUTH": b"EHLO x\r\nAUTH LOGIN"
             b"\r\n", "DATA": b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>"
             b"\r\nDATA\r\n", "TLS": b"EHLO x\r\nSTARTTLS\r\n"}

    def __init__(self, s, kind, source):
        self.s, self.kind, self.source = s, kind, source
        self.hello = (iter(Tls(None).first_flight()) if kind == "TLS"
                      else None)
        self.sock, self.thrown_out, self.told = None, 0, 0

    def connect(self):
        """Begin anew."""
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.bind((self.source, 0))
        self.sock.connect_ex((TAP_SERVER, self.s.smtp))
        self.sent = False

    def step(self):
        """One octet more."""
        if self.sock is None:
            self.connect()
            return
        try:
            if not self.sent:
                self.sock.send(self.first[self.kind] or b"")
                self.sent = True
            elif self.kind not in ("banner", "TLS"):
                self.sock.send(b"A")
            octets = self.sock.recv(4096)
            if b"421" in octets:
                self.told += 1
            if not octets:
                raise OSError
        except BlockingIOError:
            return
        except OSError:
            self.thrown_out += 1
            reset(self.sock)
            self.sock = None

    def close(self):
        """Leave with RST: Linux, having closed, ignores what it has got
        already and whose acknowledgement was lost, and lwIP would repeat it
        for minutes."""
        if self.sock:
            reset(self.sock)


@case
def case_150_slowloris():
    """Ten times as many as there are sessions, from 40 addresses, for some
    time; meanwhile somebody delivers mail, and tries again when told 421."""
    seconds = 60 if LONG else 12
    with on_tap("--smtpd_timeout=4s", "--smtpd_data_timeout=3s",
                "--smtpd_starttls_timeout=2s", "--smtpd_stress_timeout=1s",
                "--smtpd_client_connection_count_limit=4", "--quiet",
                timeout=20) as s:
        sources = addresses(40)
        drips = [Drip(s, kind, sources[i % 40]) for i in range(2 * SESSIONS)
                 for kind in Drip.first]
        equal(len(drips), 10 * SESSIONS)
        end = time.monotonic() + seconds
        spent, tries = [], 0

        def drip(_):
            while time.monotonic() < end:
                for i, d in enumerate(drips):
                    d.step()
                    if i % 64 == 0:
                        time.sleep(0.001)
                time.sleep(0.2)

        def honest(_):
            nonlocal tries
            time.sleep(1)
            while time.monotonic() < end:
                start = time.monotonic()
                while True:
                    tries += 1
                    try:
                        deliver(s, host=TAP_SERVER)
                        break
                    except (AssertionError, OSError):
                        if time.monotonic() > end + 10:
                            raise
                        time.sleep(0.05)
                spent.append(time.monotonic() - start)
                time.sleep(0.02)
        in_parallel(lambda f: f(None), [drip, honest])
        for d in drips:
            d.close()
        spent.sort()
        print(f"# {len(drips)} slow clients thrown out "
              f"{sum(d.thrown_out for d in drips)} times; {len(spent)} "
              f"deliveries in {tries} tries, median "
              f"{spent[len(spent) // 2] * 1000:.0f} ms, p99 "
              f"{spent[len(spent) * 99 // 100] * 1000:.0f} ms, worst "
              f"{spent[-1] * 1000:.0f} ms")
        check(len(spent) >= 5 and spent[len(spent) * 99 // 100] < 5)
        for kind in Drip.first:
            check(sum(d.thrown_out for d in drips if d.kind == kind), kind)


@case
def case_150_each_way_has_its_deadline():
    """One of each kind, without stress: thrown out in time."""
    with on_tap("--smtpd_timeout=2s", "--smtpd_data_timeout=2s",
                "--smtpd_starttls_timeout=2s") as s:
        drips = [Drip(s, kind, TAP_CLIENT) for kind in Drip.first]
        start = time.monotonic()
        while time.monotonic() - start < 4.5:
            for d in drips:
                if not d.thrown_out:
                    d.step()
            time.sleep(0.1)
        for d in drips:
            check(d.thrown_out or d.told, d.kind, "holds on")
            d.close()


# ---- 151: many from one address ----

@case
def case_151_connections_of_one_address():
    with on_tap("--smtpd_client_connection_count_limit=5") as s:
        one, other = addresses(2)
        clients = [Client(s.smtp, host=TAP_SERVER, source=one)
                   for _ in range(5)]
        for c in clients:
            check(c.greeting.startswith("220"))
        for port in (s.smtp, s.submission):
            with Client(port, host=TAP_SERVER, source=one) as c:
                check(c.greeting.startswith("421 4.7.0"), c.greeting)
                check(c.closed())
        k = socket.create_connection((TAP_SERVER, s.smtps), 5, (one, 0))
        equal(read_all(k, 5), b"", "TLS first")
        k.close()
        check(deliver(s, host=TAP_SERVER, source=other) < 1)
        clients.pop().close()

        def again():
            with Client(s.smtp, host=TAP_SERVER, source=one) as c:
                return c.greeting.startswith("220")
        until(again, 2, "room for one more")
        for c in clients:
            c.expect("NOOP", 250)
            c.close()


@case
def case_151_default():
    """16, where clients have addresses; none behind net user."""
    with on_tap() as s:
        clients = [Client(s.smtp, host=TAP_SERVER) for _ in range(17)]
        equal([c.greeting[:3] for c in clients], ["220"] * 16 + ["421"])
        for c in clients:
            c.close()
    with serving() as s:
        clients = [Client(s.smtp) for _ in range(30)]
        equal({c.greeting[:3] for c in clients}, {"220"})
        for c in clients:
            c.close()


# ---- 159: the log ----

def rude(s, count):
    """A client that gives the log something to say."""
    for _ in range(count):
        with contextlib.suppress(OSError), raw(s.smtp) as c:
            c.sendall(b"EHLO x\r\n" + b"FROB\r\n" * 18 + b"QUIT\r\n")
            read_all(c)


@case
def case_159_log_flood():
    """A few lines a second on stderr, however much there is to say."""
    with serving("--verbose") as s:
        before, start = s.stderr().count("\n"), time.monotonic()
        in_parallel(lambda _: rude(s, 60), [1, 2, 3, 4])
        seconds = time.monotonic() - start
        time.sleep(0.1)
        deliver(s)
        lines = s.stderr().count("\n") - before
        print(f"# {lines} lines in {seconds:.1f} s, of some 5,000")
        check(lines < 200 + 60 * (seconds + 2), lines)
        check("lines left out" in s.stderr())


@case
def case_159_nobody_reads_the_log():
    """stderr is a pipe that is full: the mail goes on."""
    folder = lwsmtpd.temp_dir()
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    with Server("--verbose", ready=None, wrapper=(
            "sh", "-c", f'exec "$@" 2>{pipe}', "sh")) as s:
        text = b""
        while b"ready " not in text:
            with contextlib.suppress(BlockingIOError):
                text += os.read(reader, 65536)
            time.sleep(0.05)
        for _ in range(4):
            in_parallel(lambda _: rude(s, 30), [1, 2])
            check(deliver(s) < 1)
        s.send_signal(signal.SIGTERM)
        equal(s.process.wait(10), 0)
        left = os.read(reader, 1 << 20)
        check(0 < len(left) <= 4096 and left.count(b"refused 500") < 100)
    os.close(reader)


@case
def case_159_log_sink_flood():
    """Refused messages: at most a hundred lines a second of the log sink; an
    accepted one always has its line."""
    with serving("--smtpd_session_message_limit=0",
                 "--smtpd_junk_command_limit=255") as s:
        start = time.monotonic()

        def refuse(_):
            with contextlib.suppress(OSError):
                for _ in range(30):
                    with raw(s.smtp) as c:
                        c.sendall(b"EHLO x\r\n" + b"MAIL FROM:<a@b.c>\r\n"
                                  b"RCPT TO:<a@b.c>\r\nRSET\r\n" * 60 +
                                  b"QUIT\r\n")
                        read_all(c)
        in_parallel(refuse, [1, 2, 3])
        seconds = time.monotonic() - start
        text = body()
        with Client(s.smtp) as c:
            c.hello()
            c.send_mail(body=text)
        equal(stored(s, text), 1)
        lines = s.log()
        print(f"# {len(lines)} lines in {seconds:.1f} s, of 5,400")
        check(len(lines) < 1000 + 110 * (seconds + 1))
        equal(lines[-1]["verdict"], "accepted")


if __name__ == "__main__":
    lwsmtpd.main()
