#!/usr/bin/python3
"""test_cases_auth.py - rows 82 to 95 on the wire: AUTH

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import base64
import contextlib
import random
import statistics
import time

import cases
import lwsmtpd
from cases import body, in_parallel, raw, read_all, stored
from lwsmtpd import (PASSWORD, USER, Client, case, check, equal,
                     hash_password, until)

CLEAR = "--smtpd_tls_auth_only=no"
AT_ONCE = "--smtpd_auth_failure_delay=0"
MANY = "--smtpd_auth_failure_limit=200", "--smtpd_hard_error_limit=250", \
    "--smtpd_junk_command_limit=250"


def b64(octets):
    """Base64 as a line's text."""
    if isinstance(octets, str):
        octets = octets.encode()
    return base64.b64encode(octets).decode()


def plain(*parts):
    """A response of PLAIN with these between its NULs."""
    return b64(b"\0".join(p if isinstance(p, bytes) else p.encode()
                          for p in parts))


GOOD = plain("", USER, PASSWORD)


def both(function):
    """The case, and once more with a listener that forgives everything."""
    def tolerant():
        with to_serve("--smtp_profile=tolerant", "--smtp_auth=check"):
            function()
    tolerant.__name__ = function.__name__ + "_tolerant"
    case(function)
    case(tolerant)
    return function


@contextlib.contextmanager
def to_serve(*options):
    """Servers have these options, too."""
    more[:] = options
    try:
        yield
    finally:
        more.clear()


more = []


def serving(*options, **others):
    """cases.serving()"""
    return cases.serving(*options, *more, **others)


@contextlib.contextmanager
def session(s, tls=False):
    """EHLO said."""
    with Client(s.smtps if tls else s.smtp, tls=tls) as c:
        c.hello()
        yield c


def alive(c):
    """The session is in step and waits for a command."""
    check(c.cmd("NOOP").startswith("250 2.0.0 Ok"), "out of step")


def nothing_of(s, *secrets):
    """None of these are in what the server wrote."""
    with open(s.path("stdout"), encoding="utf-8") as file:
        written = s.stderr() + file.read()
    for secret in secrets:
        check(secret not in written, "written:", secret)


# ---- 82: in clear text ----

@both
def case_082_before_tls():
    secret = "s3cr3t-in-clear"
    line = plain("", USER, secret)
    with serving(AT_ONCE, "--verbose") as s:
        for port in (s.smtp, s.submission):
            with Client(port) as c:
                check("AUTH" not in c.hello())
                for command in ("AUTH PLAIN " + line, "AUTH PLAIN",
                                "AUTH LOGIN", "AUTH LOGIN " + b64(USER),
                                "AUTH PLAIN " + GOOD):
                    check(c.cmd(command)[:10] in ("538 5.7.11", "530 5.7.0 "),
                          command)
                alive(c)
                c.starttls()
                c.expect("AUTH PLAIN " + GOOD, 235)
                c.send_mail()
        nothing_of(s, secret, line, line[:20], PASSWORD, GOOD)


@both
def case_082_log_holds_no_secret():
    with serving(AT_ONCE, CLEAR, "--verbose") as s:
        with session(s) as c:
            c.expect("AUTH PLAIN " + plain("", USER, "wr0ng-pass"), 535)
            c.expect("AUTH LOGIN", 334)
            c.expect(b64(USER), 334)
            c.expect(b64("wr0ng-pass"), 535)
            c.cmd("AUTH PLAIN " + plain("", USER, PASSWORD))
            c.send_mail()
        nothing_of(s, "wr0ng-pass", b64("wr0ng-pass"), PASSWORD,
                   GOOD, b64(PASSWORD))


# ---- 83 to 86 ----

