"""tlsraw.py - TLS by hand: hellos of any kind, records of any kind, and a
client whose records can be seen and tampered with

SPDX-License-Identifier: BSD-3-Clause
"""
import os
import socket
import ssl
import struct

ALERT, HANDSHAKE, DATA = 21, 22, 23
CCS, HEARTBEAT = 20, 24

# Of alerts, RFC 8446 6.
UNEXPECTED, OVERFLOW, FAILURE, ILLEGAL, DECODE, VERSION = 10, 22, 40, 47, 50, 70

TLS13 = (0x1301, 0x1303)
TLS12 = (0xc02b, 0xc02f, 0xcca9, 0xcca8)


def record(kind, octets, version=0x0301, length=None):
    """A record, of a length that may be a lie."""
    return struct.pack("!BHH", kind, version,
                       len(octets) if length is None else length) + octets


def message(kind, octets):
    """A handshake message."""
    return bytes([kind]) + len(octets).to_bytes(3, "big") + octets


def vector(octets, size):
    """Octets behind their length in `size` octets."""
    return len(octets).to_bytes(size, "big") + octets


def numbers(values):
    """16-bit numbers."""
    return b"".join(struct.pack("!H", v) for v in values)


def extension(kind, octets):
    """An extension of a hello."""
    return struct.pack("!H", kind) + vector(octets, 2)


def groups(values):
    """supported_groups"""
    return extension(10, vector(numbers(values), 2))


def algorithms(values):
    """signature_algorithms"""
    return extension(13, vector(numbers(values), 2))


def versions(values):
    """supported_versions"""
    return extension(43, vector(numbers(values), 1))


def key_shares(*shares):
    """key_share; any 32 octets are an X25519 key."""
    return extension(51, vector(b"".join(
        struct.pack("!H", g) + vector(k, 2) for g, k in shares), 2))


def usual_extensions():
    """What makes a hello one of TLS 1.3, or 1.2."""
    return [groups([29, 23]), algorithms([0x0403, 0x0804, 0x0401]),
            versions([0x0304, 0x0303]), key_shares((29, os.urandom(32))),
            extension(11, b"\1\0"), extension(23, b""),
            extension(0xff01, b"\0")]


def without(kind, extensions):
    """The extensions but that one."""
    return [e for e in extensions if struct.unpack("!H", e[:2])[0] != kind]


def client_hello(extensions=None, version=0x0303, suites=TLS13 + TLS12,
                 compression=b"\0", session=None):
    """A ClientHello; extensions None: usual ones; []: none."""
    if extensions is None:
        extensions = usual_extensions()
    session = os.urandom(32) if session is None else session
    octets = (struct.pack("!H", version) + os.urandom(32) +
              vector(session, 1) + vector(numbers(suites), 2) +
              vector(compression, 1))
    if extensions:
        octets += vector(b"".join(extensions), 2)
    return message(1, octets)


def records(octets):
    """[(type, version, octets)] of what was received; the rest of a record
    that is not whole has type None."""
    result = []
    while len(octets) >= 5:
        kind, version, length = struct.unpack_from("!BHH", octets)
        if len(octets) < 5 + length:
            break
        result.append((kind, version, octets[5:5 + length]))
        octets = octets[5 + length:]
    if octets:
        result.append((None, 0, octets))
    return result


def alerts(octets):
    """The descriptions of the alerts in clear text among the records."""
    return [r[1] for kind, _, r in records(octets)
            if kind == ALERT and len(r) == 2]


def any_context(**options):
    """A client's context that takes any certificate."""
    c = ssl.create_default_context()
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    for name, value in options.items():
        setattr(c, name, value)
    return c


class Tls:
    """TLS over a socket, the records in our hands; session: one of the same
    context's to be resumed."""

    def __init__(self, sock, context=None, session=None):
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or any_context()).wrap_bio(
            self.incoming, self.outgoing, server_hostname="localhost",
            session=session)
        self.received = b""

    def first_flight(self):
        """The ClientHello's record, not sent."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self.outgoing.read()

    def flush(self):
        """Send what TLS wants to be sent."""
        octets = self.outgoing.read()
        if octets:
            self.sock.sendall(octets)

    def more(self):
        """Receive; raises EOFError at the end."""
        octets = self.sock.recv(65536)
        if not octets:
            raise EOFError
        self.received += octets
        self.incoming.write(octets)

    def call(self, function, *arguments):
        """Call it until it needs no more octets."""
        while True:
            try:
                result = function(*arguments)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                self.more()

    def handshake(self):
        """All of it."""
        self.call(self.tls.do_handshake)

    def send(self, octets):
        """Plaintext."""
        if isinstance(octets, str):
            octets = octets.encode()
        self.call(self.tls.write, octets)

    def sealed(self, octets):
        """The records for plaintext, not sent."""
        self.tls.write(octets)
        return self.outgoing.read()

    def reply(self):
        """Plaintext up to the last line of a reply."""
        octets = b""
        while True:
            octets += self.call(self.tls.read, 65536)
            last = octets.split(b"\r\n")[-2:]
            if len(last) == 2 and last[1] == b"" and last[0][3:4] != b"-":
                return octets.decode()

    def cmd(self, line):
        """Send a line; the reply."""
        self.send(line + "\r\n")
        return self.reply()

    def rest(self):
        """Plaintext until the peer ends it."""
        octets = b""
        try:
            while True:
                more = self.call(self.tls.read, 65536)
                if not more:
                    return octets
                octets += more
        except (EOFError, OSError):
            return octets


def gone(sock, timeout):
    """Read to the end; octets, or None when it stays open."""
    octets = b""
    sock.settimeout(timeout)
    try:
        while True:
            more = sock.recv(65536)
            if not more:
                return octets
            octets += more
    except socket.timeout:
        return None
    except OSError:
        return octets
