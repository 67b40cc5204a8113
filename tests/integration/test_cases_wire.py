#!/usr/bin/python3
"""test_cases_wire.py - row 146: 5 % of the frames are lost, 10 % come late,
2 % twice, in 1 % a bit is wrong; all messages arrive, octet by octet

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
tests: long-option
"""
import contextlib
import fcntl
import os
import re
import smtplib
import struct
import subprocess
import sys
import time

import lwsmtpd
from cases import PROGRAM, TAP_CLIENT, TAP_SERVER, body, in_parallel
from lwsmtpd import Server, case, check, equal, until
from netns import Namespace, ip, need_tap, packet_socket
from pools import Pools
from tlsraw import any_context

LONG = "--long" in sys.argv
SENDER, RCPT = "a@sender.example", "b@rcpt.example"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 2, 0x1000
IGNORE_OUTGOING = 23


def compiled():
    """wire.c as a program."""
    program = os.path.join(lwsmtpd.temp_dir("wire-"), "wire")
    source = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                          "wire.c")
    subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-o", program, source],
                   check=True)
    return program


def tap(name):
    """A TAP device that is up; its descriptor."""
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(),
                                           IFF_TAP | IFF_NO_PI))
    ip(f"link set {name} up")
    return fd


@contextlib.contextmanager
def wired(seed, rates, *options):
    """The server in one namespace, the current thread in another, the wire
    between them."""
    need_tap()
    ours, theirs = Namespace(), Namespace()
    with theirs:
        ip("tuntap add dev lw0 mode tap")
        with open("/proc/sys/net/ipv6/conf/lw0/disable_ipv6", "w",
                  encoding="ascii") as file:
            file.write("1")
        server = Server("--net=tap:lw0", f"--ip={TAP_SERVER}/24",
                        "--smtpd_timeout=60s", *options, program=PROGRAM)
        there = packet_socket("lw0")
        there.setsockopt(263, IGNORE_OUTGOING, 1)
    with server as s, ours:
        here = tap("lw1")
        ip(f"addr add {TAP_CLIENT}/24 dev lw1")
        wire = subprocess.Popen(
            [compiled(), str(here), str(there.fileno()), str(seed),
             *map(str, rates)], pass_fds=(here, there.fileno()), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            s.pools = Pools(s)
            yield s
            s.pools.settle(30)
        finally:
            print("#", wire.communicate(timeout=10)[0].strip())
            os.close(here)
            there.close()
    ours.close()
    theirs.close()


# ---- clients ----

def tool(*command):
    """Run a client; it has to succeed, but for the answer to QUIT: on a wire
    this bad the server may give up repeating it, and the mail is in."""
    done = subprocess.run(command, capture_output=True, text=True,
                          errors="replace", timeout=120, check=False)
    if re.search(r"<[~-] +250 2\.0\.0 .*\n [~-]> QUIT\n\*\*\*",
                 done.stdout):
        return
    equal(done.returncode, 0, f"{command[0]}: {done.stdout[-500:]} "
          f"{done.stderr[-500:]}")


def swaks(*more, port="smtp"):
    """swaks, which wants lines with LF."""
    def send(s, path):
        tool("swaks", "--server", TAP_SERVER, "--port",
             str(getattr(s, port)), "--from", SENDER, "--to", RCPT,
             "--helo", "x", "--timeout", "100", "--data", f"@{path}.cut",
             "--suppress-data", *more)
    return send


def curl(*more, port="smtp"):
    """curl, which sends what it is given."""
    def send(s, path):
        tool("curl", "-sSk", "-m", "110", "--mail-from", SENDER,
             "--mail-rcpt", RCPT, "-T", path, "--url",
             f"{'smtps' if port == 'smtps' else 'smtp'}://{TAP_SERVER}:"
             f"{getattr(s, port)}/x", *more)
    return send


def python(tls):
    """smtplib."""
    def send(s, path):
        with open(path, "rb") as file, smtplib.SMTP(
                TAP_SERVER, s.smtp, "x", timeout=100) as smtp:
            if tls:
                smtp.starttls(context=any_context())
            equal(smtp.sendmail(SENDER, [RCPT], file.read()), {})
    return send


CLIENTS = {
    "swaks": swaks(), "swaks STARTTLS": swaks("--tls"),
    "swaks TLS": swaks("--tls-on-connect", port="smtps"), "curl": curl(),
    "curl STARTTLS": curl("--ssl-reqd"), "curl TLS": curl(port="smtps"),
    "smtplib": python(False), "smtplib STARTTLS": python(True),
}


def play(s, name, octets):
    """A client delivers a message; returns it and the seconds."""
    text = body(octets)
    path = os.path.join(s.dir, name.replace(" ", "-") + str(len(text)))
    with open(path, "wb") as file:
        file.write(text)
    with open(path + ".cut", "wb") as file:
        file.write(text.replace(b"\r\n", b"\n")[:-1])
    start = time.monotonic()
    CLIENTS[name](s, path)
    return text, time.monotonic() - start


def arrive(seed, rates, octets):
    """All clients at once; then each message is there as it was sent. One
    whose 250 was lost may be there twice (RFC 1047), but never none."""
    with wired(seed, rates) as s:
        done = in_parallel(lambda n: play(s, n, octets), list(CLIENTS))
        contents = [lwsmtpd.content(m) for m in s.messages()]
        print("# seconds: " + ", ".join(
            f"{n} {t:.1f}" for n, (_, t) in zip(CLIENTS, done)))
        for name, (text, _) in zip(CLIENTS, done):
            check(text in contents, name, "is not there as it was sent")
        sent = {text for text, _ in done}
        check(all(c in sent for c in contents), "a message nobody sent")
        until(lambda: s.pools.connections() == 0, 30, "slots free")


@case
def case_146_clean_wire():
    """The wire itself spoils nothing."""
    arrive(1, (0, 0, 0, 0), 300000)


@case
def case_146_lossy_wire():
    arrive(146, (50, 100, 20, 10), 100000)


@case
def case_146_losing_badly():
    """10 % lost, 30 % late, one in twenty spoilt."""
    arrive(147, (100, 300, 50, 50), 5000)


if LONG:
    @case
    def case_146_lossy_wire_long():
        """More octets, more seeds."""
        for seed in range(200, 206):
            arrive(seed, (50, 100, 20, 10), 200000)


if __name__ == "__main__":
    lwsmtpd.main()
