#!/usr/bin/python3
"""test_cases_access.py - who gets in: lists, rates of a peer, AUTH that waits

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import base64
import select
import time

import lwsmtpd
from cases import TAP_SERVER, link_local, on_tap, raw, read_all
from lwsmtpd import (PASSWORD, USER, Client, Server, case, check, equal,
                     run, until)
from netns import ip
from tlsraw import any_context


def peers(*numbers):
    """More addresses for the clients' side."""
    for n in numbers:
        ip(f"addr add 10.9.0.{n}/24 dev lw0")


def client(s, number, port=None):
    return Client(port or s.smtp, host=TAP_SERVER, greeting=False,
                  source=f"10.9.0.{number}")


def greeted(s, number, port=None):
    c = client(s, number, port)
    check(c.reply().startswith("220 "), f"10.9.0.{number} was not greeted")
    return c


def told(s, number, start, port=None):
    """It reads one line that begins so, and the end."""
    got = read_all(client(s, number, port).sock)
    check(got.startswith(start) and got.count(b"\n") == (start != b""), got)


@case
def access_lists():
    """All ports, one port, the longest prefix; refused before TLS."""
    with on_tap("--allow=10.9.0.0/24", "--deny=10.9.0.4/30,submission=10.9.0.3",
                "--deny=smtp=2001:db8::/32", "--allow=10.9.0.5") as s:
        peers(3, 4, 5)
        told(s, 4, b"554 5.7.1 ")
        told(s, 4, b"", s.smtps)
        s.wait_stderr("10.9.0.4 connection refused 554")
        greeted(s, 5).quit()
        greeted(s, 3).quit()
        told(s, 3, b"554 5.7.1 ", s.submission)
        greeted(s, 1, s.submission).quit()


@case
def rates_of_a_peer():
    """Past them 421 and 450; others do not notice."""
    with on_tap("--smtpd_client_connection_rate_limit=20",
                "--smtpd_client_message_rate_limit=12") as s:
        peers(3, 4)
        start = time.monotonic()
        served = 0
        while served < 200:
            c = client(s, 3)
            line = c.reply()
            c.close()
            if not line.startswith("220 "):
                break
            served += 1
        check(line.startswith("421 4.7.0 "), line)
        grown = (time.monotonic() - start) / 3
        check(20 <= served <= 20 + grown + 1, served, grown)
        c = greeted(s, 4)
        c.hello()
        start = time.monotonic()
        sent = 0
        while sent < 200:
            line = c.cmd("MAIL FROM:<a@b>")
            if not line.startswith("250"):
                break
            c.expect("RSET", 250)
            sent += 1
        check(line.startswith("450 4.7.1 "), line)
        grown = (time.monotonic() - start) / 5
        check(12 <= sent <= 12 + grown + 1, sent, grown)
        c.quit()


@case
def octets_of_a_peer():
    """A message longer than a minute's octets is taken, the next one is not;
    on another connection neither, and others do not notice."""
    with on_tap("--smtpd_client_octet_rate_limit=2000") as s:
        peers(3, 4)
        c = greeted(s, 3)
        c.hello()
        c.send_mail(body=b"x" * 30 + b"\r\n" + b"0123456789\r\n" * 10000)
        c.expect("MAIL FROM:<a@b>", "452 4.7.1")
        c.quit()
        c = greeted(s, 3)
        c.hello()
        c.expect("MAIL FROM:<a@b>", "452 4.7.1")
        c.quit()
        c = greeted(s, 4)
        c.hello()
        c.send_mail()
        c.quit()


