#!/usr/bin/python3
"""test_cases_scram.py - rows 90, 91, 93 to 95 on the wire, strict and tolerant

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import contextlib
import hashlib
import ssl

import lwsmtpd
from cases import serving
from lwsmtpd import PASSWORD, USER, Client, case, check, equal, until
from scram import Scram, b64

OTHER = "somebody"
USERS = {USER: PASSWORD, OTHER: "another horse"}
OPTIONS = ("--smtpd_auth_failure_delay=0", "--smtpd_tls_auth_only=no",
           "--smtpd_auth_failure_limit=200", "--smtpd_hard_error_limit=250",
           "--smtp_auth=check", "--smtpd_client_connection_count_limit=64")
PLUS = "SCRAM-SHA-256-PLUS"
EXCHANGES = 16  # SMTPD_SCRAM_EXCHANGES of this program


def both(function):
    """A case for a strict listener and one for a tolerant one."""
    for profile in ("strict", "tolerant"):
        def played(profile=profile):
            with serving(*OPTIONS, f"--smtp_profile={profile}",
                         f"--smtps_profile={profile}", users=USERS) as s:
                function(s)
        played.__name__ = f"{function.__name__}_{profile}"
        case(played)
    return function


@contextlib.contextmanager
def session(s, tls=False, version=None):
    """EHLO said, perhaps in TLS of this version."""
    with Client(s.smtps if tls else s.smtp, greeting=not tls) as c:
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            if version:
                context.maximum_version = version
            c.start_tls(context)
            check(c.reply().startswith("220"))
        c.hello()
        yield c


def right(c, **more):
    """The right password still lets in."""
    k = Scram(c, USER, PASSWORD, **more)
    check(k.first().startswith("334"))
    equal(k.final()[:9], "235 2.7.0")
    c.send_mail()


def refused(reply, wanted="535 5.7.8"):
    equal(reply[:len(wanted)], wanted)


@both
def case_090_scram(s):
    """What was said in one exchange is nothing in another; whose name it is
    counts; nonces are the server's."""
    with session(s) as a, session(s) as c:
        k, again = Scram(a, USER, PASSWORD), Scram(c, USER, PASSWORD)
        again.bare = k.bare
        check(k.first().startswith("334") and again.first().startswith("334"))
        check(k.nonce != again.nonce, "the same nonce twice")
        refused(c.cmd(b64(k.message()[0])))  # replayed
        equal(k.final()[:3], "235")
        for user, password in ((OTHER, PASSWORD), (USER, USERS[OTHER]),
                               ("nobody", PASSWORD), (USER, "")):
            k = Scram(c, user, password)
            check(k.first().startswith("334"))
            refused(k.final())
        for change in (lambda n: n[:-1], lambda n: n + "x",
                       lambda n: n[:16], lambda n: n[16:]):
            k = Scram(c, USER, PASSWORD)
            k.first()
            k.nonce = change(k.nonce)
            refused(k.final())
        for header in ("y,,", "n,a=" + USER + ",", "p=tls-exporter,,"):
            k = Scram(c, USER, PASSWORD)
            k.first()
            k.header = header
            refused(k.final())
        right(c)


@both
def case_091_bindings(s):
    """Bound to this connection, or refused. In TLS 1.2 there is tls-unique,
    which is not taken."""
    with session(s, tls=True, version=ssl.TLSVersion.TLSv1_2) as c:
        unique = c.sock.get_channel_binding("tls-unique")
        end_point = hashlib.sha256(c.sock.getpeercert(True)).digest()
        for header in ("p=tls-unique,,", "p=tls-exporte,,", "n,,", "y,,"):
            refused(Scram(c, USER, PASSWORD, header, unique).first(PLUS))
        for header in ("p=tls-server-end-point,,", "y,,"):
            refused(Scram(c, USER, PASSWORD, header).first())
        for data in (unique, b"", bytes(32), end_point[:-1], end_point + b"x"):
            k = Scram(c, USER, PASSWORD, "p=tls-server-end-point,,", data)
            check(k.first(PLUS).startswith("334"))
            refused(k.final())
        k = Scram(c, USER, PASSWORD, "p=tls-server-end-point,,", end_point)
        check(k.first(PLUS).startswith("334"))
        equal(k.final()[:3], "235")
    with session(s, tls=True) as c:
        k = Scram(c, USER, PASSWORD, "p=tls-exporter,,", end_point)
        check(k.first(PLUS).startswith("334"))
        refused(k.final())
    with session(s) as c:
        refused(Scram(c, USER, PASSWORD, "p=tls-server-end-point,,",
                      end_point).first(PLUS), "504 5.5.4")
        right(c, header="y,,")


@both
def case_093_every_switch(s):
    """Each mechanism broken off at each step, then each other one."""
    first = b64("n,,n=" + USER + ",r=abc")
    begun = (("AUTH PLAIN",), ("AUTH LOGIN",), ("AUTH LOGIN " + b64(USER),),
             ("AUTH SCRAM-SHA-256",), ("AUTH SCRAM-SHA-256 " + first,))
    for commands in begun:
        for how in ("*", "!", "AUTH PLAIN"):
            with session(s) as c:
                for command in commands:
                    c.expect(command, 334)
                c.expect(how, 501)
                c.expect(b64(PASSWORD), 500)
                right(c)
    with session(s) as c:  # an outcome that is not taken is no login
        k = Scram(c, USER, PASSWORD)
        k.first()
        check(c.cmd(b64(k.message()[0])).startswith("334"))
        c.expect("*", 501)
        k = Scram(c, USER, PASSWORD)
        k.first()
        check(c.cmd(b64(k.message()[0])).startswith("334"))
        c.expect(b64("x"), 501)
        right(c)


@both
def case_094_nobody_is_like_somebody(s):
    """The same replies, octet for octet, but for nonces and salt; the salt
    stays."""
    def asked(user):
        with session(s) as c:
            k = Scram(c, user, "wrong")
            k.bare = f"n={user},r=abc"
            k.first()
            fields = k.server.split(",")
            return len(k.server), fields[1], fields[2], k.final()
    somebody, nobody, again = asked(USER), asked("TESTER"), asked("TESTER")
    equal((somebody[0], somebody[2:]), (nobody[0], nobody[2:]))
    equal(nobody, again)
    check(somebody[1] != nobody[1], "the same salt")


@both
def case_095_all_exchanges_taken(s):
    """One more is told so, and by PLAIN may go on; who leaves gives it back."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(session(s)) for _ in range(EXCHANGES)]
        for other in held:
            check(Scram(other, USER, PASSWORD).first().startswith("334"))
        with session(s) as c:
            refused(Scram(c, USER, PASSWORD).first(), "454 4.7.0")
            c.expect("AUTH PLAIN " + b64(f"\0{USER}\0{PASSWORD}"), 235)
        held[0].close()

        def taken():
            with session(s) as c:
                k = Scram(c, USER, PASSWORD)
                return k.first().startswith("334") and k.final()[:3] == "235"
        until(taken, 10, "the exchange back")


if __name__ == "__main__":
    lwsmtpd.main()
