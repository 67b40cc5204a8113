"""board.py - run a board's image in QEMU for a test: ports, console, link

SPDX-License-Identifier: BSD-3-Clause

    from board import Board, case, check, main

    @case
    def a_mail():
        with Board("mps2_an385") as b:
            with Client(b.smtp, host=b.host) as c:
                c.hello()
                c.send_mail(body=BODY)
            b.arrived(BODY)                 # sha256 on the console
            print(b.stats()["TCP_PCB"].high)
            b.link(False)                   # the cable is out

The image is what `boards/run NAME --image-only` leaves; it is built once and
QEMU is started by `boards/run` with what this class adds. A Board has the
attributes of lwsmtpd.Server that make sense for it, so that what drives the
one drives the other. What a test reads is the board's own console: the line
`ready`, one JSON object for each message, and the statistics it prints when
asked with the octet `s`.
"""
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path[1:1] = [os.path.join(TESTS, "integration"),
                 os.path.join(TESTS, "size")]
# pylint: disable=wrong-import-position
import lwsmtpd  # noqa: E402
from lwsmtpd import (PASSWORD, TOP, USER, case, check, equal, free_port,  # noqa
                     hash_password, main, make_cert, temp_dir, until)
from netns import Namespace, ip, need_tap  # noqa: E402

RUN = os.path.join(TOP, "boards/run")
TAP = "lw0"
TAP_BOARD, TAP_HOST = "10.9.0.2", "10.9.0.1"

# Those with a web page.
WITH_PAGE = ("mps2_an385", "mps2_an500")

# Seconds that a board may take on a machine that is busy.
PATIENCE = 60

# Lines of a console that no healthy board prints.
CRASH = re.compile(r"^(fault|panic|assert|stack overflow)", re.I | re.M)

# What a connection may hold. The rest is the network's own.
HELD = ("sessions", "connections", "tls_slots", "page_tls_slots",
        "tls_records", "tls_global", "tls_leaks", "heap", "TCP_SEG", "ALTCP_PCB", "PBUF", "PBUF_POOL")


class Stat:
    """A pool: elements or octets in use now, the most ever, how many there
    are (0: no limit)."""

    def __init__(self, used, high, total):
        self.used, self.high, self.total = used, high, total

    def __repr__(self):
        return f"{self.used} (high {self.high}) of {self.total}"


