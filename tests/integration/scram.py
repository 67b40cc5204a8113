"""scram.py - a client of SCRAM-SHA-256 that can lie, written from RFC 5802 3

SPDX-License-Identifier: BSD-3-Clause
"""
import base64
import hashlib
import hmac
import os


def b64(octets):
    """Base64 as a line's text."""
    if isinstance(octets, str):
        octets = octets.encode()
    return base64.b64encode(octets).decode()


def digest(key, text):
    return hmac.digest(key, text, "sha256")


class Scram:
    """An exchange of a lwsmtpd.Client; what is changed between its messages is
    proven as changed."""

    def __init__(self, client, user, password, header="n,,", binding=b""):
        self.client, self.password = client, password
        self.header, self.binding = header, binding
        self.bare = f"n={user},r={b64(os.urandom(12))}"
        self.server, self.nonce = "", ""

    def first(self, mechanism="SCRAM-SHA-256"):
        """Say client-first-message; the reply."""
        reply = self.client.cmd(
            f"AUTH {mechanism} {b64(self.header + self.bare)}")
        if reply.startswith("334 "):
            self.server = base64.b64decode(reply[4:]).decode()
            self.nonce = self.server.split(",")[0][2:]
        return reply

    def message(self):
        """client-final-message; the signature that must come."""
        fields = dict(f.split("=", 1) for f in self.server.split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256", self.password.encode(), base64.b64decode(fields["s"]),
            int(fields["i"]))
        bare = (f"c={b64(self.header.encode() + self.binding)},"
                f"r={self.nonce}")
        text = f"{self.bare},{self.server},{bare}".encode()
        key = digest(salted, b"Client Key")
        mask = digest(hashlib.sha256(key).digest(), text)
        proof = bytes(a ^ b for a, b in zip(key, mask))
        return (f"{bare},p={b64(proof)}",
                b64(digest(digest(salted, b"Server Key"), text)))

    def final(self):
        """Say it; the last reply, or the first that is none of success."""
        message, signature = self.message()
        reply = self.client.cmd(b64(message))
        if not reply.startswith("334 "):
            return reply
        if base64.b64decode(reply[4:]).decode() != "v=" + signature:
            raise AssertionError("the server has proven nothing")
        return self.client.cmd("")
