#!/usr/bin/python3
"""test_cases_mutated.py - good conversations with octets changed, cut, doubled
and moved, records split anew: nothing breaks, nothing is kept, others are
served between

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
tests: timeout 600

    test_cases_mutated.py [CASE] [--seed N] [--count N]

Every conversation has a seed of its own, which a failure names; --seed and
--count run others than the usual ones, one after the other, or just one.
"""
import contextlib
import os
import random
import socket
import sys
import threading

import lwsmtpd
import tlsraw
from cases import after, deliver, raw, serving
from lwsmtpd import case, check
from tlsraw import Tls, any_context

QUICK = ("--smtpd_starttls_timeout=4s", "--smtpd_timeout=8s",
         "--smtpd_data_timeout=8s",
         "--smtpd_client_connection_count_limit=0",
         "--smtpd_auth_failure_delay=0s", "--smtpd_min_data_rate=0")
WAIT_S = 30
WORKERS = 4
SEED, COUNT = 1, 0


def argument(name, usual):
    """The number behind --name."""
    if "--" + name not in sys.argv:
        return usual
    at = sys.argv.index("--" + name)
    value = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]
    return value


# ---- changes ----

def change(r, octets):
    """Octets with one or some changes."""
    octets = bytearray(octets)
    for _ in range(1 + r.randrange(r.choice((1, 2, 8)))):
        if not octets:
            break
        at = r.randrange(len(octets))
        span = r.randrange(1, r.choice((3, 20, 400)))
        what = r.randrange(9)
        if what == 0:
            octets[at] ^= 1 << r.randrange(8)
        elif what == 1:
            octets[at] = r.choice((0, 1, 10, 13, 32, 46, 127, 128, 255))
        elif what == 2:
            del octets[at:]
        elif what == 3:
            del octets[at:at + span]
        elif what == 4:
            octets[at:at] = octets[at:at + span]
        elif what == 5:
            to = r.randrange(len(octets))
            moved = octets[at:at + span]
            del octets[at:at + span]
            octets[to:to] = moved
        elif what == 6:
            octets[at:at] = r.randbytes(span)
        elif what == 7:
            octets[at] = (octets[at] + r.choice((1, -1))) & 255
        else:
            octets[at:at + 2] = r.randbytes(2)
    return bytes(octets)


def whole(octets):
    """The records of a flight, and what is behind the last whole one."""
    found = tlsraw.records(octets)
    rest = found.pop()[2] if found and found[-1][0] is None else b""
    return found, rest


def resplit(r, found):
    """The same octets in records of other lengths."""
    most = r.choice((1, 4, 16, 100, 1000))
    result = []
    for kind, version, octets in found:
        while len(octets) > most:
            n = r.randrange(1, most + 1)
            result.append((kind, version, octets[:n]))
            octets = octets[n:]
        result.append((kind, version, octets))
    return result


def with_length(octets):
    """A handshake message whose length is right again; of a ClientHello that
    of its extensions as well."""
    if len(octets) < 4:
        return octets
    octets = bytearray(octets)
    octets[1:4] = (len(octets) - 4).to_bytes(3, "big")
    if octets[0] == 1 and len(octets) > 40:
        at = 39 + octets[38]
        at += 2 + int.from_bytes(octets[at:at + 2], "big")
        at += 1 + octets[at] if at < len(octets) else 0
        if at + 2 <= len(octets):
            octets[at:at + 2] = (len(octets) - at - 2).to_bytes(2, "big")
    return bytes(octets)


def inside(r, found):
    """A change within one record, whose length is right; mostly the lengths
    in it are, too."""
    at = r.randrange(len(found))
    kind, version, octets = found[at]
    octets = change(r, octets)[:16640]
    if kind == tlsraw.HANDSHAKE and r.random() < 0.7:
        octets = with_length(octets)
    found[at] = kind, version, octets
    return found


def flight(r, octets):
    """A flight of records, changed."""
    found, rest = whole(octets)
    how = r.randrange(7) if found else 0
    if how == 0:
        return change(r, octets)
    if how <= 2:
        found = inside(r, found)
    elif how == 3:
        found = resplit(r, inside(r, found) if r.random() < 0.5 else found)
    elif how == 4:
        found.insert(r.randrange(len(found) + 1), r.choice(found))
    elif how == 5:
        r.shuffle(found)
        found = found[r.randrange(len(found)):]
    else:
        kind = r.choice((20, 21, 22, 23, 24, r.randrange(256)))
        octets = r.randbytes(r.choice((0, 1, 2, 40, 3000, 16640)))
        found.insert(r.randrange(len(found) + 1), (kind, 0x0303, octets))
    return b"".join(tlsraw.record(k, o, v) for k, v, o in found) + rest


# ---- conversations ----

def commands(r):
    """What a client says in a session, in one piece."""
    text = b"Subject: changed\r\n\r\n" + b".dots and dots\r\n" * r.choice(
        (0, 20, 300, 2500))
    mail = [b"MAIL FROM:<a.b@example.org> SIZE=100 BODY=8BITMIME",
            b"MAIL FROM:<> SMTPUTF8 RET=HDRS ENVID=x+41",
            b'MAIL FROM:<"a b"@[192.0.2.1]>',
            "MAIL FROM:<grün@exämple.org> SMTPUTF8".encode()]
    rcpt = [b"RCPT TO:<c@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c",
            b"RCPT TO:<@a.example:d@example.org>", b"RCPT TO:<Postmaster>"]
    said = [r.choice((b"EHLO client.example", b"HELO [127.0.0.1]",
                      b"EHLO [IPv6:::1]"))]
    if r.random() < 0.3:
        said += r.choice(([b"AUTH PLAIN AHRlc3RlcgB4"], [b"AUTH PLAIN", b"*"],
                          [b"AUTH LOGIN", b"dGVzdGVy", b"eA=="]))
    for _ in range(r.randrange(1, 3)):
        said += [r.choice(mail)]
        said += [r.choice(rcpt) for _ in range(r.randrange(1, 4))]
        if r.random() < 0.5:
            said += [b"DATA", text + b"."]
        else:
            half = len(text) // 2
            said += [b"BDAT %d\r\n" % half + text[:half] + b"BDAT %d LAST" %
                     (len(text) - half) + b"\r\n" + text[half:] + b"NOOP"]
        said += r.choice(([], [b"RSET"], [b"VRFY x", b"HELP"]))
    return b"\r\n".join(said + [b"QUIT", b""])


