"""broker.py - brokers for tests: mosquitto, and one that says what it is told

SPDX-License-Identifier: BSD-3-Clause
"""
import base64
import json
import os
import re
import socket
import subprocess
import threading

import lwsmtpd
from lwsmtpd import Client, until

MOSQUITTO = "/usr/sbin/mosquitto"

STATUS = "lwsmtpd/lwsmtpd/status"
LATER = "451 4.4.1 The MQTT broker does not answer, try again later"
NEVER = "554 5.3.4 The MQTT broker does not take this message"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8 + b"\xff\xd9"


# ---- mails ----

def mail(subject="Motion", picture=None, sender="Cam <cam@example.org>"):
    """A camera's message, with a picture or not."""
    head = f"From: {sender}\r\nSubject: {subject}\r\n"
    if picture is None:
        return (head + "\r\nhello\r\n").encode()
    octets = base64.encodebytes(picture).replace(b"\n", b"\r\n").decode()
    return (f"{head}MIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=xx\r\n\r\n"
            "--xx\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
            "--xx\r\nContent-Type: image/jpeg; name=a.jpg\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
            f"{octets}--xx--\r\n").encode()


def send(s, message=None, timeout=40):
    """The reply after the dot; s: a lwsmtpd.Server or a board."""
    with Client(s.smtp, timeout=timeout,
                host=getattr(s, "host", "127.0.0.1")) as c:
        c.hello()
        c.envelope()
        return c.data(message or mail())


def server(broker, *options, sinks=("log", "mqtt"), **more):
    """The program with this broker."""
    return lwsmtpd.Server("--mqtt_server=127.0.0.1",
                          f"--mqtt_port={broker.port}", *options, sinks=sinks,
                          **more)


# ---- mosquitto ----


class Broker:
    """mosquitto on a port of its own; start() and kill() as often as wished.

    lines  more lines of its configuration
    host   the address it listens on
    port   if not a free one
    """

    def __init__(self, *lines, tls=None, persistent=False, host="127.0.0.1",
                 port=0):
        self.dir = lwsmtpd.temp_dir("mosquitto-")
        self.host, self.port = host, port or lwsmtpd.free_port()
        self.tls, self.process, self.readers = tls, None, []
        config = [f"listener {self.port} {host}",
                  "log_dest file " + os.path.join(self.dir, "log"),
                  "log_type all", "user root", *lines]
        if not any(x.startswith("allow_anonymous") for x in lines):
            config.append("allow_anonymous true")
        if tls:
            config += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
        if persistent:
            config += ["persistence true", f"persistence_location {self.dir}/"]
        with open(os.path.join(self.dir, "conf"), "w",
                  encoding="utf-8") as file:
            file.write("\n".join(config) + "\n")
        self.start()

    def start(self):
        """Run it, and wait until it listens."""
        self.process = subprocess.Popen(
            [MOSQUITTO, "-c", os.path.join(self.dir, "conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._listens, 20, "mosquitto")

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError("mosquitto ended: " + self.log()[-500:])
        with socket.socket() as s:
            return s.connect_ex((self.host, self.port)) == 0

    def log(self):
        """What it logged."""
        with open(os.path.join(self.dir, "log"), encoding="utf-8") as file:
            return file.read()

    def kill(self):
        """As a power cut does."""
        self.process.kill()
        self.process.wait()

    def subscribe(self, topic="#", *options):
        """A mosquitto_sub on it, as a Reader."""
        reader = Reader(self, topic, options)
        self.readers.append(reader)
        return reader

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for reader in self.readers:
            reader.stop()
        self.process.kill()
        self.process.wait()
        return False


class Reader:
    """What mosquitto_sub prints: (topic, octets) in order."""

    def __init__(self, broker, topic, options):
        self.got, self.ready = [], threading.Event()
        tls = ["--cafile", broker.tls[0]] if broker.tls else []
        # %x: hexadecimal payload
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-h", "localhost" if tls else broker.host,
             "-p", str(broker.port), "-q", "1", "-t", topic, "-F",
             "%r %t %x", "-d", *tls, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        until(self.ready.is_set, 20, "SUBACK")

    def _read(self):
        for line in self.process.stdout:
            if "SUBACK" in line:
                self.ready.set()
            if line[:2] in ("0 ", "1 "):
                topic, _, payload = line[2:].rstrip("\n").rpartition(" ")
                self.got.append((topic, bytes.fromhex(payload)))

    def topic(self, topic):
        """Payloads of a topic so far."""
        return [p for t, p in list(self.got) if t == topic]

    def wait(self, topic, count=1, timeout=20):
        """Wait for so many payloads of a topic."""
        until(lambda: len(self.topic(topic)) >= count, timeout,
              f"{count} on {topic}")
        return self.topic(topic)

    def wait_matching(self, pattern, count):
        """Wait for so many payloads on topics of this pattern."""
        until(lambda: len([t for t, _ in list(self.got)
                           if re.fullmatch(pattern, t)]) >= count, 20,
              f"{count} on {pattern}")

    def json(self, topic, count=1, timeout=20):
        """The same, as objects."""
        return [json.loads(p) for p in self.wait(topic, count, timeout)]

    def stop(self):
        """End it."""
        self.process.kill()
        self.process.wait()
        self.thread.join()


# ---- a broker that is wrong ----

CONNACK = b"\x20\x02\x00\x00"


class Wrong:
    """Takes connections one after the other and treats each as its script
    says: a function of (connection, packet reader). What clients sent is in
    packets: (connection number, first octet, rest)."""

    def __init__(self, script):
        self.script, self.packets, self.count = script, [], 0
        self.closed = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self.count += 1
            threading.Thread(target=self._serve, daemon=True,
                             args=(conn, self.count)).start()

    def _serve(self, conn, number):
        with conn:
            try:
                self.script(conn, lambda: self.packet(conn, number))
                while self.packet(conn, number):
                    pass
            except OSError:
                pass
        self.closed += 1

    def packet(self, conn, number):
        """The client's next packet, or None at its end."""
        first = conn.recv(1)
        length, shift = 0, 0
        while first:
            octet = conn.recv(1)
            if not octet:
                return None
            length |= (octet[0] & 127) << shift
            shift += 7
            if octet[0] < 128:
                break
        rest = b""
        while len(rest) < length:
            more = conn.recv(length - len(rest))
            if not more:
                return None
            rest += more
        if not first:
            return None
        self.packets.append((number, first[0], rest))
        return first[0], rest

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        return False


def published(packet):
    """(topic, packet identifier, payload) of a PUBLISH with QoS 1."""
    _, rest = packet
    n = int.from_bytes(rest[:2], "big")
    return (rest[2:2 + n].decode(), rest[2 + n:4 + n], rest[4 + n:])
