#!/usr/bin/python3
"""test_cases_tls.py - rows 72 to 76: hellos, records and messages of TLS that
no honest client sends

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import os
import random
import ssl
import struct
import time
import warnings

import lwsmtpd
import tlsraw
from cases import body, deliver, raw, serving, stored
from lwsmtpd import Client, case, check, equal, until
from tlsraw import (ALERT, CCS, DATA, DECODE, FAILURE, HANDSHAKE, HEARTBEAT,
                    ILLEGAL, OVERFLOW, UNEXPECTED, VERSION, Tls, alerts,
                    algorithms, any_context, client_hello, extension, gone,
                    groups, key_shares, message, record, records,
                    usual_extensions, vector, versions, without)
from variant import variant

QUICK = "--smtpd_starttls_timeout=2s"


def answer(s, octets, pause=0.0, wait=5):
    """What the TLS port answers before it closes, which it must."""
    with raw(s.smtps) as c:
        for part in octets if isinstance(octets, list) else [octets]:
            with contextlib.suppress(OSError):
                c.sendall(part)
            if pause:
                time.sleep(pause)
        got = gone(c, wait)
        check(got is not None, "still open")
    check(not got or got[0] in (CCS, ALERT, HANDSHAKE, DATA), got[:80])
    return got


def refused(s, octets, *wanted, what="", **how):
    """One alert, one of the wanted ones, and the end; a client as it should
    be is served after that."""
    got = alerts(answer(s, octets, **how))
    check(got and got[0] in wanted, what, "alerts", got, "not", wanted)
    deliver(s, tls=True)


def said_hello(got):
    """Did a ServerHello come?"""
    return any(k == HANDSHAKE and r[:1] == b"\2" for k, _, r in records(got))


# ---- 72: versions and algorithms ----

@case
def case_072_old_versions():
    ssl2 = (b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x07\x00\xc0\x05\x00"
            b"\x80\x03\x00\x80\x01\x00\x80\x08\x00\x80\x06\x00\x40" +
            os.urandom(16))
    with serving(QUICK) as s:
        got = answer(s, ssl2)
        check(not said_hello(got), got)
        deliver(s, tls=True)
        for version in (0x0200, 0x0300, 0x0301, 0x0302):
            for kind in (0x0300, 0x0301, 0x0303):
                hello = client_hello(
                    without(43, without(51, usual_extensions())),
                    version=version, suites=(0xc013, 0xc014, 0x2f, 0x35,
                                             0xc02b, 0xc02f))
                got = answer(s, record(HANDSHAKE, hello, kind))
                check(not said_hello(got), hex(version))
                check(alerts(got)[:1] in ([VERSION], [FAILURE], [ILLEGAL],
                                          [DECODE]),
                      hex(version), hex(kind), got)
        # 1.3 alone, offered as a version that is none of ours
        for offered in ([0x0302, 0x0301], [0x7f1c], [0x0305]):
            extensions = without(43, usual_extensions()) + [versions(offered)]
            refused(s, record(HANDSHAKE, client_hello(extensions)), VERSION,
                    FAILURE, ILLEGAL, DECODE, what=offered)


@case
def case_072_old_clients():
    """OpenSSL, told to speak what it can of the past."""
    with serving(QUICK) as s:
        for version in ("TLSv1", "TLSv1_1"):
            context = any_context()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = getattr(ssl.TLSVersion, version)
            context.set_ciphers("ALL:@SECLEVEL=0")
            with Client(s.smtp) as c:
                c.hello()
                c.expect("STARTTLS", 220)
                try:
                    c.start_tls(context)
                    raise AssertionError("spoke " + str(c.sock.version()))
                except (ssl.SSLError, OSError):
                    pass
            deliver(s, tls=True)


@case
def case_072_nothing_in_common():
    usual = usual_extensions()
    no_groups = without(10, without(51, usual))
    cases = {
        "suites": client_hello(suites=(0x1302 + 0x100, 0x002f, 0x0005)),
        "suites of 1.2": client_hello(
            without(43, without(51, usual)), suites=(0x009c, 0x002f, 0x0039)),
        "anonymous": client_hello(without(43, without(51, usual)),
                                  suites=(0xc018, 0xc017, 0x0034)),
        "only SCSV": client_hello(suites=(0x00ff, 0x5600)),
        "no suites": client_hello(suites=()),
        "groups": client_hello(no_groups + [
            groups([30, 256]), key_shares((30, os.urandom(56)))]),
        "signatures": client_hello(without(13, usual) + [
            algorithms([0x0201, 0x0203])]),
        "no signatures": client_hello(without(43, without(51, without(
            13, usual))), suites=(0xc02f,)),
        "empty signatures": client_hello(without(13, usual) + [
            extension(13, b"\0\0")]),
    }
    with serving(QUICK) as s:
        for what, hello in cases.items():
            got = answer(s, record(HANDSHAKE, hello))
            check(not said_hello(got), what)
            check(alerts(got)[:1] and alerts(got)[0] in (
                FAILURE, ILLEGAL, DECODE, 109, 71), what, got)
            deliver(s, tls=True)


# ---- 73: records ----

@case
def case_073_bad_records():
    hello = client_hello()
    with serving(QUICK) as s:
        for what, octets, wanted in (
                ("oversize", record(HANDSHAKE, hello, length=16385 + 256),
                 (OVERFLOW, UNEXPECTED, DECODE)),
                ("65535 octets", record(HANDSHAKE, b"x" * 65535),
                 (OVERFLOW, UNEXPECTED, DECODE)),
                ("type 99", record(99, hello), (UNEXPECTED,)),
                ("type 0", record(0, hello), (UNEXPECTED,)),
                ("data first", record(DATA, b"EHLO x\r\n"), (UNEXPECTED,)),
                ("heartbeat first", record(HEARTBEAT, b"\1\x40\0" + b"x" * 16),
                 (UNEXPECTED, DECODE)),
                ("server's hello", record(HANDSHAKE, message(
                    2, hello[4:80])), (UNEXPECTED, DECODE, ILLEGAL)),
                ("a long message", record(
                    HANDSHAKE, b"\1\xff\xff\xff" + b"x" * 16000),
                 (DECODE, UNEXPECTED, ILLEGAL, OVERFLOW, 80)),
                ("empty hello", record(HANDSHAKE, message(1, b"")),
                 (DECODE, ILLEGAL, UNEXPECTED)),
        ):
            got = answer(s, octets)
            check(not said_hello(got), what)
            check(alerts(got)[:1] and alerts(got)[0] in wanted, what,
                  alerts(got), got[:40])
            deliver(s, tls=True)
        # no alert can be asked for here, but an end
        for octets in (record(HANDSHAKE, b"") * 3000,
                       record(ALERT, b"\2\x28"), record(ALERT, b"\1\0"),
                       record(ALERT, b"\1\x70") * 3000,
                       record(ALERT, b"x" * 50), record(CCS, b"\1") * 5000,
                       record(CCS, b"\2"), record(CCS, b"")):
            answer(s, octets)
            deliver(s, tls=True)
        until(lambda: s.pools.connections() == 0, 4, "slots free")


@case
def case_073_fragments_of_one_octet():
    """A hello in records of an octet: answered, or refused at once."""
    with serving(QUICK) as s:
        for size in (1, 2, 7, 100):
            hello = client_hello()
            pieces = b"".join(record(HANDSHAKE, hello[i:i + size])
                              for i in range(0, len(hello), size))
            got = answer(s, pieces)
            check(said_hello(got) or alerts(got), size, got[:40])
            deliver(s, tls=True)


@case
def case_073_record_buffers_held():
    """Every shared record buffer is held by somebody who sends no more: they
    lose it, and large records of others go through."""
    program = variant("port/wolfssl", "SMTPD_TLS_RECORD_BUFFERS=2",
                      "SMTPD_TLS_RECORD_MS=2000", "SMTPD_TLS_SLOTS=64")
    with serving(QUICK, program=program) as s:
        for _ in range(2):
            holders = []
            for _ in range(4):
                t = Tls(raw(s.smtps))
                t.handshake()
                t.reply()
                t.sock.sendall(t.sealed(b"x" * 16000)[:3000])
                holders.append(t)
            start = time.monotonic()
            text = body(100000)
            with Client(s.smtps, tls=True) as c:
                c.hello()
                c.send_mail(body=text)
            spent = time.monotonic() - start
            equal(stored(s, text), 1)
            print(f"# waited {spent:.1f} s for a record buffer")
            check(spent < 12)
            for t in holders:
                t.sock.close()
            until(lambda: s.pools.connections() == 0, 6, "slots free")


# ---- 74: extensions ----

@case
def case_074_extensions():
    usual = usual_extensions()
    share = key_shares((29, os.urandom(32)))
    cases = {
        "key_share twice": usual + [share],
        "supported_versions twice": usual + [versions([0x0304])],
        "groups twice": usual + [groups([29])],
        "algorithms twice": usual + [algorithms([0x0403])],
        "one group's key twice": without(51, usual) + [key_shares(
            (29, os.urandom(32)), (29, os.urandom(32)))],
        "short key": without(51, usual) + [key_shares((29, b"x" * 31))],
        "a key of no octets": without(51, usual) + [key_shares((29, b""))],
        "point not on the curve": without(10, without(51, usual)) + [
            groups([23]), key_shares((23, b"\4" + b"\x55" * 64))],
        "point at infinity": without(10, without(51, usual)) + [
            groups([23]), key_shares((23, b"\4" + bytes(64)))],
        "short point": without(10, without(51, usual)) + [
            groups([23]), key_shares((23, b"\4" + b"\x55" * 63))],
        "key of zeros": without(51, usual) + [key_shares((29, bytes(32)))],
        "lying length": usual[:-1] + [struct.pack("!HH", 0xff01, 900) + b"\0"],
        "inner length": without(10, usual) + [extension(10, b"\xff\xff\0\x1d")],
        "odd length": without(10, usual) + [extension(10, b"\0\3\0\x1d\0")],
        "psk not last": [extension(41, vector(vector(b"t" * 32, 2) + b"\0" * 4,
                                              2) + vector(
            vector(b"b" * 32, 1), 2)), extension(45, b"\1\1")] + usual,
        "psk without binder": usual + [extension(45, b"\1\1"), extension(
            41, vector(vector(b"t" * 32, 2) + b"\0" * 4, 2) + b"\0\0")],
        "64 KB name": usual + [extension(0, vector(b"\0" + vector(
            b"n" * 15000, 2), 2))],
    }
    with serving(QUICK) as s:
        for what, extensions in cases.items():
            got = answer(s, record(HANDSHAKE, client_hello(extensions)))
            check(not said_hello(got) or what in LENIENT, what)
            check(alerts(got) or said_hello(got), what, got)
            deliver(s, tls=True)


# What a server may overlook: RFC 8446 4.2.8 leaves it the choice for keys,
# wolfSSL takes the last of two extensions.
LENIENT = {"64 KB name", "one group's key twice", "psk not last",
           "psk without binder",
           "groups twice", "algorithms twice", "supported_versions twice"}


def in_records(hello):
    """A hello that needs more than one record."""
    return b"".join(record(HANDSHAKE, hello[i:i + 16000])
                    for i in range(0, len(hello), 16000))


@case
def case_074_long_lists():
    """As long as a hello can be: no memory beyond the slot's, and an end."""
    usual = usual_extensions()
    many = [extension(0x6000 + i, b"x") for i in range(12000)]
    with serving(QUICK) as s:
        for what, hello in {
                "12,000 extensions": client_hello(usual + many),
                "64 KB in one": client_hello(
                    usual + [extension(0x7777, b"y" * 65000)]),
                "32,000 algorithms": client_hello(without(13, usual) + [
                    algorithms([0x0403] * 32000)]),
                "32,000 groups": client_hello(
                    without(10, usual) + [groups([0x9999] * 32000 + [29])]),
                "32,000 suites": client_hello(
                    suites=(0x9999,) * 32000 + tlsraw.TLS13),
                "1,000 keys": client_hello(without(51, usual) + [key_shares(
                    *((29, os.urandom(32)) for _ in range(1000)))]),
                "100 keys": client_hello(without(51, usual) + [key_shares(
                    *((0x9000 + i, os.urandom(500)) for i in range(100)))]),
        }.items():
            got = answer(s, in_records(hello))
            check(alerts(got) or said_hello(got), what, got[:40])
            deliver(s, tls=True)


