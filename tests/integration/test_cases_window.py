#!/usr/bin/python3
"""test_cases_window.py - row 145: peers whose window is small, or closed

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import time

import lwsmtpd
from cases import TAP_SERVER, idle, on_tap
from lwsmtpd import case, check, equal, until
from rawtcp import ACK, MOD, PSH, Link, Peer


@case
def case_145_zero_window():
    """It probes, the replies stay whole; beyond the deadline it resets."""
    with on_tap("--smtpd_timeout=4s") as s:
        link = Link("lw0", TAP_SERVER)
        p = Peer(link, s.smtp, window=0)
        p.connect()
        check(not any(x.data for x in iter(lambda: p.receive(0.3), None)),
              "sent into a closed window")
        p.window = 65535
        p.send()
        p.read("220 ")
        shut(p)
        p.say("EHLO x\r\n")
        until(lambda: probe(p), 4, "a probe of the window")
        p.window = 65535
        p.send()
        p.read("250 ENHANCEDSTATUSCODES")
        # the reply is with lwIP: the session is one that says nothing
        shut(p)
        p.say("EHLO x\r\n")
        start = time.monotonic()
        equal(p.ended(15), "RST")
        spent = time.monotonic() - start
        check(3.5 < spent < 11, spent)
        idle(s, "a closed window")
        link.close()


def shut(p):
    """Close the window, with an acknowledgement: shrinking it does not
    count."""
    p.say("NOOP\r\n")
    p.window = 0
    p.read("250 2.0.0 Ok\r\n")


def probe(p):
    """Has it sent an octet into the closed window? Answer it."""
    x = p.receive(0.2)
    if not x or len(x.data) != 1:
        return False
    p.send()
    return True


@case
def case_145_tiny_window():
    """A window of 1, 5, 10 octets: the same octets, in no more than fit."""
    with on_tap("--smtpd_write_timeout=20s") as s:
        link = Link("lw0", TAP_SERVER)
        for window in (10, 5, 1):
            p = Peer(link, s.smtp, window=window)
            p.connect()
            octets, end = b"", time.monotonic() + 4
            while len(octets) < 2 * window and time.monotonic() < end:
                x = p.receive(end - time.monotonic())
                if x and x.data:
                    check(len(x.data) <= window, x)
                    p.send()
                octets = p.data
            check(octets and b"220 ".startswith(octets[:4]), octets)
            p.window = 65535
            p.send()
            p.read("ESMTP\r\n")
            check(b"250" in p.dialogue("NOOP"))
            p.abort()
        idle(s, "tiny windows")
        link.close()


@case
def case_145_silly_window():
    """RFC 1122 4.2.3.3: our window does not open by a few octets at a time.
    A client that reads no replies is not read from; then it is, again; and
    beyond the write deadline it is reset."""
    with on_tap("--smtpd_session_message_limit=0", "--quiet",
                "--smtpd_write_timeout=4s", sinks=("log",)) as s:
        link = Link("lw0", TAP_SERVER)
        p = Peer(link, s.smtp).greeted()
        p.dialogue("EHLO x")
        one = (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
               b"DATA\r\nSubject: x\r\n\r\nx\r\n.\r\n")
        flood = one * (200000 // len(one) + 1)
        p.window = 0
        sent = 0
        while sent < len(flood):
            room = (p.server_acked + p.server_window - p.seq) % MOD
            part = flood[sent:sent + min(room, 1000)]
            if part:
                p.send(PSH | ACK, part)
                p.seq += len(part)
                sent += len(part)
            if p.receive(0.05 if part else 1.0) is None and not part:
                break
        check(sent < len(flood), "it took all without an answer read")
        print(f"# took {sent} octets of a client that reads nothing")
        # now read: every step of the window's right edge is worth a segment
        p.window = 65535
        edges = [(p.server_acked + p.server_window) % MOD]
        p.send()
        while sent < len(flood):
            x = p.receive(3.0)
            check(x is not None, "stuck at", sent)
            edge = (x.ack + x.window) % MOD
            if edge != edges[-1]:
                edges.append(edge)
            if x.data:
                p.send()
            room = (p.server_acked + p.server_window - p.seq) % MOD
            while room >= 1000 and sent < len(flood):
                part = flood[sent:sent + 1000]
                p.send(PSH | ACK, part)
                p.seq += len(part)
                sent += len(part)
                room -= len(part)
        steps = [(b - a) % MOD for a, b in zip(edges, edges[1:])]
        check(min(steps) >= 1460, "silly steps of the window", steps[:20])
        while p.receive(0.2):
            p.send()
        shut(p)
        p.say(one * 400)
        start = time.monotonic()
        equal(p.ended(9), "RST")
        check(3.5 < time.monotonic() - start < 6, "the write deadline")
        idle(s, "flood")
        link.close()


if __name__ == "__main__":
    lwsmtpd.main()
