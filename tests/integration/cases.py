"""cases.py - what every suite of test_cases_* does around its cases

SPDX-License-Identifier: BSD-3-Clause

The rule of every row of the table of bad input: no crash, no sanitizer
report, nothing leaked, and a fresh client is served afterwards. serving()
sees to that.
"""
import contextlib
import os
import socket
import subprocess
import threading
import time

import lwsmtpd
from dhcp import Dhcp
from lwsmtpd import Client, Server, check, equal
from mail import body
from netns import Namespace, ip, need_tap
from pools import Pools

# With ASan and UBSan where tests/run has built it.
PROGRAM = os.environ.get("LWSMTPD_ASAN") or lwsmtpd.PROGRAM


def stored(s, octets):
    """How often the maildir has a message with this content."""
    return sum(m.endswith(b"\r\n" + octets) or m.endswith(octets)
               for m in s.messages())


def deliver(s, tls=False, host="127.0.0.1", octets=0, source=None):
    """A client as it should be delivers a message, which arrives as it is;
    returns the seconds it took."""
    text = body(octets)
    start = time.monotonic()
    with Client(s.smtp, host=host, source=source) as c:
        check(c.greeting.startswith("220"), "greeting:", c.greeting)
        c.hello()
        if tls:
            c.starttls()
        c.send_mail(body=text)
        spent = time.monotonic() - start
        c.quit()
    if os.path.isdir(s.maildir):
        equal(stored(s, text), 1, "times stored")
    return spent


@contextlib.contextmanager
def serving(*options, host="127.0.0.1", timeout=12.0, **more):
    """A server; when the case is done a fresh client is served, in clear text
    and with TLS, all pools are full again, and it ends as it should."""
    tls = "--smtpd_use_tls=no" not in options
    more.setdefault("program", PROGRAM)
    with Server(*options, **more) as s:
        s.host = host
        s.pools = Pools(s)
        deliver(s, host=host)
        yield s
        if s.running():
            after(s, tls, timeout)


def after(s, tls=True, timeout=12.0):
    """The rule, in the middle of a case or at its end."""
    deliver(s, host=s.host)
    if tls:
        deliver(s, tls=True, host=s.host)
    s.pools.settle(timeout)


def stuffed(text):
    """As it goes over the wire, with its end."""
    return text.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def idle(s, what):
    """Wait until no connection has a slot."""
    lwsmtpd.until(lambda: s.pools.connections() == 0, 3,
                  f"slot free after {what}")


def raw(port, host="127.0.0.1", timeout=20.0):
    """A plain socket, Nagle off."""
    s = socket.create_connection((host, port), timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def read_all(sock, timeout=20.0):
    """Octets until the peer closes or resets, which it must in time; then the
    socket is closed, too."""
    octets, end = b"", time.monotonic() + timeout
    with sock:
        while True:
            sock.settimeout(max(end - time.monotonic(), 0.001))
            try:
                more = sock.recv(65536)
            except socket.timeout:
                raise AssertionError(f"still open after {timeout} s, read "
                                     f"{octets[-200:]!r}") from None
            except OSError:
                return octets
            if not more:
                return octets
            octets += more


def reset(sock):
    """Close with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    b"\x01\0\0\0\0\0\0\0")
    sock.close()


def in_parallel(function, arguments):
    """Call function(a) for each a at once; returns the results in order, or
    raises what the first that failed raised."""
    results, errors = [None] * len(arguments), []

    def one(i, argument):
        try:
            results[i] = function(argument)
        except BaseException as why:  # pylint: disable=broad-except
            errors.append(why)
    threads = [threading.Thread(target=one, args=(i, a), daemon=True)
               for i, a in enumerate(arguments)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(120)
    if errors:
        raise errors[0]
    return results



TAP_SERVER, TAP_CLIENT = "10.9.0.2", "10.9.0.1"


@contextlib.contextmanager
def on_tap(*options, mtu=1500, address=TAP_SERVER, **more):
    """serving() on a TAP device lw0 in a namespace that is the case's own; the
    kernel is 10.9.0.1 there, the server 10.9.0.2. Another address comes from
    dhcp.Dhcp, which is s.dhcp then."""
    need_tap()
    with Namespace() as ns:
        try:
            ip("tuntap add dev lw0 mode tap")
            ip(f"link set lw0 mtu {mtu}")
            if mtu >= 1280:
                with open("/proc/sys/net/ipv6/conf/lw0/accept_dad", "w",
                          encoding="ascii") as file:
                    file.write("0")
            ip("link set lw0 up")
            ip(f"addr add {TAP_CLIENT}/24 dev lw0")
            dhcp = None
            if address == TAP_SERVER:
                options += (f"--ip={address}/24",)
            else:
                dhcp = Dhcp("lw0", TAP_CLIENT, address)
            with serving("--net=tap:lw0", f"--mtu={mtu}", *options,
                         host=address, **more) as s:
                s.dhcp = dhcp
                yield s
            if dhcp:
                dhcp.close()
        finally:
            ns.close()


def link_local(s):
    """The server's IPv6 address on lw0, once it answers there. lwIP makes it
    from the MAC address, which ARP knows."""
    deliver(s, host=TAP_SERVER)
    out = subprocess.run(["ip", "neigh", "show", TAP_SERVER], check=True,
                         capture_output=True, text=True).stdout
    mac = bytes.fromhex(out.split("lladdr ")[1].split()[0].replace(":", ""))
    octets = (b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3] +
              b"\xff\xfe" + mac[3:])
    host = socket.inet_ntop(socket.AF_INET6, octets) + "%lw0"

    def reached():
        with contextlib.suppress(OSError), Client(s.smtp, host=host,
                                                  timeout=1):
            return True
        return False
    lwsmtpd.until(reached, 5, "IPv6")
    return host
