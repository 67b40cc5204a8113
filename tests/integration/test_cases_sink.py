#!/usr/bin/python3
"""test_cases_sink.py - rows 96 to 99 and 157: what is kept when a connection,
a sink or the program ends at a bad moment

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import os
import random
import shutil
import signal
import subprocess
import time

import lwsmtpd
from cases import (TAP_SERVER, body, deliver, in_parallel, on_tap, raw,
                   reset, serving, stored, stuffed)
from lwsmtpd import Client, Server, Skip, case, check, equal, until
from rawtcp import ACK, FIN, PSH, Link, Peer

ENVELOPE = ("EHLO x", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>")


def in_data(s, **more):
    """As far as 354."""
    c = Client(s.smtp, **more)
    c.hello()
    c.envelope()
    c.expect("DATA", 354)
    return c


def nothing_left(s, count=1):
    """No connection, nothing in tmp, that many messages."""
    until(lambda: s.pools.connections() == 0, 6, "slots free")
    equal((len(s.messages()), s.leftovers()), (count, []))


# ---- 96: the sink fails ----

@contextlib.contextmanager
def small_disk(size="300k"):
    """The maildir on a disk of its own."""
    folder = lwsmtpd.temp_dir("disk-")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}",
                           "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        raise Skip("cannot mount a small disk: " + done.stderr.decode())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@case
def case_096_disk_fills_while_messages_come():
    """Many at once onto a disk that holds some: each 250 is a message there,
    each 452 is none, and nothing stays in tmp; in LMTP and BDAT as well."""
    with small_disk() as folder:
        with serving(sinks=("log", f"maildir:{folder}/mail")) as s:
            s.maildir = folder + "/mail"
            texts = [body(60000) for _ in range(12)]

            def one(text):
                with Client(s.smtp) as c:
                    c.hello()
                    c.envelope()
                    if texts.index(text) % 2:
                        return c.data(text)
                    c.send(b"BDAT %d\r\n" % 50000 + text[:50000])
                    first = c.reply()
                    c.send(b"BDAT %d LAST\r\n" % (len(text) - 50000) +
                           text[50000:])
                    last = c.reply()
                    if first.startswith("250"):
                        return last
                    check(last.startswith("503"), first, last)
                    return first
            replies = in_parallel(one, texts)
            for text, reply in zip(texts, replies):
                check(reply.startswith(("250", "452 4.3.1")), reply)
                equal(stored(s, text), int(reply.startswith("250")))
            check(any(r.startswith("452") for r in replies))
            print("#", sum(r.startswith("250") for r in replies), "of 12 fit")
            equal(s.leftovers(), [])
            check("not found" not in s.stderr())
            # room again: it goes on
            for name in os.listdir(s.maildir + "/new"):
                os.unlink(f"{s.maildir}/new/{name}")
            deliver(s)
            s.maildir = "/nonexistent"  # seen; the rule is about the rest


@case
def case_096_folder_unwritable():
    """tmp is gone, new is gone: 451; both are back: 250."""
    with serving() as s, Client(s.smtp) as c:
        c.hello()
        for name in ("tmp", "new"):
            path = os.path.join(s.maildir, name)
            os.rename(path, path + ".away")
            # the program holds the folder open: take it from under it
            shutil.rmtree(path + ".away")
            c.envelope()
            c.send("DATA\r\n")
            reply = c.reply()
            if reply.startswith("354"):
                c.send(stuffed(body()))
                reply = c.reply()
            check(reply.startswith("451 4.3.0"), name, reply)
            os.mkdir(path)
            s.stop()
            s.start()
            s.pools = type(s.pools)(s)
            c.close()
            c.__init__(s.smtp)
            c.hello()
        c.send_mail()
        equal(s.leftovers(), [])


@case
def case_096_slow_reader_of_the_log():
    """The pipe behind the log is full for half a second: 250 comes late, not
    451; others are served after it."""
    folder = lwsmtpd.temp_dir()
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Server(wrapper=("sh", "-c", f'exec "$@" >{pipe}', "sh")) as s, \
            Client(s.smtp) as c:
        c.hello()
        for _ in range(10000):
            c.envelope()
            if c.data(body())[:3] != "250":
                break
        else:
            raise AssertionError("the pipe never was full")
        kept = len(s.messages())
        c.envelope()
        c.expect("DATA", 354)
        text = body()
        start = time.monotonic()
        c.send(stuffed(text))
        time.sleep(0.5)
        lines = os.read(reader, 1 << 20)
        check(c.reply().startswith("250"))
        check(0.4 < time.monotonic() - start < 2)
        equal((stored(s, text), len(s.messages())), (1, kept + 1))
        while lines.count(b'"accepted"') < kept + 1:
            lines += os.read(reader, 1 << 20)
    os.close(reader)


# ---- 97: back-pressure ----

@case
def case_097_program_stops_reading():
    """It sleeps for three seconds while 30 MB come: the window closes, nothing
    is lost, the minimum rate is not held against the client."""
    with on_tap() as s:
        text = body(30000000)
        with Client(s.smtp, host=TAP_SERVER, timeout=60) as c:
            c.hello()
            c.envelope()
            c.expect("DATA", 354)

            def stop(_):
                time.sleep(0.05)
                s.send_signal(signal.SIGSTOP)
                time.sleep(3)
                s.send_signal(signal.SIGCONT)
            in_parallel(lambda f: f(None), [
                stop, lambda _: c.send(stuffed(text))])
            check(c.reply().startswith("250"))
        equal(stored(s, text), 1)


# ---- 98, 99: connections lost ----

@case
def case_099_lost_in_the_message():
    """FIN or RST after any number of octets: nothing in new, nothing in tmp."""
    rng = random.Random(99)
    with serving() as s:
        whole = stuffed(body(3000))
        for at in (0, 1, 100, len(whole) - 5, len(whole) - 4, len(whole) - 3,
                   len(whole) - 2, len(whole) - 1,
                   *(rng.randrange(len(whole)) for _ in range(6))):
            for end in (reset, lambda sock: sock.close()):
                c = in_data(s)
                c.send(whole[:at])
                end(c.sock)
        nothing_left(s)
        for at in (0, 1, 2999):
            for end in (reset, lambda sock: sock.close()):
                c = Client(s.smtp)
                c.hello()
                c.envelope()
                c.send(b"BDAT 3000 LAST\r\n" + whole[:at])
                end(c.sock)
        c = Client(s.smtp)
        c.hello()
        c.envelope()
        c.send(b"BDAT 10\r\n0123456789")
        c.reply()
        reset(c.sock)
        nothing_left(s)
        entries = s.wait_log(2)
        equal({e["verdict"] for e in entries[1:]}, {"dropped"})
        equal({e["why"] for e in entries[1:]}, {"peer"})


@case
def case_098_lost_behind_the_dot():
    """The dot and then FIN or RST, in one go: the message is there, once."""
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        count = 1
        for flags in ("FIN", "RST", "nothing"):
            for _ in range(5):
                p = Peer(link, s.smtp).greeted()
                p.dialogue(*ENVELOPE, "DATA")
                text = body()
                p.say(stuffed(text))
                if flags == "FIN":
                    p.send(FIN | ACK)
                    p.seq += 1
                elif flags == "RST":
                    p.abort()
                until(lambda: stored(s, text) == 1, 3, "the message")
                if flags != "RST":
                    p.read("250 ")
                    p.abort()
                count += 1
        nothing_left(s, count)
        # the dot was sent, but never came: part of it is lost on the way
        p = Peer(link, s.smtp).greeted()
        p.dialogue(*ENVELOPE, "DATA")
        p.send(PSH | ACK, b"body\r\n.\r\n", at=4)
        p.abort()
        nothing_left(s, count)
        link.close()


@case
def case_098_killed_at_any_moment():
    """SIGKILL among deliveries: each message that was answered 250 is there,
    whole; none is there in part."""
    rng = random.Random(98)
    with serving() as s:
        empty(s.maildir)
        for _ in range(6):
            sent, answered = [], []

            def send(_):
                with contextlib.suppress(OSError, AssertionError):
                    with Client(s.smtp) as c:
                        c.hello()
                        while True:
                            text = body(rng.randrange(100, 100000))
                            sent.append(text)
                            c.envelope()
                            if c.data(text).startswith("250"):
                                answered.append(text)

            def kill(_):
                time.sleep(rng.uniform(0.05, 0.4))
                s.kill()
            in_parallel(lambda f: f(None), [send, send, kill])
            there = {m[m.index(b"Subject:"):] for m in s.messages()}
            check(there.issuperset(answered), "a message is lost")
            check(there.issubset(sent), "part of a message")
            s.start()
            empty(s.maildir)
        s.pools = type(s.pools)(s)


def empty(maildir):
    """No messages. What was cut off may be in tmp: that is what tmp is for."""
    for folder in ("new", "tmp"):
        for name in os.listdir(f"{maildir}/{folder}"):
            os.unlink(f"{maildir}/{folder}/{name}")


# ---- 157: told to stop ----

def states(s):
    """(name, client, what it may read) in every state."""
    plain = Client(s.smtp)
    yield "greeted", plain, "421"
    c = Client(s.smtp)
    c.hello()
    yield "EHLO", c, "421"
    c = Client(s.smtp)
    c.hello()
    c.send("NOO")
    yield "half a command", c, "421"
    c = Client(s.smtp)
    c.hello()
    c.envelope()
    yield "RCPT", c, "421"
    c = in_data(s)
    c.send("half a mess")
    yield "DATA", c, "421"
    c = Client(s.smtp)
    c.hello()
    c.envelope()
    c.send("BDAT 10\r\n12345")
    yield "BDAT", c, "421"
    c = Client(s.smtp)
    c.hello()
    c.expect("AUTH LOGIN", 334)
    yield "AUTH", c, "421"
    c = Client(s.smtps, tls=True)
    c.hello()
    yield "TLS", c, "421"
    c = Client(s.smtps, tls=True)
    c.hello()
    c.envelope()
    c.expect("DATA", 354)
    c.send("half a mess")
    yield "TLS, DATA", c, "421"
    c = Client(s.smtp)
    c.hello()
    c.expect("STARTTLS", 220)
    yield "handshake", c, ""
    yield "TLS port", Client(s.smtps, greeting=False), ""
    c = in_data(s)
    c.send(b"done\r\n.\r\n")
    check(c.reply().startswith("250"))
    yield "after 250", c, "421"


@case
def case_157_graceful_shutdown():
    """Each is told; what was answered is kept, the rest is not; status 0."""
    with serving("--smtpd_tls_auth_only=no") as s:
        clients = list(states(s))
        start = time.monotonic()
        s.send_signal(signal.SIGTERM)
        for name, c, wanted in clients:
            reply = c.reply() if wanted else (c.sock.recv(1000) and "data")
            check((reply or "").startswith(wanted) and
                  ("4.3.2" in (reply or "") or not wanted), name, reply)
            check(c.closed(), name, "is open")
            c.close()
        equal(s.process.wait(10), 0)
        print(f"# {len(clients)} sessions told in "
              f"{time.monotonic() - start:.1f} s")
        equal((len(s.messages()), s.leftovers()), (2, []))
        with contextlib.suppress(ConnectionRefusedError):
            raw(s.smtp)
            raise AssertionError("somebody still listens")


@case
def case_157_shutdown_with_peers_that_are_gone():
    """Nobody answers any more: it still ends, in its time."""
    with on_tap("--shutdown_timeout=3s") as s:
        link = Link("lw0", TAP_SERVER)
        for _ in range(10):
            Peer(link, s.smtp).greeted().say("EHLO x\r\nMAIL FROM:<a@b.c>\r\n")
        link.arp_answers = False
        start = time.monotonic()
        equal(s.stop(), 0)
        check(time.monotonic() - start < 6)
        link.close()


@case
def case_157_new_clients_while_it_stops():
    with serving() as s:
        c = in_data(s)
        s.send_signal(signal.SIGSTOP)
        c.send(stuffed(body()))
        late = [raw(s.smtp) for _ in range(3)]
        s.send_signal(signal.SIGTERM)
        s.send_signal(signal.SIGCONT)
        reply = c.reply()
        check(reply[:3] in ("250", "421"), reply)
        equal(s.process.wait(10), 0)
        equal(len(s.messages()), 1 + (reply[:3] == "250"))
        for sock in late:
            sock.close()


if __name__ == "__main__":
    lwsmtpd.main()