@both
def case_083_084_085_protocol():
    with serving(AT_ONCE, CLEAR, *MANY) as s:
        with session(s) as c:
            for argument in ("CRAM-MD5", "SCRAM-SHA-1", "EXTERNAL", "X",
                             "DIGEST-MD5 " + GOOD, "PLAIN-X", "PLAINX",
                             "SCRAM-SHA-256-PLUS", "XOAUTH2 " + GOOD):
                check(c.cmd("AUTH " + argument)[:9] in (
                    "504 5.5.4", "501 5.5.4", "500 5.5.2"), argument)
            c.expect("AUTH", 501)
            c.expect("AUTH ", 501)
            for start in ("AUTH PLAIN", "AUTH LOGIN"):
                c.expect(start, 334)
                check(c.cmd("*").startswith("501 5.7.0"))
                alive(c)
            c.expect("AUTH LOGIN", 334)
            c.expect(b64(USER), 334)
            c.expect("*", 501)
            alive(c)
            c.expect("MAIL FROM:<a@example.org>", 250)
            c.expect("AUTH PLAIN " + GOOD, 503)
            c.expect("RCPT TO:<b@example.org>", 250)
            c.expect("AUTH PLAIN " + GOOD, 503)
            c.expect("RSET", 250)
            c.expect("auth plain " + GOOD, 235)
            c.expect("AUTH PLAIN " + GOOD, 503)
            c.expect("AUTH LOGIN", 503)
            c.send_mail()
        with Client(s.smtp) as c:  # before EHLO, which is forgiven
            c.expect("AUTH PLAIN " + GOOD, 235 if more else 503)
        with Client(s.smtp) as c:  # HELO has no AUTH
            c.expect("HELO x", 250)
            check(c.cmd("AUTH PLAIN " + GOOD)[:3] in ("235", "502", "503"))


@case
def case_086_bad_base64():
    with serving(AT_ONCE, CLEAR, *MANY) as s, session(s) as c:
        for bad in (b"A", b"AA", b"AAA", b"=", b"==", b"====", b"A===",
                    b"AA=A", b"AAAA=", b"AAAA==", b"AA==AA==", b"A=AA",
                    b"AAA!", b"AA-_", b"AAAA AAAA", b" AAAA", b"AAA\t",
                    b"AAAAB", b"\xff\xfe\xfd\xfc", b"AB==", b"AAB=",
                    b"A\x00AA", b"AA\rAA", b"\rAAAA", b"AAAA\r",
                    b"**", b"*A", GOOD.encode() + b"=",
                    GOOD.encode()[:-1], b"=" + GOOD.encode()):
            for line in (b"AUTH PLAIN " + bad, b"AUTH PLAIN\r\n" + bad,
                         b"AUTH LOGIN\r\n" + bad):
                c.send(line + b"\r\n")
                first = c.reply()
                if first.startswith("334"):
                    first = c.reply()
                check(first[:3] in ("500", "501"), line, first)
                alive(c)
        # an initial response that is empty: "="
        c.expect("AUTH PLAIN =", 501)
        alive(c)
        c.expect("AUTH PLAIN " + GOOD, 235)


# ---- 87: long lines ----

@both
def case_087_long_responses():
    with serving(AT_ONCE, CLEAR, *MANY) as s:
        # 4n + 2 octets are whole base64, others where that is forgiven:
        # nobody's password, but read
        for octets, codes in ((514, "535 501"), (4098, "535 501"),
                              (12286, "535 501"), (12288, "535 501"),
                              (12289, "500"), (24000, "500")):
            for start in ("AUTH PLAIN", "AUTH LOGIN"):
                with session(s) as c:
                    c.expect(start, 334)
                    reply = c.cmd("A" * (octets - 2))
                    if reply.startswith("334"):  # the user's name
                        reply = c.cmd(b64("x"))
                    check(reply[:3] in codes, octets, start, reply)
                    if codes == "500":
                        check(reply.startswith("500 5.5.6"), reply)
                    alive(c)
                    c.expect("AUTH PLAIN " + GOOD, 235)
        # as an initial response: the whole line counts
        for octets, codes in ((2001, "535 501"), (12285, "535 501"),
                              (12288, "535 501"), (12289, "500"),
                              (24000, "500")):
            with session(s) as c:
                reply = c.cmd("AUTH PLAIN " + "A" * (octets - 13))
                check(reply[:3] in codes, octets, reply)
                alive(c)
                c.expect("AUTH PLAIN " + GOOD, 235)
        # twice as long as may be: that was enough
        with session(s) as c:
            c.expect("AUTH PLAIN", 334)
            check(c.cmd("A" * 100000).startswith("500 5.5.6"))
            check(c.reply().startswith("421") and c.closed())
        # without any end
        c = raw(s.smtp)
        c.sendall(b"EHLO x\r\nAUTH PLAIN\r\n")
        with contextlib.suppress(OSError):
            for _ in range(300):
                c.sendall(b"A" * 1000)
        check(read_all(c, 10).split(b"\r\n")[-2].startswith(b"421"))


