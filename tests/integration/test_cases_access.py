#!/usr/bin/python3
"""test_cases_access.py - who gets in: lists, rates of a peer, AUTH that waits

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
"""
import base64
import select
import time

import lwsmtpd
from cases import TAP_SERVER, on_tap, raw, read_all
from lwsmtpd import PASSWORD, USER, Client, case, check, equal
from netns import ip


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
def a_browser_reads_one_421():
    with on_tap() as s:
        c = raw(s.smtp, TAP_SERVER)
        c.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nQUIT\r\n")
        got = read_all(c)
        equal(got.count(b"421 4.7.0 "), 1)
        check(b"\r\n250" not in got and b"\r\n221" not in got, got)


if __name__ == "__main__":
    lwsmtpd.main()