# ---- 75: order ----

@case
def case_075_out_of_order():
    hello = record(HANDSHAKE, client_hello())
    finished = record(HANDSHAKE, message(20, b"f" * 32), 0x0303)
    old = without(43, without(51, usual_extensions()))
    hello12 = record(HANDSHAKE, client_hello(old, suites=tlsraw.TLS12))
    point = b"\x20" + os.urandom(32)
    exchange = record(HANDSHAKE, message(16, point), 0x0303)
    verify = record(HANDSHAKE, message(15, b"\4\3\0\x40" + b"s" * 64), 0x0303)
    change = record(CCS, b"\1", 0x0303)
    with serving(QUICK) as s:
        for what, octets in {
                "Finished first": finished,
                "Finished in clear text": hello + finished,
                "a second hello": hello + hello,
                "data behind the hello": hello + record(DATA, b"x" * 60),
                "changes": hello + change * 100,
                "key exchange first": exchange,
                "1.2: CertificateVerify before the key exchange":
                    hello12 + verify + exchange,
                "1.2: no key exchange": hello12 + change + finished,
                "1.2: Finished without change": hello12 + exchange + finished,
                "1.2: change first": change + hello12,
                "1.2: two changes": hello12 + exchange + change * 2,
                "1.2: certificate nobody asked for": hello12 + record(
                    HANDSHAKE, message(11, b"\0\0\0"), 0x0303),
                "1.2: two key exchanges": hello12 + exchange + exchange,
        }.items():
            got = answer(s, octets)
            check(not any(k == DATA and not said_hello(got)
                          for k, _, _ in records(got)), what)
            deliver(s, tls=True)
        until(lambda: s.pools.connections() == 0, 4, "slots free")
        equal(len([e for e in s.log() if e["tls_version"]]),
              len(s.log()) - 1)