# ---- 88, 89: mechanisms ----

@both
def case_088_plain():
    users = {"one": "x", "l" * 64: "y" * 255, USER: PASSWORD,
             "gr\u00fc\u00df": "\u20ac"}
    with serving(AT_ONCE, CLEAR, *MANY, users=users) as s:
        for user, password in users.items():
            with session(s) as c:
                c.expect("AUTH PLAIN " + plain("", user, password), 235)
            with session(s) as c:
                c.expect("AUTH PLAIN " + plain(user, user, password), 235)
        with session(s) as c:
            for wrong, code in (
                    ("=", "501"), (plain("", ""), "501"),
                    (plain(USER, PASSWORD), "501"), (b64(USER), "501"),
                    (plain("", USER, PASSWORD, ""), "501"),
                    (plain("", USER, PASSWORD, "x"), "501"),
                    (plain("", USER, "cor", "rect horse"), "501"),
                    (plain("", "", PASSWORD), "5"),
                    (plain("", USER, ""), "5"), (plain("", "", ""), "5"),
                    (plain("root", USER, PASSWORD), "535"),
                    (plain(USER + "x", USER, PASSWORD), "535"),
                    (plain("", USER, "y" * 256), "535"),
                    (plain("", "l" * 64, "y" * 256), "535"),
                    (plain("", "l" * 64, "y" * 254), "535"),
                    (plain("", "l" * 255, "x"), "535"),
                    (plain("", "l" * 256, "x"), "535"),
                    (plain("", USER, b"\xff\xfe"), "5"),
                    (plain("", b"\xc0\x80", "x"), "5"),
                    (plain("", USER, b"\xed\xa0\x80"), "5"),
                    (plain("", USER, b"\xe2\x82"), "5"),
                    (plain("", USER, PASSWORD + " "), "535"),
                    (plain("", USER.upper(), PASSWORD), "535"),
                    (plain("", USER + "\n", PASSWORD), "5"),
                    (plain("", USER + ":", PASSWORD), "535")):
                reply = c.cmd("AUTH PLAIN " + wrong)
                check(reply.startswith(code), wrong, reply)
                alive(c)
            c.expect("AUTH PLAIN", 334)
            c.expect(GOOD, 235)


@both
def case_089_login():
    with serving(AT_ONCE, CLEAR, *MANY) as s:
        with session(s) as c:
            equal(c.cmd("AUTH LOGIN"), "334 VXNlcm5hbWU6")
            equal(c.cmd(b64(USER)), "334 UGFzc3dvcmQ6")
            c.expect(b64(PASSWORD), 235)
            c.expect(b64("a third line"), 500)
        with session(s) as c:
            c.expect("AUTH LOGIN " + b64(USER), 334)
            c.expect(b64(PASSWORD), 235)
            c.send_mail()
        with session(s) as c:
            for user, password in (("", PASSWORD), (USER, ""), ("", ""),
                                   ("x" * 300, PASSWORD), (USER, "x" * 300),
                                   (USER, PASSWORD[:-1])):
                c.expect("AUTH LOGIN", 334)
                reply = c.cmd(b64(user))
                if reply.startswith("334"):
                    reply = c.cmd(b64(password))
                check(reply[:3] in ("501", "535"), user, reply)
                alive(c)
            # all at once, as some devices do
            c.send(f"AUTH LOGIN\r\n{b64(USER)}\r\n{b64(PASSWORD)}\r\n")
            equal([c.reply()[:3] for _ in range(3)], ["334", "334", "235"])