@case
def auth_waits_after_a_failure():
    """On another connection of that peer as well; who knows the password gets
    in; others are answered meanwhile."""
    with on_tap("--smtp_auth=check", "--smtpd_tls_auth_only=no",
                "--smtpd_auth_failure_delay=0",
                "--smtpd_auth_penalty=4s") as s:
        peers(3, 4)
        c = greeted(s, 3)
        c.hello()
        check(c.auth_plain(password="wrong").startswith("535"))
        c.quit()
        c, other = greeted(s, 3), greeted(s, 4)
        c.hello()
        other.hello()
        start = time.monotonic()
        right = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        c.send(f"AUTH PLAIN {right}\r\n")
        check(other.auth_plain().startswith("235"))
        early = time.monotonic() - start < 3
        if early:
            equal(select.select([c.sock], [], [], 0)[0], [])
        check(c.reply().startswith("235"))
        check(time.monotonic() - start > 3, "it did not wait")
        c.send_mail()
        c.quit()
        other.quit()


@case
def case_016_early_talkers():
    """On the port that says so, and on no other; PROXY and TLS are not."""
    header = b"PROXY TCP4 192.0.2.7 192.0.2.8 4711 24\r\n"

    def connected(port):
        c = raw(port)
        if port == s.lmtp:
            c.sendall(header)
        return any_context().wrap_socket(c) if port == s.smtps else c

    with Server("--submission_greet_delay=2s", "--smtps_greet_delay=2s",
                "--lmtp_greet_delay=2s", "--smtp_profile=tolerant",
                "--lmtp_proxy=10.0.2.2, fd00::/8, fec0::/10, fe80::/10",
                lmtp=True) as s:
        for port in s.submission, s.smtps, s.lmtp:
            c = connected(port)
            c.sendall(b"EHLO early.example\r\nQUIT\r\n")
            got = read_all(c)
            check(got.startswith(b"554 5.5.0 ") and got.count(b"\n") == 1,
                  port, got)
            start = time.monotonic()
            c = connected(port)
            check(c.recv(100).startswith(b"220 "), port)
            check(time.monotonic() - start > 1.9, "it was not held back")
            c.sendall(b"QUIT\r\n")
            check(read_all(c).startswith(b"221 "), port)
        equal([(q["quirk"], q["forgiven"]) for q in s.quirks()],
              [("early-talker", False)] * 3)
        c = raw(s.smtp)  # a camera
        c.sendall(b"EHLO early.example\r\nQUIT\r\n")
        got = read_all(c)
        check(got.startswith(b"220 ") and got.endswith(b"221 2.0.0 Bye\r\n"),
              got)


@case
def case_016_early_talkers_of_a_tolerant_port():
    """Cameras are greeted at once, TLS begins; others wait."""
    with Server("--smtp_greet_delay=2s", "--smtp_profile=tolerant") as s:
        start = time.monotonic()
        c = raw(s.smtp)
        c.sendall(b"EHLO early.example\r\nQUIT\r\n")
        check(read_all(c).startswith(b"220 "))
        check(time.monotonic() - start < 1.9, "it waited")
        until(lambda: s.quirks(), what="the quirk")
        equal((s.quirks()[0]["quirk"], s.quirks()[0]["forgiven"]),
              ("early-talker", True))
        with Client(s.smtp, tls=True) as c:
            c.hello()
            c.send_mail()
        with Client(s.smtp) as c:
            c.hello()
            c.send_mail()


@case
def mechanisms_of_a_port():
    """Those that it is told to offer, and no others."""
    with Server("--smtp_auth=check", "--smtpd_tls_auth_only=no",
                "--smtp_auth_mechanisms=LOGIN",
                "--smtps_auth_mechanisms=all,-PLAIN,-LOGIN",
                "--submission_auth_mechanisms=SCRAM-SHA-256,PLAIN") as s:
        for port, tls, offered in (
                (s.smtp, False, ["LOGIN"]),
                (s.smtps, True, ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]),
                (s.submission, False, ["SCRAM-SHA-256", "PLAIN"])):
            with Client(port, tls=tls) as c:
                lines = c.cmd("EHLO x").splitlines()
                equal([line[4:].split()[1:] for line in lines
                       if line[4:].startswith("AUTH")], [offered])
                reply = c.auth_plain()
                check(reply.startswith(
                    "235" if "PLAIN" in offered else "504 5.5.4"), reply)
                if "PLAIN" not in offered:
                    c.expect("AUTH LOGIN", 334 if "LOGIN" in offered else 504)
    with Server("--smtp_auth=check", "--smtpd_tls_auth_only=no",
                "--smtp_auth_mechanisms=none") as s:
        with Client(s.smtp) as c:
            check("AUTH" not in c.cmd("EHLO x"))
            check(c.auth_plain().startswith("502 5.5.1"))
            c.send_mail()
        with Client(s.submission) as c:
            c.hello()
            check(c.auth_plain().startswith("235"))


