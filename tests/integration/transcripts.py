#!/usr/bin/python3
# transcripts.py - play the transcripts of tests/vectors to a server's socket
#
# SPDX-License-Identifier: BSD-3-Clause
#
# transcripts.py [--listener WORD,...] [--profile P] [--chunk N] [--only NAME]
#                HOST PORT [FILE...]
#
# The format is described in tests/vectors/README.md. What a socket cannot
# show or change (the sink, limits, the clock) makes a case skipped, with the
# reason; `<<` lines are not checked. --listener says how the server's
# listener is: starttls tls tls_required auth auth_required auth_clear auth_any
# lmtp dsn tolerant relay scram. --chunk sends so many octets at a time.
import argparse
import glob
import os
import re
import socket
import ssl
import struct
import sys

VECTORS = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                       "../vectors")
FEATURES = ("tls auth scram chunking smtputf8 dsn lmtp limits received "
            "run_time_limits tolerant".split())
# Flags that change what a case without them sees, beyond what is offered.
STRICT = {"tls", "tls_required", "auth_required", "auth_clear", "auth_any",
          "lmtp", "tolerant"}
OFFERS = {"STARTTLS": "starttls", "AUTH": "auth", "DSN": "dsn"}
ANSWER_S = 10
LONG = 4000  # octets, not sent in pieces


class Failure(Exception):
    """The server did something else than the transcript says."""


class Case:
    """One case: its steps as (line number, kind, value)."""

    def __init__(self, name):
        self.name = name
        self.steps = []

    def directives(self, word):
        return [v.split()[1:] for _, kind, v in self.steps
                if kind == "@" and v.split()[0] == word]


def unescape(text):
    names = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}
    out = b""
    for match in re.finditer(r"\\x([0-9a-f]{2})|\\(.)|([^\\]+)", text):
        if match[1]:
            out += bytes([int(match[1], 16)])
        elif match[2]:
            out += names.get(match[2], match[2].encode())
        else:
            out += match[3].encode()
    return out


def add_line(case, number, line):
    sent = re.match(r"C(?:\*(\d+))?(\\)?: ?(.*)$", line)
    if sent:
        octets = unescape(sent[3]) if sent[2] else sent[3].encode() + b"\r\n"
        case.steps.append((number, "C", octets * int(sent[1] or 1)))
        return
    answer = re.match(r"S(?:\*(\d+))?: (\d{3})(?: ([245]\.\d+\.\d+)\b)?", line)
    if answer:
        case.steps += [(number, "S", (answer[2], answer[3] or ""))] * \
            int(answer[1] or 1)
        return
    other = re.match(r"(S\+|S-|<<|@) (.*)$", line)
    if not other:
        raise ValueError(f"line {number}: malformed")
    case.steps.append((number, other[1], other[2]))


def read(path):
    cases = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            if line.startswith("@ case "):
                cases.append(Case(line[7:]))
            else:
                add_line(cases[-1], number, line)
    return cases


def obstacle(case, server, profile):
    """Why this server's socket cannot show it, or None."""
    for word in ("limit", "sink", "settle", "tls_reserve", "shutdown",
                 "forgive", "engine", "auth"):
        if case.directives(word):
            return f"`@ {word}` needs the engine's runner"
    if case.directives("wait"):
        return "it waits longer than a test may"
    needs = {w for words in case.directives("needs") for w in words}
    lacks = needs - set(FEATURES) - {profile}
    if lacks:
        return f"not the {' '.join(lacks)} profile"
    flags = {w for words in case.directives("listener") for w in words}
    if "plain" in flags and server:
        return "the listener is not plain"
    flags.discard("plain")
    if flags - server:
        return f"the listener is not {' '.join(sorted(flags - server))}"
    if "tolerant" in server and not case.directives("strict"):
        flags.add("tolerant")
    if {"tolerant", "starttls"} <= server and "starttls" not in flags and \
            any(k == "C" and v[:1] == b"\x16" for _, k, v in case.steps):
        return "TLS would begin"
    if (server - flags) & STRICT:
        return f"the listener is {' '.join(sorted((server - flags) & STRICT))}"
    for number, kind, value in case.steps:
        if kind == "S-" and OFFERS.get(value) in server - flags:
            return f"the listener offers {value}"
    return None


