#!/usr/bin/python3
"""test_cases_tls_session.py - rows 76 to 78: what follows a good handshake:
KeyUpdate, renegotiation, 0-RTT, tickets, records nobody sealed

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import os
import re
import ssl
import subprocess

import lwsmtpd
from cases import TAP_SERVER, deliver, on_tap, raw, serving
from lwsmtpd import Client, Skip, case, check, equal
from tlsraw import (ALERT, DATA, HANDSHAKE, HEARTBEAT, Tls, any_context,
                    client_hello, record)

QUICK = "--smtpd_starttls_timeout=2s"


# ---- 76, 77: what OpenSSL can be made to do ----

def peer_program():
    """tls_peer.c, compiled."""
    folder = lwsmtpd.temp_dir("tls-peer-")
    program = os.path.join(folder, "tls_peer")
    source = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                          "tls_peer.c")
    done = subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-o", program,
                           source, "-lssl", "-lcrypto"], check=False,
                          capture_output=True, text=True)
    if done.returncode and "ssl.h" in done.stderr:
        raise Skip("no OpenSSL headers (libssl-dev)")
    equal(done.returncode, 0, done.stderr[-1000:])
    return lambda s, *words: subprocess.run(
        [program, str(s.smtps), *map(str, words)], check=True,
        capture_output=True, text=True, timeout=60).stdout.strip()


@case
def case_076_077_key_updates_renegotiation_tickets():
    peer = peer_program()
    with serving(QUICK) as s:
        equal(peer(s, "keyupdate", 10), "survived 10")
        for kind in ("keyupdate", "keyupdate_ask"):
            check(peer(s, kind, 3000).startswith("closed after"), kind)
            deliver(s, tls=True)
        equal(peer(s, "keyupdate_ok", 60), "survived 60")
        got = peer(s, "renegotiate")
        check(re.fullmatch("offered refused (open|closed)", got), got)
        deliver(s, tls=True)
        for _ in range(3):
            got = peer(s, "resume")
            check(got in ("reused open", "new open"), got)
            equal(peer(s, "forged"), "new open")
            deliver(s, tls=True)
        got = peer(s, "early")
        check(got in ("wrote 1, not accepted, closed",
                      "wrote 1, not accepted, open",
                      "wrote 1, handshake failed"), got)
        check("early@" not in str(s.log()))
        # after a restart, and so with other keys: a full handshake
        s.reload()
        check(peer(s, "resume").endswith("open"))


@case
def case_077_ticket_of_another_start():
    """A ticket from before a restart brings a full handshake."""
    with serving(QUICK) as s:
        session = s.path("session")
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{s.smtps}",
                   "-ign_eof"]

        def connect(*more):
            return subprocess.run([*command, *more], input="QUIT\r\n",
                                  check=False, capture_output=True, text=True,
                                  timeout=20).stdout
        for version in ("-tls1_3", "-tls1_2"):
            connect(version, "-sess_out", session)
            check("Reused, TLSv1." in connect(version, "-sess_in", session),
                  version, "tickets do not work")
            s.stop()
            s.start()
            s.pools = type(s.pools)(s)
            out = connect(version, "-sess_in", session)
            check("New, TLSv1." in out and "221 2.0.0" in out, version)


@case
def case_076_bad_records_in_a_session():
    """Once the keys are there: what is not sealed by them ends it."""
    with serving(QUICK) as s:
        for version in ("TLSv1_3", "TLSv1_2"):
            context = any_context(maximum_version=getattr(ssl.TLSVersion,
                                                          version))
            for what in (record(HEARTBEAT, b"\1\x40\0" + b"x" * 16, 0x0303),
                         record(DATA, b"x" * 60, 0x0303),
                         record(DATA, b"", 0x0303),
                         record(ALERT, b"\2\0", 0x0303),
                         record(HANDSHAKE, client_hello(), 0x0303),
                         record(99, b"x", 0x0303),
                         record(DATA, b"x" * 17000, 0x0303),
                         record(DATA, b"x" * 65535, 0x0303),
                         b"QUIT\r\n", b"\0" * 100):
                c = raw(s.smtps)
                t = Tls(c, context)
                t.handshake()
                t.reply()
                check(t.cmd("EHLO x").startswith("250"))
                c.sendall(what)
                with contextlib.suppress(OSError, EOFError, ssl.SSLError):
                    c.settimeout(3)
                    t.send("MAIL FROM:<a@example.org>\r\n")
                    reply = t.reply()
                    check(False, version, what[:8], "went on:", reply)
                c.close()
                deliver(s, tls=True)
            # a flipped bit, a record twice, one left out
            for tamper in (lambda r: r[:9] + bytes([r[9] ^ 1]) + r[10:],
                           lambda r: r + r, lambda r: r[:-1] + b"\0"):
                c = raw(s.smtps)
                t = Tls(c, context)
                t.handshake()
                t.reply()
                c.sendall(tamper(t.sealed(b"RSET\r\n")))
                rest = t.rest()
                check(rest.count(b"250") <= 1, version, rest)
                c.close()
        equal(len([e for e in s.log() if e["verdict"] != "accepted"]), 0)


# ---- 78: no client certificates are asked for ----

@case
def case_078_external_is_not_offered():
    with serving(QUICK) as s, Client(s.smtps, tls=True) as c:
        check("EXTERNAL" not in c.hello())
        for argument in ("", " =", " " + "QUJD" * 4000):
            check(c.cmd("AUTH EXTERNAL" + argument)[:3] in ("504", "500"))
        c.send_mail()


@case
def case_036_beyond_the_limit_over_tls():
    """A client that goes on sending reads 421 whenever it looks, and a proper
    end behind it: no RST overtakes them. Also through records of which the
    server has but a part when it closes."""
    with on_tap("--message_size_limit=64K") as s:
        for size in (40, 500, 1000, 4000, 16384) * 2:
            line = b"x" * 76 + b"\r\n"
            text = line * (300000 // len(line))
            with Client(s.smtp, host=TAP_SERVER) as c:
                c.hello()
                c.starttls()
                c.envelope()
                c.expect("DATA", 354)
                for at in range(0, len(text), size * 16):
                    c.send(text[at:at + size * 16])
                check(c.reply().startswith("421 "), "no 421")
                equal(c.sock.recv(100), b"", "behind 421")


if __name__ == "__main__":
    lwsmtpd.main()
