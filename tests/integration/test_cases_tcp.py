#!/usr/bin/python3
"""test_cases_tcp.py - rows 142 to 144, 154, 160: how connections end

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
tests: timeout 200

Segments are made by hand on a TAP device: see rawtcp.py.
"""
import errno
import signal
import socket
import sys
import time

import lwsmtpd
from cases import (TAP_SERVER, body, deliver, idle, on_tap, raw, read_all,
                   reset, serving, stored)
from lwsmtpd import Client, case, check, equal, until
from rawtcp import ACK, FIN, PSH, RST, SYN, Link, Peer

LONG = "--long" in sys.argv
LEFT = "left without our 250"


def in_data(p):
    """As far as 354."""
    p.greeted()
    p.dialogue("EHLO x", "MAIL FROM:<a@example.org>",
               "RCPT TO:<b@example.org>", "DATA")
    return p


# ---- 142: RST in every state ----

def syn_rcvd(p):
    p.connect(finish=False)


def greeting_unread(p):
    p.connect()


def greeted(p):
    p.greeted()


def half_a_command(p):
    p.greeted().say("EH")


def reply_unacknowledged(p):
    p.greeted().say("EHLO x\r\n")
    p.read("250 ", acknowledge=False)


def after_mail(p):
    p.greeted()
    p.dialogue("EHLO x", "MAIL FROM:<a@example.org>")


def after_rcpt(p):
    p.greeted()
    p.dialogue("EHLO x", "MAIL FROM:<a@example.org>",
               "RCPT TO:<b@example.org>")


def in_the_message(p):
    in_data(p).say(b"half a mess")


def in_the_end_of_data(p):
    in_data(p).say(b"text\r\n.\r")


def with_a_hole(p):
    in_data(p).say(b"text\r\n")
    p.send(data=b"behind a hole\r\n.\r\n", at=10)


def in_a_chunk(p):
    p.greeted()
    p.dialogue("EHLO x", "MAIL FROM:<a@example.org>",
               "RCPT TO:<b@example.org>")
    p.say("BDAT 100\r\nnot all of it")


def between_chunks(p):
    p.greeted()
    p.dialogue("EHLO x", "MAIL FROM:<a@example.org>",
               "RCPT TO:<b@example.org>")
    p.say("BDAT 3\r\nall")
    p.read("250 ")


def in_auth(p):
    p.greeted()
    p.dialogue("EHLO x", "AUTH LOGIN")
    p.say("dGVz")


def starttls_unread(p):
    p.greeted().dialogue("EHLO x")
    p.say("STARTTLS\r\n")


def in_the_handshake(p):
    p.greeted().dialogue("EHLO x", "STARTTLS")
    p.say(b"\x16\x03\x01\x02\x00\x01\x00")


def last_reply_unread(p):
    p.greeted().say("QUIT\r\n")


def fin_wait_2(p):
    p.greeted().say("QUIT\r\n")
    p.ended()


def closing(p):
    p.greeted().say("QUIT\r\n")
    p.read("221 ", acknowledge=False)
    p.send(FIN | ACK, ack=p.ack - 5)
    p.seq += 1


def time_wait(p):
    p.greeted().say("QUIT\r\n")
    p.ended()
    p.send(FIN | ACK)
    p.seq += 1


def last_ack(p):
    p.greeted().send(FIN | ACK)
    p.seq += 1


@case
def case_142_rst_in_every_state():
    with on_tap("--smtpd_tls_auth_only=no") as s:
        link = Link("lw0", TAP_SERVER)
        for state in (syn_rcvd, greeting_unread, greeted, half_a_command,
                      reply_unacknowledged, after_mail, after_rcpt,
                      in_the_message, in_the_end_of_data, with_a_hole,
                      in_a_chunk, between_chunks, in_auth, starttls_unread,
                      in_the_handshake, last_reply_unread, fin_wait_2,
                      closing, time_wait, last_ack):
            for _ in range(2):
                before = len(s.messages())
                p = Peer(link, s.smtp)
                state(p)
                p.abort()
                idle(s, state.__name__)
                equal(len(s.messages()), before, state.__name__)
                equal(s.leftovers(), [], state.__name__)
                link.drain()
        check(LEFT not in s.stderr(), s.stderr()[-500:])
        link.close()