@case
def mechanisms_that_cannot_be():
    """Said at the start, with what would be right."""
    for options, words in (
            (["--smtp_auth_mechanisms=CRAM-MD5"],
             ["--smtp_auth_mechanisms", '"CRAM-MD5" is not right', "LOGIN"]),
            (["--smtp_auth_mechanisms="], ["is not right"]),
            (["--submission_auth_mechanisms=EXTERNAL"],
             ["--submission_auth_mechanisms", "smtpd_sasl_external = yes"]),
            (["--smtps_auth_required=yes", "--smtps_auth_mechanisms=none"],
             ["--smtps_auth_mechanisms", "needs a mechanism"])):
        status, _, err = run(*options, "--check=/dev/null")
        equal((status, err.count("\n")), (2, 1), err)
        for word in words:
            check(word in err, word, err)
    for good in ("none", "all", "PLAIN", "all,-LOGIN"):
        status, _, err = run(f"--submission_auth_mechanisms={good}",
                             "--check=/dev/null")
        equal(status, 0, err)


@case
def refused_by_policy_and_told():
    """Addresses, rates and sessions: a line of the log sink for each."""
    with on_tap("--deny=10.9.0.4/32", "--mydestination=example.org",
                "--smtpd_client_connection_count_limit=2",
                "--smtpd_client_message_rate_limit=12") as s:
        peers(3, 4)
        told(s, 4, b"554 5.7.1 ")
        first, second = greeted(s, 3), greeted(s, 3)
        told(s, 3, b"421 4.7.0 ")
        second.quit()
        first.hello()
        first.expect("MAIL FROM:<a@b>", 250)
        check(first.cmd("RCPT TO:<u@evil.example>").startswith("550 5.7.1"))
        for _ in range(200):
            first.expect("RSET", 250)
            if not first.cmd("MAIL FROM:<a@b>").startswith("250"):
                break
        first.quit()
        until(lambda: len(s.quirks()) >= 4, what="four lines")
        equal([(q["quirk"], q["forgiven"], q["peer"]) for q in s.quirks()], [
            ("access-denied", False, "10.9.0.4"),
            ("too-many-sessions", False, "10.9.0.3"),
            ("rcpt-not-local", False, "10.9.0.3"),
            ("rate-exceeded", False, "10.9.0.3")])
        sessions = [q["session"] for q in s.quirks()]
        equal(len(set(sessions[:3])), 3, sessions)
        equal(sessions[2], sessions[3])


@case
def sessions_of_a_link():
    """Each of its IPv6 addresses is a host."""
    with on_tap("--smtpd_client_connection_count_limit=1") as s:
        host = link_local(s)
        for n in 1, 2:
            ip(f"addr add fe80::a{n}/64 dev lw0")
        clients = [Client(s.smtp, host=host, source=f"fe80::a{n}%lw0")
                   for n in (1, 2, 2)]
        equal([c.greeting[:9] for c in clients],
              [clients[0].greeting[:9]] * 2 + ["421 4.7.0"])
        greeted(s, 1).quit()
        for c in clients:
            c.close()


@case
def a_browser_reads_one_421():
    with on_tap() as s:
        c = raw(s.smtp, TAP_SERVER)
        c.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nQUIT\r\n")
        got = read_all(c)
        equal(got.count(b"421 4.7.0 "), 1)
        check(b"\r\n250" not in got and b"\r\n221" not in got, got)


if __name__ == "__main__":
    lwsmtpd.main()