class Client:
    """The connection, its replies, and what was sent so far."""

    def __init__(self, host, port, chunk):
        self.socket = socket.create_connection((host, port), ANSWER_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.chunk = chunk
        self.buffer = b""
        self.reply = []

    def send(self, octets):
        step = self.chunk or len(octets) or 1
        try:
            for at in range(0, len(octets), step):
                self.socket.sendall(octets[at:at + step])
        except OSError:
            pass  # it closed; its last words are still to be read

    def more(self):
        try:
            got = self.socket.recv(65536)
        except ConnectionError:
            got = b""
        except socket.timeout:
            raise Failure(f"nothing came for {ANSWER_S} s") from None
        self.buffer += got
        return bool(got)

    def line(self):
        while b"\n" not in self.buffer:
            if not self.more():
                raise Failure("closed instead of a reply")
        line, self.buffer = self.buffer.split(b"\n", 1)
        if not re.fullmatch(rb"[2-5]\d\d[ -][ -~]*\r", line) or \
                len(line) > 511:
            raise Failure(f"malformed reply {line!r}")
        return line[:-1].decode()

    def expect(self, code, enhanced):
        self.reply = [self.line()]
        while self.reply[-1][3] == "-":
            self.reply.append(self.line())
        got = re.match(r"(\d{3})[ -](?:([245]\.\d+\.\d+)\b)?", self.reply[0])
        if got[1] != code or (got[2] or "") != enhanced:
            raise Failure(f"expected {code} {enhanced}, got {self.reply[0]}")

    def offers(self, word):
        return any(line[4:] == word or line[4:].startswith(word + " ")
                   for line in self.reply[1:])

    def closed(self):
        while self.more():
            pass
        if self.buffer:
            raise Failure(f"more came: {self.buffer[:80]!r}")

    def open(self):
        self.socket.settimeout(0.1)
        try:
            if not self.socket.recv(1, socket.MSG_PEEK):
                raise Failure("it is closed")
        except (socket.timeout, ssl.SSLWantReadError, ValueError):
            pass
        finally:
            self.socket.settimeout(ANSWER_S)

    def tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if self.buffer:
            raise Failure(f"clear text behind the 220: {self.buffer!r}")
        try:
            self.socket = context.wrap_socket(self.socket)
        except (OSError, ssl.SSLError) as error:
            raise Failure(f"handshake: {error}") from None

    def lost(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()


def act(client, line):
    word = line.split()[0]
    if word == "eof":
        client.socket.shutdown(socket.SHUT_WR)
    elif word in ("tls", "lost", "open", "closed"):
        getattr(client, word)()


def step(client, kind, value):
    if kind == "S":
        client.expect(*value)
    elif kind == "S+" and not client.offers(value):
        raise Failure(f"{value} is not offered")
    elif kind == "S-" and client.offers(value):
        raise Failure(f"{value} is offered")
    elif kind == "@":
        act(client, value)


def play(case, host, port, chunk):
    client = Client(host, port, chunk)
    octets = b""
    try:
        for number, kind, value in case.steps:
            if kind == "C":
                octets += value
                continue
            if octets and kind != "<<":
                client.send(octets)
                octets = b""
            try:
                step(client, kind, value)
            except Failure as why:
                raise Failure(f"line {number}: {why}") from None
        client.send(octets)
    finally:
        client.socket.close()


def octets_of(case):
    return sum(len(v) for _, kind, v in case.steps if kind == "C")


def obstacle_to_pieces(case):
    if octets_of(case) > LONG:
        return "too long for so small pieces"
    before = None
    for _, kind, value in case.steps:
        if kind == "C" and before and b"STARTTLS\r\n" in before:
            return "pieces behind STARTTLS are TLS records to the server"
        before = value if kind == "C" else None
        if before and not before.endswith(b"STARTTLS\r\n") and \
                b"STARTTLS\r\n" in before:
            return "pieces behind STARTTLS are TLS records to the server"
    return None


def run(cases, options, suffix=""):
    """Play them; how many failed. The suffix goes to their names."""
    server = set(filter(None, options.listener.split(",")))
    failed = 0
    for case in cases:
        if options.only not in case.name:
            continue
        name = case.name + suffix
        why = obstacle(case, server, options.profile)
        if not why and options.chunk:
            why = obstacle_to_pieces(case)
        if why:
            print(f"{options.skip} {name}: {why}", flush=True)
            continue
        try:
            play(case, options.host, options.port, options.chunk)
            print(f"ok {name}", flush=True)
        except (Failure, OSError) as error:
            print(f"not ok {name}: {error}", flush=True)
            failed += 1
    return failed


def read_all():
    return [case for path in sorted(glob.glob(os.path.join(VECTORS, "*.txt")))
            for case in read(path)]


def main():
    parser = argparse.ArgumentParser(prog="transcripts.py")
    parser.add_argument("--listener", default="")
    parser.add_argument("--profile", default="full")
    parser.add_argument("--chunk", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", default="skip", help="the word for it")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("file", nargs="*")
    options = parser.parse_args()
    cases = [case for path in options.file for case in read(path)] \
        if options.file else read_all()
    print("# sink calls (<<) are not seen at a socket")
    sys.exit(run(cases, options) != 0)


if __name__ == "__main__":
    main()