@case
def case_075_mutated_hellos():
    """Octets of a good hello changed at random; seeded."""
    rng = random.Random(75)
    with serving(QUICK, "--quiet") as s:
        for i in range(150):
            hello = bytearray(client_hello())
            for _ in range(rng.choice((1, 1, 2, 5))):
                hello[rng.randrange(4, len(hello))] = rng.randrange(256)
            if i % 3 == 0:
                del hello[rng.randrange(38, len(hello)):]
                hello[1:4] = (len(hello) - 4).to_bytes(3, "big")
            with raw(s.smtps) as c:
                c.sendall(record(HANDSHAKE, bytes(hello)))
                c.settimeout(0.5)
                with contextlib.suppress(OSError):
                    c.recv(5)
            if i % 30 == 0:
                deliver(s, tls=True)


# ---- 76: compression ----

@case
def case_076_compression():
    """Offered beside none: not chosen; alone, or to TLS 1.3: refused."""
    old = without(43, without(51, usual_extensions()))
    with serving(QUICK) as s:
        got = answer(s, record(HANDSHAKE, client_hello(
            old, suites=tlsraw.TLS12, compression=b"\1\0")))
        check(said_hello(got), "a hello with compression offered", got[:40])
        hello = [r for k, _, r in records(got) if k == HANDSHAKE][0]
        at = 4 + 2 + 32
        at += 1 + hello[at] + 2
        equal(hello[at], 0, "compression method")
        for compression in (b"\1", b""):
            refused(s, record(HANDSHAKE, client_hello(
                old, suites=tlsraw.TLS12, compression=compression)),
                    ILLEGAL, DECODE, FAILURE, what=compression)
        got = answer(s, record(HANDSHAKE, client_hello(compression=b"\1")))
        check(not said_hello(got) and alerts(got), got)


if __name__ == "__main__":
    lwsmtpd.main()
