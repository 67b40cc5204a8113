"""webpage.py - a browser that hides nothing: requests to the web page

SPDX-License-Identifier: BSD-3-Clause

    page = Page(8025, "open sesame", tls=True)
    status, head, body = page.get("/status.json")
"""
import base64
import json
import re
import socket
import ssl

from lwsmtpd import check, equal

PATIENCE = 60


def read_all(s):
    """Until the other side closes."""
    parts = []
    try:
        while part := s.recv(65536):
            parts.append(part)
    except (ConnectionResetError, ssl.SSLEOFError):
        pass
    return b"".join(parts)


def unchunked(head, body):
    """A body as it was before RFC 9112 7.1."""
    if b"transfer-encoding: chunked" not in head.lower():
        return body
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        size = int(size, 16)
        parts.append(body[:size])
        check(body[size:size + 2] == b"\r\n", "chunk", body[size:][:20])
        body = body[size + 2:]
    check(not size, "no last chunk")
    return b"".join(parts)


class Page:
    """Where it is, and its password. tls: no certificate is wrong."""

    def __init__(self, port, password, host="127.0.0.1", tls=False):
        self.port, self.password, self.host = port, password, host
        self.context = None
        if tls:
            self.context = ssl.create_default_context()
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE

    def auth(self, password=None):
        """The fields of a last request, with its password."""
        text = f"me:{self.password if password is None else password}"
        return ("Connection: close\r\nAuthorization: Basic "
                f"{base64.b64encode(text.encode()).decode()}\r\n")

    def connect(self, little=False):
        """A connection. little: its window is small."""
        s = socket.socket()
        if little:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(PATIENCE)
        s.connect((self.host, self.port))
        return self.context.wrap_socket(s) if self.context else s

    def raw(self, octets):
        """Send this; returns (status, head, body)."""
        with self.connect() as s:
            try:
                s.sendall(octets if isinstance(octets, bytes)
                          else octets.encode("latin-1"))
            except (BrokenPipeError, ConnectionResetError):
                pass
            head, _, body = read_all(s).partition(b"\r\n\r\n")
        check(head.startswith(b"HTTP/1.1 "), "no answer", head, octets[:80])
        return int(head[9:12]), head.decode(), body

    def half_closed(self, octets):
        """Send this with our FIN in the same segment; returns all that comes
        until the other side's, as it is on the wire without TLS. A reset is an
        error."""
        s = socket.create_connection((self.host, self.port), PATIENCE)
        with s:
            tls = Records(self.context, s) if self.context else None
            s.send(tls.sealed(octets) if tls else octets, socket.MSG_MORE)
            s.shutdown(socket.SHUT_WR)
            parts = []
            while part := s.recv(65536):
                parts.append(part)
            whole = b"".join(parts)
            return tls.opened(whole) if tls else whole

    def request(self, path, fields="", method="GET", password=None, host=None):
        """A well-formed one, as text; password "": none."""
        own = "" if password == "" else self.auth(password)
        return (f"{method} {path} HTTP/1.1\r\nHost: {host or self.host}\r\n"
                f"{own}{fields}\r\n")

    def get(self, path, fields="", **more):
        """Send it; returns as raw()."""
        return self.raw(self.request(path, fields, **more))

    def json(self, path):
        """A document."""
        code, _, body = self.get(path)
        equal(code, 200)
        return json.loads(body)

    def pool(self, name):
        """How many of a pool are used."""
        return {p["name"]: p for p in
                self.json("/status.json")["pools"]}[name]["used"]


class Records:
    """TLS on a socket whose segments are the caller's."""

    def __init__(self, context, s):
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.came, self.goes)
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                s.sendall(self.goes.read())
                octets = s.recv(65536)
                check(octets, "closed in the handshake")
                self.came.write(octets)
        s.sendall(self.goes.read())

    def sealed(self, octets):
        """As records, with a close_notify behind them."""
        self.tls.write(octets)
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        return self.goes.read()

    def opened(self, records):
        """What is in them; the last MUST be a close_notify."""
        self.came.write(records)
        parts = []
        try:
            while part := self.tls.read(65536):
                parts.append(part)
        except ssl.SSLZeroReturnError:
            pass
        except ssl.SSLWantReadError as e:
            raise AssertionError("no close_notify") from e
        return b"".join(parts)


class Kept:
    """A connection on which one request follows another."""

    def __init__(self, page):
        self.page = page
        self.socket = page.connect()
        self.file = self.socket.makefile("rb")

    def get(self, path, method="GET"):
        """(status, body)"""
        own = self.page.auth().partition("\r\n")[2]
        self.socket.sendall(
            f"{method} {path} HTTP/1.1\r\nHost: {self.page.host}\r\n{own}\r\n"
            .encode())
        return self.answer(method != "HEAD")

    def answer(self, body=True):
        """The next one, as far as it says that it goes."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.file.readline()
            check(line, "closed", head)
            head += line
        code = int(head[9:12])
        length = re.search(rb"Content-Length: (\d+)", head)
        if not body or code != 200:
            return code, b""
        if length:
            return code, self.file.read(int(length[1]))
        check(b"chunked" in head, head)
        whole = b""
        while not whole.endswith(b"\r\n0\r\n\r\n"):
            line = self.file.readline()
            check(line, "closed")
            whole += line
        return code, unchunked(head, whole)

    def close(self):
        """Let it go."""
        self.file.close()
        self.socket.close()
