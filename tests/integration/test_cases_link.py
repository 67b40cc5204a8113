#!/usr/bin/python3
"""test_cases_link.py - row 155: the link goes down and up, addresses change

SPDX-License-Identifier: BSD-3-Clause
tests: sanitized
tests: long-option
"""
import signal
import socket
import sys
import time

import lwsmtpd
from cases import TAP_CLIENT, TAP_SERVER, body, deliver, on_tap, stored, stuffed
from dhcp import REQUEST
from lwsmtpd import Client, case, equal, until
from netns import ip
from pools import SESSIONS
from rawtcp import Link, Peer

LONG = "--long" in sys.argv


@case
def case_155_link_down_and_up():
    """A session lives through it; one that is not in time dies; mail comes in
    again as soon as the link is back."""
    with on_tap("--smtpd_timeout=4s") as s:
        c, late = (Client(s.smtp, host=TAP_SERVER) for _ in range(2))
        c.hello()
        late.hello()
        for seconds in (0.1, 1.5):
            ip("link set lw0 down")
            time.sleep(seconds)
            ip("link set lw0 up")
            ip(f"addr replace {TAP_CLIENT}/24 dev lw0")
            c.expect("NOOP", 250)
            deliver(s, host=TAP_SERVER)
        c.send_mail()
        ip("link set lw0 down")
        time.sleep(5)
        ip("link set lw0 up")
        ip(f"addr replace {TAP_CLIENT}/24 dev lw0")
        deliver(s, host=TAP_SERVER)
        until(lambda: s.pools.connections() == 0, 8, "the dead session")
        c.close()
        late.close()


@case
def case_155_addresses_change():
    """The client's address goes: its session dies by its deadline, the next
    one comes from the new address. The client's MAC address changes, with a
    gratuitous ARP: the session goes on."""
    with on_tap("--smtpd_timeout=2s") as s:
        c = Client(s.smtp, host=TAP_SERVER)
        c.hello()
        ip(f"addr del {TAP_CLIENT}/24 dev lw0")
        ip("addr add 10.9.0.9/24 dev lw0")
        deliver(s, host=TAP_SERVER)
        equal(s.log()[-1]["peer"], "10.9.0.9")
        until(lambda: s.pools.connections() == 0, 9, "the old session")
        c.close()
    with on_tap() as s:
        link = Link("lw0", TAP_SERVER)
        p = Peer(link, s.smtp).greeted()
        p.dialogue("EHLO x")
        link.mac = bytes([2, 0xbb, 0, 0, 0, 1])
        link.arp(1, bytes(6), link.address, to=b"\xff" * 6)
        p.dialogue("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>")
        # without one: the segment itself is enough, or an ARP request of ours
        link.mac = bytes([2, 0xcc, 0, 0, 0, 1])
        link.resolve()
        text = body()
        p.dialogue("DATA")
        p.say(stuffed(text))
        p.read("250 ")
        equal(stored(s, text), 1)
        p.abort()
        link.close()


@case
def case_150_windows_of_all_sessions_wait():
    """While the program is busy elsewhere, what all its windows hold waits in
    the device's queue: a frame that is lost costs its sender 200 ms."""
    def dropped():
        with open("/proc/thread-self/net/dev", encoding="ascii") as file:
            line = next(x for x in file if x.split()[0] == "lw0:")
        return int(line.split()[12])

    with on_tap() as s, socket.socket(type=socket.SOCK_DGRAM) as c:
        c.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        before = dropped()
        s.send_signal(signal.SIGSTOP)
        try:
            for _ in range(SESSIONS * 44):
                c.sendto(bytes(1460), (TAP_SERVER, 9))
        finally:
            s.send_signal(signal.SIGCONT)
        equal(dropped() - before, 0, "frames lost")


if LONG:
    @case
    def case_155_dhcp_gives_another_address():
        """The lease is not renewed: sessions of the old address end, mail
        comes in at the new one."""
        with on_tap(address="10.9.0.50", timeout=30) as s:
            c = Client(s.smtp, host="10.9.0.50")
            c.hello()
            s.dhcp.address = "10.9.0.60"
            until(lambda: (REQUEST, "10.9.0.60") in s.dhcp.seen, 200,
                  "the new address")
            s.host = "10.9.0.60"
            until(lambda: s.pools.connections() == 0, 5, "the old session")
            deliver(s, host=s.host)
            c.close()


if __name__ == "__main__":
    lwsmtpd.main()
