#!/usr/bin/python3
"""test_cases_session.py - rows 1 to 64 as far as they are about time, floods,
segments or what is no SMTP at all; the transcripts play the others

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import itertools
import random
import resource
import socket
import time

import lwsmtpd
from cases import (TAP_SERVER, body, deliver, on_tap, raw, read_all, serving,
                   stored)
from lwsmtpd import Client, case, check, equal, until

ENVELOPE = (b"EHLO x\r\nMAIL FROM:<a@example.org>\r\n"
            b"RCPT TO:<b@example.org>\r\n")


def rss(s):
    """Octets of memory that the program holds."""
    with open(f"/proc/{s.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def codes(octets):
    """The codes of the last lines of the replies."""
    return [line[:3].decode() for line in octets.split(b"\r\n")
            if line[3:4] == b" "]


# ---- a: commands ----

@case
def case_003_no_line_end():
    """500 once, then 421 and the end; no memory."""
    with serving() as s:
        before = rss(s)
        c = raw(s.smtp)
        start = time.monotonic()
        try:
            for _ in range(200):
                c.sendall(b"x" * 1000)
                time.sleep(0.001)
        except OSError:
            pass
        equal(codes(read_all(c)), ["220", "500", "421"])
        check(time.monotonic() - start < 10)
        check(rss(s) - before < 1 << 20, "memory grew", rss(s) - before)


@case
def case_004_100k_line():
    with serving() as s, Client(s.smtp) as c:
        c.send(b"x" * 100000 + b"\r\n")
        check(c.reply().startswith("500"))
        c.expect("NOOP", 250)
        c.hello()
        c.send_mail()


@case
def case_011_http():
    """No browser gets anything done here, whatever its request has in it."""
    with serving() as s:
        smuggled = (b"EHLO x\r\nMAIL FROM:<http@example.org>\r\n"
                    b"RCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
        for first in (b"GET / HTTP/1.1", b"POST / HTTP/1.1",
                      b"CONNECT a:25 HTTP/1.0", b"HEAD / HTTP/1.1",
                      b"PUT /x HTTP/1.1", b"OPTIONS * HTTP/1.1"):
            c = raw(s.smtp)
            c.sendall(first + b"\r\nHost: localhost\r\nContent-Length: "
                      b"%d\r\n\r\n" % len(smuggled) + smuggled)
            got = read_all(c, 5)
            equal(codes(got), ["220", "421"])
        equal([m for m in s.messages() if b"http@" in m], [])


@case
def case_012_ssh_and_garbage():
    """Refused or closed; the log stays readable."""
    rng = random.Random(12)
    with serving() as s:
        for garbage in (b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 3000 + b"\r\n",
                        b"\x1b[2J\x1b]0;title\x07\r\n", b"\xff\xf4\xff\xfd\r\n",
                        b"\x80\x2e\x01\x00\x02\x00\x15", b"\n" * 100,
                        b"\r" * 500, *(rng.randbytes(rng.randrange(1, 60000))
                                       for _ in range(20))):
            c = raw(s.smtp)
            try:
                c.sendall(garbage)
                c.shutdown(1)
            except OSError:
                pass
            got = read_all(c, 5)
            check(all(x in ("220", "421", "500", "501", "502", "503")
                      for x in codes(got)), garbage[:30], got)
            check(all(32 <= x < 127 or x in b"\r\n" for x in got), got)
        log = s.stderr()
        check(log.isascii() and all(x >= " " or x == "\n" for x in log))
        equal(len(s.messages()), 1)


@case
def case_013_clear_text_on_the_tls_port():
    """Not a word in clear text; the slot is free at once."""
    with serving("--smtpd_starttls_timeout=2s") as s:
        for text in (b"EHLO client.example\r\n", b"\r\n", b"QUIT\r\n",
                     b"GET / HTTP/1.0\r\n\r\n", b"SSH-2.0-x\r\n",
                     b"A" * 20000, b"\x16\x03"):
            c = raw(s.smtps)
            try:
                c.sendall(text)
            except OSError:
                pass
            start = time.monotonic()
            got = read_all(c, 6)
            check(got == b"" or got[0] == 21 and got[1] == 3, text, got)
            check(time.monotonic() - start < (4 if len(text) < 5 else 1.5))
        until(lambda: s.pools.connections() == 0, 3, "slots free")


@case
def case_014_015_errors_and_idle_commands():
    with serving("--smtpd_hard_error_limit=5",
                 "--smtpd_junk_command_limit=7") as s:
        with Client(s.smtp) as c:
            equal([c.cmd("FROB")[:3] for _ in range(5)],
                  ["500"] * 4 + ["421"])
            check(c.closed())
        for verbs in (["NOOP"], ["RSET"], ["EHLO x"], ["VRFY a"],
                      ["NOOP", "EHLO x", "RSET", "HELP"]):
            with Client(s.smtp) as c:
                got = [c.cmd(v)[:3]
                       for v in itertools.islice(itertools.cycle(verbs), 8)]
                check("421" not in got[:7] and got[7] == "421", verbs, got)
                check(c.closed())
        with Client(s.smtp) as c:  # who sends mail may go on
            c.hello()
            for _ in range(20):
                c.send_mail()


@case
def case_016_talks_before_the_greeting():
    """In order, nothing lost, nothing twice."""
    with serving() as s:
        c = raw(s.smtp)
        c.sendall(b"EHLO early.example\r\nNOOP\r\nQUIT\r\n")
        got = read_all(c)
        check(codes(got) in (["220", "250", "250", "221"], ["220", "554"],
                             ["554"], ["421"]), got)


# ---- b: the message ----

ENDS = (b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\n", b"\n.\r",
        b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\r\n", b"\r\r\n.\r\r\n",
        b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\n\n.\r\n", b"\r\n.\x85",
        b"\r\n .\r\n", b"\r\n. \r\n", b"\r\n\x0b.\r\n")


@case
def case_021_027_smuggling():
    """Whatever looks like an end: one message at most, one envelope."""
    second = (b"MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<b@example.org>"
              b"\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n")
    with serving(sinks=("log", "maildir")) as s:
        for end in ENDS:
            for split in (0, 1, len(end) - 1):
                with Client(s.smtp) as c:
                    c.hello()
                    c.envelope()
                    c.expect("DATA", 354)
                    text = b"Subject: x\r\n\r\ntext" + end
                    at = len(text) - split
                    c.send(text[:at])
                    if split:
                        time.sleep(0.002)
                    c.send(text[at:] + second.replace(b"x\r\n.\r\n", b""))
                    c.send(b"x\r\n.\r\n")
                    first = c.reply()
                    check(first[:3] in ("250", "550", "554"), end, first)
                    check(c.cmd("NOOP").startswith("250 2.0.0 Ok"),
                          "a second reply after", end)
                    c.quit()
        senders = {e["from"] for e in s.log()}
        check("smuggled@example.org" not in senders, senders)


@case
def case_031_end_of_data_in_pieces():
    """Split before every octet, and octet by octet: exactly one end."""
    with serving() as s, Client(s.smtp) as c:
        c.hello()
        end = b"x\r\n.\r\n"
        for at in range(len(end) + 1):
            text = body()
            c.envelope()
            c.expect("DATA", 354)
            c.send(text + end[:at])
            time.sleep(0.01)
            c.send(end[at:])
            check(c.reply().startswith("250"), at)
            c.expect("NOOP", 250)
            equal(stored(s, text + b"x\r\n"), 1, at)
        text = body()
        c.envelope()
        c.expect("DATA", 354)
        for octet in text.replace(b"\r\n.", b"\r\n..") + b".\r\n":
            c.send(bytes([octet]))
        check(c.reply().startswith("250"))
        equal(stored(s, text), 1)


@case
def case_036_beyond_the_limit():
    """Twice the limit is read to its end, for its 552; then comes 421."""
    with serving("--message_size_limit=64K") as s:
        with Client(s.smtp) as c:
            c.hello()
            c.envelope()
            check(c.data(body(100000)).startswith("552 5.3.4"))
            c.send_mail()
        c = raw(s.smtp)
        c.sendall(ENVELOPE + b"DATA\r\n")
        try:
            for _ in range(300):
                c.sendall(b"x" * 998 + b"\r\n")
        except OSError:
            pass
        equal(codes(read_all(c, 5))[-1], "421")
        equal((len(s.messages()), s.leftovers()), (2, []))


@case
def case_051_addresses_in_the_log():
    """Neither a line of its own in the log nor one in Received:."""
    with serving() as s:
        for name in (b"x\nBcc: evil", b"x\rBcc: evil", b"x\x00y",
                     b"a\x1b[31m", b"<script>alert(1)</script>", b"(x"):
            with Client(s.smtp) as c:
                check(c.cmd(b"EHLO " + name)[:1] == "5", name)
        c = Client(s.smtp)
        c.hello()
        c.expect(b'MAIL FROM:<"a\\\x7fb"@example.org>', 50)
        for bad in (b"a\tb@example.org", b"a b@example.org",
                    b"a@example.org>\tX: y", b'"a"b@example.org'):
            reply = c.cmd(b"MAIL FROM:<" + bad + b">")
            check(reply[:1] == "5", bad, reply)
        c.send_mail('"quoted <x> \\" {}"@example.org', ["b@example.org"])
        c.close()
        entry = s.wait_log(2)[-1]
        equal(entry["from"], '"quoted <x> \\" {}"@example.org')
        head = s.messages()[-1].split(b"\r\nSubject:")[0]
        check(b"evil" not in head, head)


# ---- c: pipelining, chunking ----

@case
def case_054_all_in_one_segment():
    with serving() as s:
        c = raw(s.smtp)
        text = body()
        c.sendall(ENVELOPE + b"RCPT TO:<c@example.org>\r\nDATA\r\n" + text +
                  b".\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nBDAT 3 LAST"
                  b"\r\nabcNOOP\r\nQUIT\r\nNOOP\r\n")
        got = codes(read_all(c))
        equal(got, "220 250 250 250 250 354 250 250 250 250 250 221".split())
        equal((stored(s, text), s.messages()[-1][-5:]), (1, b"\r\nabc"))


@case
def case_056_quit_and_more():
    with serving() as s:
        c = raw(s.smtp)
        c.sendall(b"QUIT\r\n" + ENVELOPE + b"DATA\r\nx\r\n.\r\n" +
                  b"y" * 200000)
        equal(codes(read_all(c)), ["220", "221"])
        equal(len(s.messages()), 1)


@case
def case_057_replies_unread():
    """5 MB of commands by a client that reads nothing: it is not read from
    any more, and reset at the deadline; others do not notice."""
    with on_tap("--smtpd_session_message_limit=0", "--quiet",
                "--smtpd_write_timeout=3s", sinks=("null",)) as s:
        before = rss(s)
        c = socket.socket()
        c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        c.connect((TAP_SERVER, s.smtp))
        c.settimeout(1.0)
        one = ENVELOPE[8:] + b"DATA\r\nx\r\n.\r\n"
        flood = memoryview(one * (5000000 // len(one)))
        c.sendall(b"EHLO x\r\n")
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < len(flood):
                sent += c.send(flood[sent:sent + 65536])
        print(f"# stopped taking after {sent} octets")
        check(sent < 300000, "too much was taken:", sent)
        check(deliver(s, host=TAP_SERVER) < 1, "somebody else waits")
        check(rss(s) - before < 4 << 20, "memory grew", rss(s) - before)
        until(lambda: s.pools.connections() == 0, 8, "reset")
        c.close()


@case
def case_064_chunk_too_short():
    with serving("--smtpd_data_timeout=2s", "--smtpd_timeout=2s") as s:
        for text in (b"BDAT 100\r\nshort", b"BDAT 5\r\n12345",
                     b"BDAT 5 LAST\r\n1234"):
            c = raw(s.smtp)
            c.sendall(ENVELOPE + text)
            start = time.monotonic()
            equal(codes(read_all(c, 6))[-1], "421", text)
            check(1.5 < time.monotonic() - start < 4)
        equal((len(s.messages()), s.leftovers()), (1, []))


@case
def case_064_message_without_end():
    """The same with DATA: at rest, and below the least rate."""
    with serving("--smtpd_data_timeout=2s") as s:
        c = raw(s.smtp)
        c.sendall(ENVELOPE + b"DATA\r\nhalf a mess")
        equal(codes(read_all(c, 6))[-1], "421")
        c = raw(s.smtp)
        c.sendall(ENVELOPE + b"DATA\r\n")
        start = time.monotonic()
        c.settimeout(0.1)
        got = b""
        while b"421 " not in got:
            check(time.monotonic() - start < 4.5, "ten octets a second", got)
            c.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                got += c.recv(1000)
        c.close()
        equal((len(s.messages()), s.leftovers()), (1, []))


if __name__ == "__main__":
    lwsmtpd.main()
