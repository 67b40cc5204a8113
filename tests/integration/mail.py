"""mail.py - what the suites of real clients share: messages, certificates,
ways to reach the program, and whether a message is there as it was sent

SPDX-License-Identifier: BSD-3-Clause

    import mail

    mail.matrix("swaks", mail.MODES, send)   # a case for each way

    def send(s, mode, path, message):        # to sender.example ...
        ...

A message exists as a file with CRLF, `path`; with LF, `path + ".lf"`; and
with LF but none at its end, `path + ".cut"`, for clients that put one there.
"""
import hashlib
import itertools
import os
import shutil
import subprocess

import lwsmtpd
from lwsmtpd import PASSWORD, USER, Server, Skip, check, equal, until

ASAN = os.environ.get("LWSMTPD_ASAN", "")
SENDER, RCPTS = "cam@sender.example", ["a@rcpt.example", "b@rcpt.example"]
LARGE_SIZE = 20 * 1024 * 1024
_serials = itertools.count(1)

HEADER = ("From: cam@sender.example\r\n"
          "To: a@rcpt.example, b@rcpt.example\r\n"
          "Subject: {}\r\n"
          "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
          "Message-ID: <{}@sender.example>\r\n"
          "X-Folded: one\r\n\ttwo\r\n  three\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: 8bit\r\n\r\n")

# Lines that a client or a server may get wrong: dots, blanks, no ASCII, a
# line of 998 octets, what looks like an end, a mailbox separator.
ODD = (b".", b"..", b".a", b"...a", b"a.", b"", b"", b" ", b"  blanks  ",
       b"\ttab\t", b"From here on", b">From", b"x" * 998, b"." * 998,
       "åéîøü 日本語 \U0001f4f7".encode(), b"QUIT", b"RSET", b"-",
       b"BDAT 5 LAST", b"=2E=3D=", b"a\x01b\x7fc")


def message(name, size=0):
    """A message with CRLF, of size octets or more."""
    head = HEADER.format(name, name).encode()
    plain = b"".join(b"%06d %s\r\n" % (i, b"0123456789abcdef" * 4)
                     for i in range(40))
    block = b"\r\n".join(ODD) + b"\r\n" + plain
    count = max(1, -(-(size - len(head)) // len(block)))
    return head + block * count + b".last\r\n"


def body(octets=0):
    """A message of its own, of about that many octets, in CRLF lines."""
    head = f"Subject: message {next(_serials)}\r\n\r\nThe body.\r\n".encode()
    line = b".dots and %7d octets " + b"x" * 50 + b"\r\n"
    count = max(octets - len(head), 0) // len(line % 0)
    return head + b"".join(line % i for i in range(count))


class Mode:
    """A way to reach the program: which port, TLS when, AUTH or not."""

    def __init__(self, name, port, tls="", auth=False, options=()):
        self.name, self.port = name, port
        self.tls, self.auth, self.options = tls, auth, tuple(options)

    def protocol(self, lmtp=False):
        """The keyword of RFC 3848."""
        return ("LMTP" if lmtp else "ESMTP") + ("S" if self.tls else "") + (
            "A" if self.auth else "")


MODES = {m.name: m for m in (
    Mode("plain", "smtp"),
    Mode("plain_auth", "smtp", auth=True,
         options=["--smtpd_tls_auth_only=no"]),
    Mode("starttls", "smtp", tls="starttls"),
    Mode("submission", "submission", tls="starttls", auth=True),
    Mode("smtps", "smtps", tls="on-connect"),
    Mode("smtps_auth", "smtps", tls="on-connect", auth=True,
         options=["--smtps_auth_required=yes"]),
)}


# ---- files that all cases of a suite use ----

class Files:
    """A folder with the messages and certificates, gone when Python ends
    the with block."""

    def __init__(self):
        self.dir = lwsmtpd.temp_dir("mail-")
        # Postfix and Exim read what is here as users of their own
        os.chmod(self.dir, 0o755)
        self.small = self.write("small.eml", message("small"))
        self.large = self.write("large.eml", message("large", LARGE_SIZE))
        self.ca, self.ca_key = authority(self.dir, "ca")
        self.other_ca, _ = authority(self.dir, "other-ca")

    def path(self, name):
        """A path in the folder."""
        return os.path.join(self.dir, name)

    def write(self, name, octets):
        """Write a message, and its copies with LF beside it."""
        lines = octets.replace(b"\r\n", b"\n")
        for end, data in (("", octets), (".lf", lines), (".cut", lines[:-1])):
            with open(self.path(name) + end, "wb") as file:
                file.write(data)
        return self.path(name)

    def certificate(self, kind, host="localhost"):
        """A certificate of our authority for a host name."""
        cert, key = (self.path(f"{kind}-{host}.{x}") for x in ("crt", "key"))
        if not os.path.exists(cert):
            request, names = cert + ".csr", cert + ".ext"
            with open(names, "w", encoding="ascii") as file:
                file.write(f"subjectAltName=DNS:{host}\n"
                           "basicConstraints=CA:false\n"
                           "keyUsage=digitalSignature\n"
                           "extendedKeyUsage=serverAuth\n"
                           "authorityKeyIdentifier=keyid\n"
                           "subjectKeyIdentifier=hash\n")
            openssl("req", "-new", *new_key(kind), "-nodes", "-keyout", key,
                    "-subj", f"/CN={host}", "-out", request)
            openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                    self.ca_key, "-days", "30", "-extfile", names, "-out",
                    cert)
        return cert, key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)
        return False