def send(r, sock, octets):
    """In some pieces; the server may have gone."""
    with contextlib.suppress(OSError):
        while octets:
            n = r.choice((len(octets), r.randrange(1, len(octets) + 1)))
            sock.sendall(octets[:n])
            octets = octets[n:]


def leave(r, sock):
    """FIN and reading to the end, or RST."""
    if r.random() < 0.1:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        b"\x01\0\0\0\0\0\0\0")
        return
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
    check(tlsraw.gone(sock, WAIT_S) is not None, "still open")


def plain(r, s):
    """In clear text, ports as they are chosen."""
    said = change(r, commands(r))
    with raw(r.choice((s.smtp, s.submission, s.lmtp)), timeout=WAIT_S) as c:
        send(r, c, said)
        leave(r, c)


def context_of(r):
    """One of the clients there are."""
    context = any_context()
    version = r.choice(("TLSv1_2", "TLSv1_3", "TLSv1_3"))
    if version == "TLSv1_2":
        context.maximum_version = getattr(tlsraw.ssl.TLSVersion, version)
    if r.random() < 0.2:
        context.set_ecdh_curve("prime256v1")
    return context


def tampered(r, c, context, resume):
    """A session over TLS of which one flight is changed; afterwards nobody
    understands anybody. Returns the TLS session when there is one."""
    t = Tls(c, context, resume)
    target, number = r.randrange(3), 0
    with contextlib.suppress(OSError, EOFError):
        for step in (t.tls.do_handshake,
                     lambda: t.tls.write(commands(r)),
                     lambda: t.tls.read(65536)):
            while True:
                again = True
                with contextlib.suppress(tlsraw.ssl.SSLWantReadError):
                    step()
                    again = False
                octets = t.outgoing.read()
                if octets:
                    hit = number == target
                    send(r, c, flight(r, octets) if hit else octets)
                    number += 1
                    if hit and r.random() < 0.7:
                        raise EOFError
                if not again:
                    break
                t.more()
        return t.tls.session
    return None


_sessions = {}


def over_tls(r, s, c):
    """Tampered with, now and then with a ticket of an earlier session."""
    context = context_of(r)
    key = threading.get_ident(), context.maximum_version
    kept = _sessions.get(key)
    if kept and r.random() < 0.5:
        context, resume = kept
    else:
        resume = None
    session = tampered(r, c, context, resume)
    if session and session.has_ticket:
        _sessions[key] = context, session
    leave(r, c)
    del s


def implicit(r, s):
    """TLS from the first octet."""
    with raw(s.smtps, timeout=WAIT_S) as c:
        over_tls(r, s, c)


def starttls(r, s):
    """Octets in clear before; sometimes they are changed, sometimes the hello
    is in their segment."""
    with raw(s.smtp, timeout=WAIT_S) as c:
        opening = b"EHLO client.example\r\nSTARTTLS\r\n"
        if r.random() < 0.1:
            send(r, c, change(r, opening + r.randbytes(300)))
            leave(r, c)
            return
        c.sendall(opening)
        got = b""
        while got.count(b"\r\n220 ") < 1:
            more = c.recv(65536)
            check(more, "closed before 220 to STARTTLS:", got)
            got += more
        over_tls(r, s, c)


# ---- many of them ----

def many(s, conversation, count):
    """Conversations with seeds that follow each other, some at a time, and a
    client as it should be now and then."""
    count = COUNT or count
    seeds = iter(range(SEED, SEED + count))
    lock, errors = threading.Lock(), []

    def work():
        while not errors:
            with lock:
                seed = next(seeds, None)
            if seed is None:
                return
            r = random.Random(f"{conversation.__name__} {seed}")
            try:
                conversation(r, s)
                check(s.running(), "the program has ended:",
                      s.stderr()[-3000:])
            except BaseException as why:  # pylint: disable=broad-except
                errors.append(f"seed {seed}: {type(why).__name__}: {why}")
            if seed % 100 == 0 and s.running():
                try:
                    deliver(s, tls=seed % 200 == 0)
                except BaseException as why:  # pylint: disable=broad-except
                    errors.append(f"deliver at {seed}: {why}")
    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    _sessions.clear()
    if errors:
        raise AssertionError("; ".join(errors) + " " + s.stderr()[-3000:])


@case
def mutated_clear_text():
    with serving(*QUICK, sinks=("log", "maildir"), lmtp=True,
                 timeout=30) as s:
        many(s, plain, 500)
        after(s, timeout=30)


@case
def mutated_tls_from_the_first_octet():
    with serving(*QUICK, timeout=30) as s:
        many(s, implicit, 400)
        after(s, timeout=30)


@case
def mutated_starttls():
    with serving(*QUICK, timeout=30) as s:
        many(s, starttls, 300)
        after(s, timeout=30)


SEED, COUNT = argument("seed", SEED), argument("count", COUNT)
os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=1")
lwsmtpd.main()