class Qmp:
    """QEMU's monitor."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect("\0" + name)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.file.readline()
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        """Run a command; returns its result."""
        json.dump({"execute": command, "arguments": arguments}, self.file)
        self.file.write("\n")
        self.file.flush()
        while True:
            line = self.file.readline()
            check(line, f"QEMU ended in {command}")
            answer = json.loads(line)
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def close(self):
        """Let it go."""
        self.file.close()
        self.socket.close()


_built = set()


def image(name):
    """Build the image of a board, once; tests/run has done so already."""
    if name in _built:
        return
    done = subprocess.run([RUN, name, "--image-only"], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    check(done.returncode == 0, f"{name}: {done.stderr[-2000:]}")
    _built.add(name)


class Board:
    """A board, running. Leaves its folder behind when something failed.

    name      folder in boards/
    settings  more of its configuration: {"smtpd_timeout": "2s"}
    qemu      more arguments of QEMU
    net       "user": ports of 127.0.0.1 lead to it; "tap": it is TAP_BOARD on
              the device TAP of the current namespace, see on_tap()
    users     {name: password}; None: USER with PASSWORD
    lines     more lines of its users file
    cert      (certificate, key) files; None: a fresh self-signed one
    options   of boards/run, before those of this class; with --blob, settings
              do not count
    ready     seconds to wait for the ready line; None: do not wait
    wrapper   words in front of the command
    """

    def __init__(self, name, settings=(), qemu=(), net="user", users=None,
                 lines=(), cert=None, options=(), ready=PATIENCE, wrapper=()):
        self.name, self.net = name, net
        self.dir = temp_dir(f"{name}-")
        # Abstract: a path of a socket has 107 octets at most.
        self.control = f"qmp-{os.getpid()}-{os.path.basename(self.dir)}"
        self.maildir = ""
        self.users = {USER: PASSWORD} if users is None else dict(users)
        self.user_lines = lines
        self.cert = cert or make_cert(self.dir)
        self.process = self.qmp = None
        self.ready_line = ""
        self.first = {}
        self.forgiven = 0
        self.lmtp = 0
        if net == "user":
            self.host = "127.0.0.1"
            self.smtp, self.smtps, self.submission, self.page = (
                free_port() for _ in range(4))
            where = ["--smtp", str(self.smtp), "--smtps", str(self.smtps),
                     "--submission", str(self.submission),
                     "--page", str(self.page)]
        else:
            self.host = TAP_BOARD
            self.smtp, self.smtps, self.submission = 25, 465, 587
            self.page = 8025
            where = ["--net", f"tap:{TAP}"]
        self.settings = dict(settings)
        self.write_settings()
        self.command = [
            *wrapper, RUN, name, *options, *where,
            *(() if "--blob" in options else
              ("--settings", self.path("settings"))), "--", "-qmp", f"unix:{self.control},abstract=on,server=on,wait=off",
            *qemu]
        image(name)
        self.start(ready)

    # -- the program --

    def path(self, name):
        """A path in the board's folder."""
        return os.path.join(self.dir, name)

    def write_settings(self):
        """The configuration file that its flash is made of."""
        with open(self.path("users"), "w", encoding="utf-8") as file:
            for user, password in self.users.items():
                file.write(hash_password(password, user, 100))
            file.writelines(line + "\n" for line in self.user_lines)
        lines = {"smtpd_tls_cert_file": self.cert[0],
                 "smtpd_tls_key_file": self.cert[1],
                 "users_file": self.path("users"),
                 "myhostname": "localhost", "smtp_profile": "strict"}
        if self.net != "user":
            lines["ip"] = f"{TAP_BOARD}/24"
        if self.name in WITH_PAGE and "page_password" not in self.settings:
            lines["page_port"] = "0"    # or a password is made, for whom?
        lines.update(self.settings)
        with open(self.path("settings"), "w", encoding="utf-8") as file:
            for key, value in lines.items():
                file.write(f"{key} = {value}\n")

    def start(self, ready=PATIENCE):
        """Start it (again, after kill()) and wait for `ready`."""
        before = len(self.lines("ready "))
        with open(self.path("console"), "ab") as out, \
                open(self.path("stderr"), "ab") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=out, stderr=err)
        if ready is None:
            return
        try:
            self.wait_ready(before, ready)
            self.qmp = Qmp(self.control)
            self.first = self.stats()
        except BaseException:
            self.kill()
            self.show()
            raise

    def wait_ready(self, before=0, timeout=PATIENCE):
        """Wait for one more ready line than there were before."""
        def is_ready():
            if not self.running():
                raise AssertionError("QEMU ended with status "
                                     f"{self.process.returncode}: "
                                     + self.stderr()[-500:])
            lines = self.lines("ready ")
            if len(lines) > before:
                self.ready_line = lines[-1]
            return len(lines) > before
        until(is_ready, timeout, "the ready line")

    @property
    def pid(self):
        """QEMU's process."""
        return self.process.pid

    def running(self):
        """Has QEMU not ended?"""
        return self.process is not None and self.process.poll() is None

    def reset(self):
        """The reset button; wait until it is ready again."""
        before = len(self.lines("ready "))
        self.qmp("system_reset")
        self.wait_ready(before)

    def link(self, up):
        """Put the network cable in or out."""
        self.qmp("set_link", name="net0", up=up)

    def kill(self):
        """End QEMU: a board is switched off, not asked to stop."""
        if self.qmp:
            self.qmp.close()
            self.qmp = None
        if self.running():
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self.process:
            self.process.stdin.close()

    def show(self):
        """What it said, for whoever looks for the reason."""
        print(f"--- {self.dir}/console\n{self.console()[-4000:]}\n--- "
              f"stderr\n{self.stderr()[-2000:]}", flush=True)

    def healthy(self):
        """QEMU runs, and the console has nothing of a crash that was not
        expected."""
        crash = CRASH.search(self.console(), self.forgiven)
        check(self.running(), "QEMU ended", self.stderr()[-500:])
        check(not crash, crash and self.console()[crash.start():][:600])

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.healthy()
        except AssertionError:
            self.kill()
            self.show()
            raise
        self.kill()
        if kind is not None:
            self.show()
            return False
        shutil.rmtree(self.dir, ignore_errors=True)
        return False

    # -- the console --

    def read(self, name):
        """A file of the folder as text, with LF at the ends of lines."""
        path = self.path(name)
        if not os.path.exists(path):
            return ""
        with open(path, "rb") as file:
            text = file.read().decode(errors="replace")
        return text.replace("\r\n", "\n")

    def console(self):
        """All that it said."""
        return self.read("console")

    def stderr(self):
        """What boards/run and QEMU said."""
        return self.read("stderr")

    def lines(self, start):
        """Whole lines of the console that begin so."""
        return [x for x in self.console().split("\n")[:-1]
                if x.startswith(start)]

    def type(self, octets):
        """Type on the console."""
        self.process.stdin.write(octets)
        self.process.stdin.flush()

    def wait_console(self, text, timeout=PATIENCE):
        """Wait until a text stands on the console."""
        return until(lambda: text in self.console(), timeout,
                     f"{text!r} on the console")

    def log(self):
        """The JSON objects of its messages, whole lines only."""
        found = (json.loads(line) for line in self.lines("{"))
        return [x for x in found if "verdict" in x]

    def quirks(self):
        """Those of what was forgiven or refused."""
        found = (json.loads(line) for line in self.lines("{"))
        return [x for x in found if "quirk" in x]

    def wait_log(self, count=1, timeout=PATIENCE):
        """Wait for that many messages; returns all."""
        until(lambda: len(self.log()) >= count, timeout, f"{count} messages")
        return self.log()

    def arrived(self, octets, count=1):
        """The message is there, octet for octet; its JSON object. `count`:
        so often. The console has it before the client has its 250."""
        digest = hashlib.sha256(octets).hexdigest()
        found = [x for x in self.log() if x["sha256"] == digest and
                 x["verdict"] == "accepted"]
        equal(len(found), count, "times arrived")
        if found:
            equal(found[-1]["octets"], len(octets), "octets")
        return found[-1] if found else None

    def messages(self):
        """One for each message accepted: its SHA-256."""
        return [x["sha256"] for x in self.log()
                if x["verdict"] == "accepted"]

    def inbox(self):
        """The alerts of its inbox, the newest first, and {id: (octets,
        SHA-256)} of their pictures."""
        ends = len(self.lines("inbox end"))
        start = len(self.console())
        self.type(b"i")
        until(lambda: len(self.lines("inbox end")) > ends, PATIENCE,
              "the inbox")
        lines = self.console()[start:].split("\n")
        found = [x.split() for x in lines if x.startswith("picture ")]
        return ([json.loads(x) for x in lines if x.startswith('{"id"')],
                {int(x[1]): (int(x[2]), x[3]) for x in found})

    # -- its pools --

    def statistics(self):
        """({name: Stat}, {counter: value}), printed by it now."""
        before = len(self.lines("stat end"))
        self.type(b"s")
        until(lambda: len(self.lines("stat end")) > before, PATIENCE,
              "the statistics")
        text = self.console()
        text = text[:text.rindex("\nstat end")]
        if before:
            text = text[text.rindex("\nstat end") + 1:]
        stats = {m[1]: Stat(int(m[2]), int(m[3]), int(m[4])) for m in
                 re.finditer(r"^stat (\S+) (\d+) (\d+) (\d+)$", text, re.M)}
        counts = {m[1]: int(m[2]) for m in
                  re.finditer(r"^count (\S+) (\d+)$", text, re.M)}
        check(stats, "no statistics in", text[-500:])
        return stats, counts

    def stats(self):
        """{name: Stat}"""
        return self.statistics()[0]

    def settle(self, timeout=PATIENCE):
        """Wait until no more of what a connection may hold is in use than at
        first. Pcbs are left out: in TIME_WAIT they stay for two minutes."""
        end = time.monotonic() + timeout
        while True:
            now = self.stats()
            wrong = {k: f"{now[k].used}, was {self.first[k].used}"
                     for k in HELD if k in self.first
                     and now[k].used > self.first[k].used}
            if not wrong:
                return now
            if time.monotonic() > end:
                raise AssertionError(f"not given back: {wrong}")
            time.sleep(0.2)

    def print_levels(self):
        """The high-water marks, for the log."""
        if self.running():
            for name, stat in self.stats().items():
                print(f"# {name}: {stat.high} of {stat.total}")

    def sessions(self):
        """How many clients it serves at once."""
        return self.first["sessions"].total

    def idle(self, what="it"):
        """Wait until no session is open."""
        until(lambda: self.stats()["sessions"].used == 0, PATIENCE,
              f"no session after {what}")


@contextlib.contextmanager
def crash_expected(b):
    """What the board says of a crash in here is no failure; that it says
    something is."""
    start = len(b.console())
    yield
    check(CRASH.search(b.console(), start), b.console()[start:][-500:])
    b.forgiven = len(b.console())


@contextlib.contextmanager
def on_tap(name, mtu=1500, **more):
    """A Board on a TAP device in a namespace that is the case's own; the
    kernel is TAP_HOST there, the board TAP_BOARD."""
    need_tap()
    with Namespace() as ns:
        try:
            ip(f"tuntap add dev {TAP} mode tap")
            ip(f"link set {TAP} mtu {mtu}")
            ip(f"link set {TAP} up")
            ip(f"addr add {TAP_HOST}/24 dev {TAP}")
            with Board(name, net="tap", **more) as b:
                yield b
        finally:
            ns.close()


__all__ = ["Board", "Stat", "case", "check", "crash_expected", "equal", "image", "lwsmtpd",
           "main", "on_tap", "until"]
