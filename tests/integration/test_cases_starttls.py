#!/usr/bin/python3
"""test_cases_starttls.py - rows 65 to 71 and 79: from clear text to TLS, and
what is left when TLS breaks off

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import socket
import ssl
import time

import lwsmtpd
from cases import body, deliver, raw, reset, serving, stored
from lwsmtpd import Client, case, check, equal, until
from pools import SESSIONS
from tlsraw import Tls, any_context, gone, records
from variant import variant

EVIL = (b"EHLO evil.example\r\nMAIL FROM:<evil@example.org>\r\n"
        b"RCPT TO:<b@example.org>\r\nDATA\r\nSubject: evil\r\n\r\n.\r\n")
QUICK = "--smtpd_starttls_timeout=2s"


def clear_reply(sock):
    """A reply in clear text, octet by octet, so that nothing more is read."""
    octets = b""
    while not octets.endswith(b"\r\n") or \
            octets.split(b"\r\n")[-2][3:4] == b"-":
        one = sock.recv(1)
        if not one:
            break
        octets += one
    return octets


def helloed(port):
    """A socket, EHLO said in clear text."""
    c = raw(port)
    clear_reply(c)
    c.sendall(b"EHLO x\r\n")
    clear_reply(c)
    return c


def nothing_was_executed(c):
    """The handshake, and proof that nothing said in clear text had an effect;
    or it fails, which is as good. Returns whether it succeeded."""
    t = Tls(c)
    c.settimeout(5)
    try:
        t.handshake()
        reply = t.cmd("MAIL FROM:<good@example.org>")
        check(reply.startswith("503"), "after the handshake:", reply)
        check(t.cmd("DATA").startswith("503"))
        check("evil" not in t.cmd("EHLO good.example"))
        check(t.cmd("NOOP").startswith("250 2.0.0 Ok"))
        check(t.cmd("RCPT TO:<b@example.org>").startswith("503"))
    except (EOFError, OSError, ssl.SSLError):
        return False
    finally:
        check(b"250" not in t.received[:3], t.received[:80])
        c.close()
    return True


# ---- 65, 66: octets behind STARTTLS ----

@case
def case_065_injection():
    with serving(QUICK) as s:
        hello = b"EHLO x\r\n"
        ways = {
            "one segment": [hello, b"STARTTLS\r\n" + EVIL],
            "with EHLO": [hello + b"STARTTLS\r\n" + EVIL],
            "one octet behind": [hello, b"STARTTLS\r\nN"],
            "a line end behind": [hello, b"STARTTLS\r\n\r\n"],
            "split in CRLF": [hello, b"STARTTLS\r", b"\n" + EVIL],
            "split in a verb": [hello, b"STARTTLS\r\nEH", EVIL[2:]],
            "two segments": [hello, b"STARTTLS\r\n", EVIL],
            "twice": [hello, b"STARTTLS\r\nSTARTTLS\r\n"],
            "much": [hello, b"STARTTLS\r\n" + b"NOOP\r\n" * 3000],
            "a chunk": [hello, b"STARTTLS\r\nBDAT 5 LAST\r\nevil!"],
            "AUTH": [hello, b"STARTTLS\r\nAUTH PLAIN AHRlc3RlcgB4\r\n"],
            "octet by octet": [hello] + [
                bytes([x]) for x in b"STARTTLS\r\n" + EVIL[:40]],
        }
        done = []
        for name, parts in ways.items():
            c = raw(s.smtp)
            clear_reply(c)
            for part in parts:
                with contextlib.suppress(OSError):
                    c.sendall(part)
                time.sleep(0.004)
            clear_reply(c)
            check(clear_reply(c).startswith(b"220"), name)
            if nothing_was_executed(c):
                done.append(name)
            deliver(s, tls=True)
        print("# handshake went on after:", ", ".join(done) or "none")
        check("one segment" in done or not done, done)
        check("evil" not in s.stderr())
        equal([e for e in s.log() if e["from"] == "evil@example.org"], [])


@case
def case_065_injection_after_220():
    """Clear text where a ClientHello should be: the connection ends, with no
    answer in clear text."""
    with serving(QUICK) as s:
        for text in (EVIL, b"NOOP\r\n", b"\r\n", b"STARTTLS\r\n"):
            c = helloed(s.smtp)
            c.sendall(b"STARTTLS\r\n")
            check(clear_reply(c).startswith(b"220"))
            c.sendall(text)
            got = gone(c, 5)
            check(got is not None, "still open")
            check(got == b"" or got[0] == 21, text, got)
            c.close()
        equal(len(s.log()), 1)


@case
def case_066_client_hello_in_the_same_segment():
    """It is dropped like all that came before the 220: the handshake then
    waits for its deadline. Nothing in clear text is said."""
    with serving(QUICK) as s:
        for before in (b"", EVIL):
            c = helloed(s.smtp)
            t = Tls(c)
            c.sendall(b"STARTTLS\r\n" + before + t.first_flight())
            check(clear_reply(c).startswith(b"220"))
            got = gone(c, 5)
            check(got is not None, "still open")
            check(all(x[0] in (20, 21, 22, 23) for x in records(got)), got)
            c.close()
            # only the first five octets came too early
            c = helloed(s.smtp)
            t = Tls(c)
            first = t.first_flight()
            c.sendall(b"STARTTLS\r\n" + before + first[:5])
            check(clear_reply(c).startswith(b"220"))
            c.sendall(first[5:])
            got = gone(c, 5)
            check(got is not None and (got == b"" or got[0] == 21), got)
            c.close()
            deliver(s, tls=True)
        equal([e for e in s.log() if e["from"] == "evil@example.org"], [])


# ---- 67, 68: what is forgotten, what is refused ----

@case
def case_067_all_is_forgotten():
    with serving() as s:
        with Client(s.smtp) as c:
            check("STARTTLS" in c.hello())
            c.cmd("EHLO before.example")
            c.expect("STARTTLS", 220)
            c.start_tls()
            for line in ("MAIL FROM:<a@example.org>", "DATA", "BDAT 1 LAST"):
                if line.startswith("BDAT"):
                    c.send(line + "\r\nx")
                    check(c.reply().startswith("503"))
                else:
                    c.expect(line, 503)
            reply = c.expect("EHLO after.example", 250)
            check("SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN" in reply and
                  "STARTTLS" not in reply, reply)
            c.send_mail()
        text = s.messages()[-1]
        check(b"after.example" in text and b"before.example" not in text)
        equal(s.log()[-1]["helo"], "after.example")


@case
def case_067_authentication_is_forgotten():
    with serving("--smtpd_tls_auth_only=no") as s:
        with Client(s.submission) as c:
            c.hello()
            check(c.auth_plain().startswith("235"))
            c.starttls()
            c.expect("MAIL FROM:<a@example.org>", 530)
            check(c.auth_plain().startswith("235"))
            c.send_mail()


@case
def case_068_starttls_out_of_place():
    with serving(QUICK) as s:
        with Client(s.smtp) as c:
            c.hello()
            c.expect("STARTTLS now", 501)
            c.expect("MAIL FROM:<a@example.org>", 250)
            c.expect("STARTTLS", 503)
            c.expect("RCPT TO:<b@example.org>", 250)
            c.expect("STARTTLS", 503)
            c.send("BDAT 2\r\nab")
            check(c.reply().startswith("250"))
            c.expect("STARTTLS", 503)
            c.expect("RSET", 250)
            c.starttls()
            c.expect("STARTTLS", 503)
            c.expect("STARTTLS x", 50)
            check("STARTTLS" not in c.hello())
            c.send_mail()
        with Client(s.smtps, tls=True) as c:
            check("STARTTLS" not in c.hello())
            c.expect("STARTTLS", 503)
            c.send_mail()
        with Client(s.smtp) as c:  # before any EHLO
            check(c.cmd("STARTTLS")[:3] in ("220", "503"))
    with serving("--smtpd_use_tls=no") as s, Client(s.smtp) as c:
        check("STARTTLS" not in c.hello())
        check(c.cmd("STARTTLS")[:3] in ("500", "502"))
        c.send_mail()


# ---- 69: no room for TLS ----

@case
def case_069_all_tls_slots_taken():
    """Two slots: 454 4.7.0 for the third, in clear text it goes on; a slot
    that is given back is there for the next one."""
    program = variant("port/wolfssl", "SMTPD_TLS_SLOTS=2")
    with serving(QUICK, program=program) as s:
        for way in ("QUIT", "RST", "stalled handshake"):
            one, two = Client(s.smtps, tls=True), Client(s.smtp)
            two.hello()
            two.starttls()
            if way == "stalled handshake":
                two.close()
                until(lambda: s.pools.connections() == 1, 3, "slot")
                two = raw(s.smtps)
            with Client(s.smtp) as late:
                late.hello()
                until(lambda: late.cmd("STARTTLS")[:9] == "454 4.7.0", 1,
                      "454")
                late.send_mail()
                with raw(s.smtps) as c:  # no way to say it here
                    equal(gone(c, 5), b"", "no slot")
                if way == "QUIT":
                    two.quit()
                elif way == "RST":
                    reset(two.sock)
                for _ in range(12):
                    reply = late.cmd("STARTTLS")
                    if reply[:3] == "220":
                        break
                    time.sleep(0.4)
                check(reply[:3] == "220", "no slot after", way, reply)
                late.start_tls()
                late.hello()
                late.send_mail()
                one.expect("NOOP", 250)
            one.close()
            two.close()
            until(lambda: s.pools.connections() == 0, 6, "all gone")


@case
def case_069_every_slot_works():
    """As many TLS sessions as there are sessions, and once more."""
    with serving("--smtpd_stress_timeout=300s") as s:
        for _ in range(2):
            clients = [Client(s.smtps, tls=True) for _ in range(SESSIONS)]
            with raw(s.smtp) as c:
                check(gone(c, 5).startswith(b"421 4.3.2"))
            for c in clients:
                c.expect("NOOP", 250)
                c.close()
            until(lambda: s.pools.connections() == 0, 8, "all gone")


# ---- 70: nothing in clear text behind the 220 ----

@case
def case_070_nothing_behind_220():
    with serving(QUICK) as s:
        for text in (b"STARTTLS\r\n", b"STARTTLS\r\n" + EVIL,
                     b"STARTTLS\r\n" + b"NOOP\r\n" * 50):
            c = helloed(s.smtp)
            c.sendall(text)
            reply = clear_reply(c)
            check(reply.startswith(b"220 ") and reply.count(b"\r\n") == 1)
            c.settimeout(0.3)
            try:
                more = c.recv(1000)
            except socket.timeout:
                more = b""
            equal(more, b"", "behind the 220")
            t = Tls(c)
            c.settimeout(5)
            t.handshake()
            check(all(k in (20, 22, 23) for k, _, _ in records(t.received)))
            c.close()


# ---- 71: handshakes that stall ----

def left(sock):
    """Has the peer closed a socket that does not block?"""
    try:
        while sock.recv(100):
            pass
        return True
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


@case
def case_071_handshake_stalls():
    """After 0, 1, n octets, and by drops: gone at the deadline, all slots
    free."""
    with serving(QUICK) as s:
        stalled = []
        for port in (s.smtps, s.smtp):
            for n in (0, 1, 4, 5, 6, 20, 100, 250, -1):
                c = raw(port) if port == s.smtps else helloed(port)
                if port == s.smtp:
                    c.sendall(b"STARTTLS\r\n")
                    check(clear_reply(c).startswith(b"220"))
                c.sendall(Tls(c).first_flight()[:n])
                stalled.append((n, c))
        # the server's flight came, and no answer
        c = raw(s.smtps)
        c.sendall(Tls(c).first_flight())
        stalled.append(("whole", c))
        # a drop now and then, for longer than the deadline
        drip = raw(s.smtps)
        octets = iter(Tls(drip).first_flight())
        drip.setblocking(False)
        end = time.monotonic() + 30
        while not left(drip):
            check(time.monotonic() < end, "the one who drips is still there")
            with contextlib.suppress(OSError):
                drip.send(bytes([next(octets)]))
            time.sleep(0.1)
        check(next(octets, None) is not None, "all of it was sent")
        for n, c in stalled:
            check(gone(c, 3) is not None, n, "octets: still open")
        until(lambda: s.pools.connections() == 0, 3, "slots free")


# ---- 79: the end without close_notify ----

@case
def case_079_tls_breaks_off():
    """In a message: dropped. Behind its dot: kept."""
    def fin(c):
        socket.socket.shutdown(c.sock, socket.SHUT_WR)

    def close_notify(c):
        c.sock.settimeout(1)
        with contextlib.suppress(OSError, ssl.SSLError, ValueError):
            c.sock.unwrap()

    ways = {"FIN": fin, "RST": lambda c: reset(c.sock),
            "close_notify": close_notify}
    with serving(QUICK) as s:
        for name, way in ways.items():
            for text in (b"half a mess", b"a whole line\r\n",
                         b"an end, almost\r\n.", b"almost\r\n.\r"):
                c = Client(s.smtps, tls=True)
                c.hello()
                c.envelope()
                c.expect("DATA", 354)
                c.send(text)
                way(c)
                c.sock.close()
                until(lambda: s.pools.connections() == 0, 4, name)
                equal((len(s.messages()), s.leftovers()), (1, []), name)
        # cut in the middle of a record
        c = raw(s.smtps)
        t = Tls(c)
        t.handshake()
        t.reply()
        for line in ("EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<a@b.c>", "DATA"):
            t.cmd(line)
        c.sendall(t.sealed(b"text\r\n") + t.sealed(b"more\r\n.\r\n")[:-3])
        c.close()
        until(lambda: s.pools.connections() == 0, 4, "half a record")
        equal((len(s.messages()), s.leftovers()), (1, []))
        # the dot came: FIN behind it takes nothing back
        text = body()
        c = Client(s.smtps, tls=True)
        c.hello()
        c.envelope()
        c.expect("DATA", 354)
        c.send(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        fin(c)
        check(c.reply().startswith("250"), "no 250 after FIN")
        equal(stored(s, text), 1)


@case
def case_079_old_tls():
    """TLS 1.2 as well."""
    context = any_context(maximum_version=ssl.TLSVersion.TLSv1_2)
    with serving(QUICK) as s:
        for last in (b"half a mess", b"\r\n."):
            with Client(s.smtp) as c:
                c.hello()
                c.starttls(context)
                equal(c.sock.version(), "TLSv1.2")
                c.envelope()
                c.expect("DATA", 354)
                c.send(last)
                socket.socket.shutdown(c.sock, socket.SHUT_WR)
                until(lambda: s.pools.connections() == 0, 4, "TLS 1.2")
        equal((len(s.messages()), s.leftovers()), (1, []))


if __name__ == "__main__":
    lwsmtpd.main()