def openssl(*arguments):
    """Run it; only its failure is of interest."""
    done = subprocess.run(["openssl", *arguments], capture_output=True,
                          text=True, check=False)
    check(done.returncode == 0, "openssl", arguments[0], done.stderr)


def new_key(kind):
    """Arguments of openssl req for a key of a kind."""
    if kind == "rsa":
        return ["-newkey", "rsa:2048"]
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


def authority(folder, name):
    """A certificate authority; returns the paths of certificate and key."""
    cert, key = (os.path.join(folder, f"{name}.{x}") for x in ("crt", "key"))
    openssl("req", "-x509", *new_key("ec"), "-nodes", "-keyout", key, "-out",
            cert, "-days", "30", "-subj", "/CN=Test CA", "-addext",
            "keyUsage=critical,keyCertSign,cRLSign")
    return cert, key


_files = None


def files():
    """The files of this suite; there once main() runs."""
    return _files


def main():
    """Run the suite's cases with its files."""
    global _files  # pylint: disable=global-statement
    with Files() as _files:
        lwsmtpd.main()


def server(*options, kind="ec", **more):
    """The program with a certificate of our authority: "ec" or "rsa"."""
    cert, key = _files.certificate(kind)
    return Server(f"--smtpd_tls_cert_file={cert}",
                  f"--smtpd_tls_key_file={key}",
                  "--smtpd_auth_failure_delay=0", "--myhostname=localhost",
                  *options, **more)


def sanitized(*options, **more):
    """server(), the program built with ASan and UBSan."""
    if not os.path.exists(ASAN):
        raise Skip("no program with ASan: tests/run builds it")
    return server(*options, program=ASAN, **more)


# ---- has it arrived? ----

def need_ipv6(s):
    """Skip the case unless the program listens on ::1."""
    if "[::1]" not in s.ready_line:
        raise Skip("no ::1 here")


def stored(s, sent, mode=None, end=b"", hop=b"", **fields):
    """The newest message of the maildir is `sent`, with `end` behind it and
    a Received: field that begins with `hop` before it, and the log's line of
    it says the same. Returns that line."""
    entry = s.wait_log(len(s.messages()))[-1]
    got = lwsmtpd.content(s.messages()[-1])
    check(got.startswith(hop), got[:300])
    same(lwsmtpd.content(got) if hop else got, sent + end)
    equal(entry["verdict"], "accepted", "verdict")
    equal(entry["octets"], len(got), "octets in the log")
    equal(entry["sha256"], hashlib.sha256(got).hexdigest(), "sha256")
    if mode:
        fields.setdefault("protocol", mode.protocol())
        fields.setdefault("auth_user", USER if mode.auth else None)
        equal(bool(entry["tls_version"]), bool(mode.tls), "TLS")
    for name, value in fields.items():
        equal(entry[name], value, name)
    equal(s.leftovers(), [], "left in tmp")
    return entry


def same(got, sent):
    """Both are equal, octet for octet; otherwise say where they part."""
    if got == sent:
        return
    at = next((i for i, (a, b) in enumerate(zip(got, sent)) if a != b),
              min(len(got), len(sent)))
    raise AssertionError(
        f"octet {at} of {len(sent)} sent, {len(got)} stored: "
        f"{got[max(0, at - 40):at + 40]!r}, not "
        f"{sent[max(0, at - 40):at + 40]!r}")


def read(path):
    """The octets of a file."""
    with open(path, "rb") as file:
        return file.read()


def matrix(client, modes, send, **fields):
    """A case for each mode: send(s, mode, path) gives the program a small
    and a 20 MB message, and each is stored as it was sent."""
    def make(mode):
        def run():
            with server(*mode.options) as s:
                for count, path in enumerate((_files.small, _files.large), 1):
                    send(s, mode, path)
                    until(lambda n=count: len(s.messages()) >= n, 20,
                          "the message")
                    equal(len(s.messages()), count, "messages")
                    stored(s, read(path), mode, **{
                        "to": RCPTS, "from": SENDER, **fields})
        run.__name__ = f"{client}_{mode.name}_small_and_20_mb"
        lwsmtpd.case(run)
    for name in modes:
        make(MODES[name])


def tool(command, status=0, stdin=None, timeout=60, env=None, text=True):
    """Run a client to its end; returns stdout and stderr in one."""
    done = subprocess.run(command, stdin=stdin or subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout, check=False,
                          env=None if env is None else {**os.environ, **env})
    out = done.stdout.decode(errors="replace") if text else done.stdout
    if status is not None and done.returncode != status:
        raise AssertionError(f"{command[0]}: status {done.returncode}, not "
                             f"{status}: {out[-600:]}")
    return out


def port(s, mode):
    """The number of the port a mode uses."""
    return getattr(s, mode.port)


__all__ = ["PASSWORD", "USER"]
