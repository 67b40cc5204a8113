"""netns.py - network namespaces and interfaces for tests, gone with the test

SPDX-License-Identifier: BSD-3-Clause

A namespace is made by `ip netns add`; it is opened and its name deleted at
once, so that the kernel drops it with this process, however that ends.
Needs root; raises lwsmtpd.Skip where it is not to be had.
"""
import ctypes
import os
import signal
import socket
import struct
import subprocess

from lwsmtpd import Skip

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_count = 0


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def ip(*words):
    """Run ip(8) in the current namespace."""
    subprocess.run(["ip", *" ".join(words).split()], check=True,
                   capture_output=True, text=True)


class Namespace:
    """A network namespace with its loopback up.

    `with ns:` makes it the current thread's, for sockets and for processes
    started meanwhile.
    """

    def __init__(self):
        global _count  # pylint: disable=global-statement
        if os.getuid() != 0:
            raise Skip("needs root for network namespaces")
        _count += 1
        name = f"lwsmtpd-{os.getpid()}-{_count}"
        done = subprocess.run(["ip", "netns", "add", name], check=False,
                              capture_output=True, text=True)
        if done.returncode:
            raise Skip("no network namespaces here: " + done.stderr.strip())
        try:
            self.fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
        finally:
            subprocess.run(["ip", "netns", "del", name], check=True)
        self.before = []
        with self:
            ip("link set lo up")

    def __enter__(self):
        self.before.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
        _setns(self.fd)
        return self

    def __exit__(self, *_):
        fd = self.before.pop()
        _setns(fd)
        os.close(fd)
        return False

    def kill_all(self):
        """End every process in it but this one."""
        here = os.fstat(self.fd).st_ino
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if int(name) != os.getpid() and \
                        os.stat(f"/proc/{name}/ns/net").st_ino == here:
                    os.kill(int(name), signal.SIGKILL)
            except OSError:  # it is gone, or not ours
                pass

    def close(self):
        """Let it go; it ends with the last process or device in it."""
        os.close(self.fd)


def need_tap():
    """Skip the case where there are no TAP devices."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        raise Skip("no /dev/net/tun here")


def checksum(octets, start=0):
    """The Internet checksum, RFC 1071."""
    if len(octets) % 2:
        octets += b"\0"
    total = start + sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet_socket(device):
    """A socket for whole Ethernet frames on a device."""
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    s.bind((device, 0))
    return s
