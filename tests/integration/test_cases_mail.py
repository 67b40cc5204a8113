#!/usr/bin/env python3
"""test_cases_mail.py - section g of the case table, mails over SMTP

SPDX-License-Identifier: BSD-3-Clause

The mails of tests/vectors/mail/mail_cases.py, which vectors/test_mail_cases plays
to the parser alone: each is taken and stored as it came, and its alert in the
line of sink log is what the table says.

tests: sanitized
tests: timeout 900
"""
# pylint: disable=wrong-import-position
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.realpath(__file__)),
                             "../vectors/mail"))
import mail_cases
from cases import serving, stored
from lwsmtpd import Client, case, check, equal, main


def alert_of(s, client, octets):
    """Send it; what the log says of its alert."""
    before = len(s.log())
    client.envelope()
    reply = client.data(octets)
    check(reply.startswith("250"), reply)
    return s.wait_log(before + 1)[-1]["alert"]


def compare(mail, alert):
    """Is the alert as the table says?"""
    for key, want in mail.alert.items():
        got = alert[key]
        if key == "picture":
            got = got and (got["name"], got["octets"])
        equal(got, want, f"{mail.name}: {key}")


def play(number):
    """The mails of a row, in one session."""
    with serving() as s:
        with Client(s.smtp) as c:
            c.hello()
            for mail in mail_cases.rows():
                if mail.row != number:
                    continue
                octets = mail.octets + b"\r\n" * (
                    not mail.octets.endswith(b"\r\n"))
                compare(mail, alert_of(s, c, octets))
                equal(stored(s, octets), 1, f"{mail.name}: stored")


@case
def case_104_headers():
    """None, no end, endless, very many."""
    play(104)


@case
def case_105_boundaries():
    """Missing, empty, too long, one like another."""
    play(105)


@case
def case_106_depth():
    """1000 containers inside of each other."""
    play(106)


@case
def case_107_types():
    """Two, NUL, comments, quotes that do not end."""
    play(107)


@case
def case_108_base64():
    """As most parsers read what is not well-formed."""
    play(108)


@case
def case_109_quoted_printable():
    """The same."""
    play(109)


@case
def case_110_words():
    """Unknown, bad, very many, split in a character."""
    play(110)


@case
def case_111_parameters():
    """Pieces in any order, with gaps, very many."""
    play(111)


@case
def case_112_charsets():
    """Whatever comes, it is UTF-8."""
    play(112)


@case
def case_113_every_chunking():
    """Octet by octet, and in pieces of some sizes."""
    mail, = (m for m in mail_cases.rows() if m.row == 113)
    with serving() as s:
        with Client(s.smtp) as c:
            c.hello()
            whole = alert_of(s, c, mail.octets)
            compare(mail, whole)
            for n in (1, 2, 3, 7, 19, 64):
                c.envelope()
                c.expect("DATA", 354)
                octets = mail.octets + b".\r\n"
                for at in range(0, len(octets), n):
                    c.send(octets[at:at + n])
                check(c.reply().startswith("250"))
                alert = s.wait_log(len(s.log()))[-1]["alert"]
                for key in ("subject", "text", "cut", "octets"):
                    equal(alert[key], whole[key], f"{n}: {key}")
                equal(alert["picture"]["octets"], whole["picture"]["octets"])


@case
def case_114_traps():
    """Whatever is repeated without end is taken."""
    with serving() as s:
        with Client(s.smtp) as c:
            c.hello()
            for name, octets in mail_cases.traps(5000):
                alert = alert_of(s, c, octets)
                check(alert["stage"] == "full", name)


main()