@case
def case_142_rst_in_tls():
    with on_tap() as s:
        for talk in (lambda c: None, lambda c: c.send(b"NOO"),
                     lambda c: (c.envelope(), c.expect("DATA", 354),
                                c.send(b"half a mess"))):
            c = Client(s.smtp, host=TAP_SERVER)
            c.hello()
            c.starttls()
            talk(c)
            reset(c.sock)
            idle(s, "RST in TLS")
        equal((len(s.messages()), s.leftovers()), (1, []))


@case
def case_142_rst_before_250_is_acknowledged():
    """The message is kept, once, and it is said that it may come again."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        text = body()
        p = in_data(Peer(link, s.smtp))
        p.say(text + b".\r\n")
        p.abort()
        s.wait_stderr(LEFT, 3)
        equal(stored(s, text), 1)
        idle(s, "the dot")

        # the 250 was acknowledged: nothing to say
        p = in_data(Peer(link, s.smtp))
        p.say(body() + b".\r\n")
        p.read("250 ")
        p.abort()
        idle(s, "the 250")
        equal(s.stderr().count(LEFT), 1)
        equal(len(s.messages()), 3)
        link.close()


@case
def case_142_blind_rst_and_syn():
    """RFC 5961: neither in the window nor outside of it do they end it."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        p = Peer(link, s.smtp).greeted()
        p.dialogue("EHLO x")
        for flags, at in ((RST, 1000), (RST, 30000), (RST, 10 ** 6),
                          (RST, -1), (RST, -10 ** 6), (SYN, 0), (SYN, 1000),
                          (SYN, 10 ** 6), (SYN | ACK, 0), (SYN | RST, 5000)):
            p.send(flags, at=at)
            check(b"250" in p.dialogue("NOOP"), flags, at)
        p.say("QUIT\r\n")
        equal(p.ended(), "FIN")
        p.send(FIN | ACK)
        link.close()


# ---- 143: the peer is gone and says nothing ----

@case
def case_143_half_open_peers():
    with on_tap("--smtpd_timeout=2s", "--smtpd_data_timeout=2s",
                "--smtpd_starttls_timeout=2s",
                "--smtpd_write_timeout=2s") as s:
        link = Link("lw0", TAP_SERVER)
        states = (greeting_unread, greeted, half_a_command,
                  reply_unacknowledged, after_rcpt, in_the_message, in_a_chunk,
                  starttls_unread, in_the_handshake, last_reply_unread,
                  fin_wait_2, last_ack)
        for state in states:
            p = Peer(link, s.smtp)
            state(p)
        link.arp_answers = False
        start = time.monotonic()
        sessions = s.pools.connections()
        check(sessions >= len(states) - 2, sessions)
        # sessions end after 2 s; connections 5 s later
        until(lambda: s.pools.connections() == 0, 9, "slots free")
        print(f"# half-open slots free after {time.monotonic() - start:.1f} s")
        p.abort()  # lwIP would keep its FIN, in LAST_ACK, for two minutes
        equal((len(s.messages()), s.leftovers()), (1, []))
        link.close()


if LONG:
    @case
    def case_143_keep_alive():
        """Where a session may wait for an hour, keep-alive finds out that the
        peer is gone, in two minutes; one that answers stays."""
        with on_tap("--smtpd_timeout=1h") as s:
            link = Link("lw0", TAP_SERVER)
            Peer(link, s.smtp).greeted()
            c = Client(s.smtp, host=TAP_SERVER)
            start = time.monotonic()
            until(lambda: s.pools.connections() == 1, 140, "the one gone")
            check(time.monotonic() - start > 100)
            c.expect("NOOP", 250)
            c.close()
            link.close()


# ---- 144: half-close ----