@both
def case_093_mechanism_switch():
    """Nothing of the first exchange is in the second."""
    with serving(AT_ONCE, CLEAR, *MANY) as s, session(s) as c:
        c.expect("AUTH LOGIN", 334)
        c.expect(b64(USER), 334)
        c.expect("AUTH PLAIN " + GOOD, 501)  # a response, and a bad one
        alive(c)
        c.expect("AUTH LOGIN", 334)
        c.expect("*", 501)
        c.expect("AUTH LOGIN", 334)
        c.expect(b64(USER * 10), 334)
        c.expect("*", 501)
        c.expect("AUTH LOGIN", 334)
        c.expect(b64(USER), 334)
        c.expect(b64(PASSWORD), 235)


# ---- 94, 95 ----

@both
def case_094_brute_force():
    """Three tries, each a second, then the end; also by many at once, while
    somebody else logs in."""
    with serving(CLEAR) as s:
        with session(s) as c:
            start = time.monotonic()
            got = [c.cmd("AUTH PLAIN " + plain("", USER, f"guess{i}"))[:3]
                   for i in range(3)]
            equal(got, ["535", "535", "421"])
            check(c.closed())
            check(time.monotonic() - start >= 2.9, "no delay")

        def guess(i):
            tries = 0
            with contextlib.suppress(OSError), session(s) as c:
                while c.cmd("AUTH LOGIN")[:3] == "334":
                    c.cmd(b64(USER))
                    tries += 1
                    if c.cmd(b64(f"guess{i}.{tries}"))[:3] == "421":
                        break
            return tries

        def honest(_):
            time.sleep(0.5)
            start = time.monotonic()
            with session(s) as c:
                c.expect("AUTH PLAIN " + GOOD, 235)
                c.send_mail()
            return time.monotonic() - start
        start = time.monotonic()
        done = in_parallel(lambda i: honest(i) if i == 30 else guess(i),
                           list(range(31)))
        print(f"# {sum(done[:30])} guesses in {time.monotonic() - start:.1f} "
              f"s, an honest client in {done[30]:.2f} s meanwhile")
        check(sum(done[:30]) <= 90 and done[30] < 2)


@case
def case_094_unknown_user_time():
    """Printed only: the times of a known and an unknown user."""
    with serving(AT_ONCE, CLEAR, *MANY) as s:
        with open(s.users_file, "w", encoding="ascii") as file:
            file.write(hash_password(PASSWORD, USER, 20000))
        s.reload()
        spent = {USER: [], "nobody": [], "x" * 64: []}
        with session(s) as c:
            for _ in range(15):
                for user in random.sample(sorted(spent), 3):
                    start = time.monotonic()
                    c.expect("AUTH PLAIN " + plain("", user, "wrong"), 535)
                    spent[user].append(time.monotonic() - start)
        print("# " + ", ".join(
            f"{user[:8]} {statistics.median(t) * 1000:.2f} ms"
            for user, t in spent.items()))


@both
def case_094_unknown_user_reads_the_same():
    """A wrong password and a user that is none: the same octets."""
    with serving(AT_ONCE, CLEAR, *MANY) as s:
        read = {}
        for user in USER, "nobody", "x" * 64:
            with session(s) as c:
                read[user] = [
                    c.cmd("AUTH PLAIN " + plain("", user, "wrong")),
                    c.cmd("AUTH LOGIN"), c.cmd(b64(user.encode())),
                    c.cmd(b64(b"wrong")),
                    c.cmd("AUTH LOGIN " + b64(user.encode())),
                    c.cmd(b64(b"wrong"))]
        check(read[USER][0].startswith("535 5.7.8"), read)
        equal(read["nobody"], read[USER])
        equal(read["x" * 64], read[USER])


@both
def case_095_peer_leaves_while_it_is_checked():
    """The connection ends during the delay: no slot, no verdict left over;
    the next session in that slot is not told."""
    with serving(CLEAR) as s:
        for _ in range(8):
            c = raw(s.smtp)
            c.sendall(b"EHLO x\r\nAUTH PLAIN AHgAeA==\r\n")
            time.sleep(0.02)
            c.close()
        until(lambda: s.pools.connections() == 0, 4, "slots free")
        clients = [Client(s.smtp) for _ in range(8)]
        time.sleep(1.3)
        for c in clients:
            c.hello()
            text = body()
            c.send_mail(body=text)
            equal(stored(s, text), 1)
            c.close()


if __name__ == "__main__":
    lwsmtpd.main()
