"""certificates.py - a certificate of a given length, and one that is too long

SPDX-License-Identifier: BSD-3-Clause
"""
import os
import ssl
import subprocess

from board import PATIENCE, check
from lwsmtpd import Client


def is_off(b, octets):
    """TLS is off, and the board says why; mail comes in clear text."""
    lines = b.lines("TLS: off: ")
    check(len(lines) == 1 and lines[0].startswith(
        "TLS: off: not enough TLS memory for a certificate of "), lines)
    check(octets - 10 <= int(lines[0].split()[-2]) <= octets, lines)
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        check("STARTTLS" not in c.hello(), "offered")
        c.send_mail()
        c.quit()


def octets_of(path):
    """How long the DER of a certificate is."""
    with open(path, encoding="ascii") as file:
        return len(ssl.PEM_cert_to_DER_cert(file.read()))


def of_length(folder, octets):
    """A self-signed one of P-256, of at most so many octets and at least 10
    fewer; returns the paths of it and its key."""
    cert, key = (os.path.join(folder, f"{octets}.{x}") for x in ("crt", "key"))
    comment = 1
    for _ in range(5):  # a signature is of 70 to 72 octets
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
             "-days", "30", "-subj", "/CN=localhost", "-addext",
             "nsComment=" + "x" * comment], check=True, capture_output=True)
        missing = octets - octets_of(cert)
        if 0 <= missing <= 10:
            return cert, key
        comment += missing - 4
    check(False, "no certificate of", octets, "octets")
    return None