@case
def case_144_fin_behind_the_dot():
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        # FIN in the dot's own segment, then in one of its own
        for together in (True, False):
            text = body()
            p = in_data(Peer(link, s.smtp))
            p.say(text)
            p.send(PSH | ACK | (FIN if together else 0), b".\r\n")
            p.seq += 3
            if not together:
                p.send(FIN | ACK)
            p.seq += 1
            check(p.read("250 ").startswith(b"250 2.0.0"))
            equal(p.ended(), "FIN")
            equal(stored(s, text), 1)
        # without a dot: nothing
        p = in_data(Peer(link, s.smtp))
        p.send(PSH | ACK | FIN, b"no end\r\n")
        p.seq += 9
        equal(p.ended(), "FIN")
        check(b"250" not in p.data, p.data)
        # pipelined commands, then FIN: every one is answered
        p = Peer(link, s.smtp).greeted()
        p.send(PSH | ACK | FIN, b"EHLO x\r\nNOOP\r\nRSET\r\n")
        p.seq += 21
        equal(p.ended(), "FIN")
        equal(p.data.count(b"\r\n250 2.0.0"), 2, p.data)
        idle(s, "half-close")
        equal((len(s.messages()), s.leftovers()), (3, []))
        link.close()


# ---- 154, 160: gone before it was accepted ----

@case
def case_160_client_left_while_it_waited():
    """Connections come and go while the server does not look: no slot is lost
    and nobody is sent more than one greeting."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        peers = [Peer(link, s.smtp) for _ in range(30)]
        for i, p in enumerate(peers):
            check(p.connect(finish=False) is not None, "no SYN-ACK")
        s.send_signal(signal.SIGSTOP)
        for i, p in enumerate(peers):
            p.send()
            if i % 3 == 0:
                p.abort()
            else:
                p.send(FIN | ACK)
                p.seq += 1
                if i % 3 == 1:
                    p.abort()
        s.send_signal(signal.SIGCONT)
        for p in peers[2::3]:
            equal(p.ended(), "FIN")
        idle(s, "all have left")
        greetings = [x for x in link.drain(0.2) if x.data]
        check(len(greetings) <= len(peers), len(greetings))
        link.close()


@case
def case_160_client_left_the_host_backlog():
    """The same through libslirp, where the host's kernel accepts first."""
    with serving() as s:
        s.send_signal(signal.SIGSTOP)
        gone = []
        for i in range(40):
            c = socket.socket()
            c.setblocking(False)
            c.connect_ex(("127.0.0.1", s.smtp))
            gone.append(c)
        time.sleep(0.1)
        for i, c in enumerate(gone):
            if i % 2:
                reset(c)
            else:
                c.close()
        s.send_signal(signal.SIGCONT)
        deliver(s)
        idle(s, "they left")


@case
def case_160_same_port_again():
    """Our side closes first and is in TIME_WAIT; the client's port is not."""
    def again(c):
        try:
            c.connect((TAP_SERVER, s.smtp))
        except OSError as why:
            if why.errno != errno.EADDRNOTAVAIL:
                raise
            return False  # its own end of the last connection is not over
        return True

    with on_tap() as s:
        for port in (4001, 4002, 4001, 4001, 4002):
            with socket.socket() as c:
                c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                c.bind(("", port))
                c.settimeout(20)
                until(lambda c=c: again(c), 10, "the port")
                check(c.recv(3) == b"220")
                c.sendall(b"QUIT\r\n")
                read_all(c)


@case
def case_142_rst_through_the_host():
    """libslirp: the same rule where the kernel is the peer."""
    with serving() as s:
        for last in (b"", b"EHLO x\r\n", b"EHLO x\r\nMAIL FROM:<a@b.c>\r\n",
                     b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\n"
                     b"DATA\r\nhalf a mess"):
            c = raw(s.smtp)
            c.sendall(last)
            time.sleep(0.05)
            reset(c)
            idle(s, last)
        c = raw(s.smtp)
        c.sendall(b"QUIT\r\n")
        check(read_all(c).endswith(b"Bye\r\n"))
        equal((len(s.messages()), s.leftovers()), (1, []))


if __name__ == "__main__":
    lwsmtpd.main()
