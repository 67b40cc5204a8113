# wires.py - namespaces and virtual wires between the generator and servers
#
# SPDX-License-Identifier: BSD-3-Clause
#
# The generator has a namespace of its own. lwsmtpd's wire is a TAP device in
# it; a server on the kernel's stack has a namespace, and a veth pair to it.
# What the generator's kernel leaves undone is the same on both: either it
# hands over up to 64 KB in one piece and no checksums, as between two machines
# of one host, or with offload(False) frames of 1,514 octets at most with real
# checksums, as on a cable.
#
# Which CPU time is whose: without care the kernel runs the receiving side of
# a virtual wire inside the sender's system call, and with it what a received
# ACK lets the receiver send. Here veth's receiving side runs in a thread of
# its own (NAPI, threaded), whose time is known; what lwsmtpd writes to the TAP
# is processed on the generator's CPU (RPS).
import ctypes
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import time

SIOCETHTOOL = 0x8946
TX_CHECKSUM, TSO, GSO, GRO = 0x17, 0x1f, 0x24, 0x2c


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def ethtool(device, setting, value):
    with socket.socket() as s:
        data = ctypes.create_string_buffer(
            struct.pack("II", setting, value))
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack(
            "16sP8x", device.encode(), ctypes.addressof(data)))


def cpu_s(pid):
    """CPU seconds of a process or kernel thread, exact (posix_cpu_clock)."""
    return time.clock_gettime((~pid << 3) | 2)


class Wires:
    """All namespaces and devices; gone when close() is called."""

    def __init__(self):
        self.tag = f"lwb{os.getpid()}"
        self.spaces = []
        self.cpus = sorted(os.sched_getaffinity(0))
        self.near, self.far = {self.cpus[0]}, {self.cpus[-1]}
        self.count = 0
        self.threaded = True
        self.devices = []  # the generator's
        self.generator = self.space("gen")

    def space(self, name):
        name = f"{self.tag}-{name}"
        ip("netns", "add", name)
        self.spaces.append(name)
        ip("-n", name, "link", "set", "lo", "up")
        return name

    def inside(self, space, *command):
        """A command that runs in a namespace."""
        return ["ip", "netns", "exec", space, *command]

    def write(self, space, path, text):
        """Write to a file below /sys; whether that was possible."""
        return subprocess.run(
            self.inside(space, "sh", "-c", f"echo {text} >{path}"),
            capture_output=True).returncode == 0

    def next_net(self):
        self.count += 1
        return f"10.79.{self.count}."

    def tap(self):
        """A TAP device; returns its name and the two addresses."""
        net = self.next_net()
        name = f"tap{self.count}"
        ip("-n", self.generator, "tuntap", "add", "dev", name, "mode", "tap")
        ip("-n", self.generator, "addr", "add", net + "1/24", "dev", name)
        ip("-n", self.generator, "link", "set", name, "up")
        self.devices.append(name)
        if self.near != self.far:
            mask = f"{1 << min(self.near):x}"
            self.write(self.generator,
                       f"/sys/class/net/{name}/queues/rx-0/rps_cpus", mask)
        return name, net + "1", net + "2"

    def veth(self):
        """A pair; returns the far namespace, its address, and the thread
        that receives there (None: the kernel has none)."""
        net = self.next_net()
        far = self.space("far")
        ends = f"{self.tag}n", f"{self.tag}f"
        ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for device in ends:
            ethtool(device, GRO, 1)  # with it veth has NAPI
        self.devices.append(ends[0])
        threads = []
        for i, space in enumerate((self.generator, far)):
            ip("link", "set", ends[i], "netns", space)
            ip("-n", space, "addr", "add", f"{net}{i + 1}/24", "dev", ends[i])
            ip("-n", space, "link", "set", ends[i], "up")
        for i, space in enumerate((self.generator, far)):
            self.write(space, f"/sys/class/net/{ends[i]}/threaded", 1)
            threads.append(self.thread(ends[i],
                                       self.far if i else self.near))
        self.threaded = all(threads)
        return far, net + "2", threads[1]

    def offload(self, on):
        """What the generator's kernel leaves to its wires, see above."""
        subprocess.run(
            self.inside(self.generator, "python3", __file__,
                        str(int(on)), *self.devices), check=True)

    def thread(self, device, cpus):
        """The kernel thread that receives on a device, moved to these CPUs."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/comm") as file:
                    name = file.read()
            except OSError:
                continue
            if re.match(rf"napi/{re.escape(device)}-", name):
                os.sched_setaffinity(int(pid), cpus)
                # before all others, as an interrupt is
                os.sched_setscheduler(int(pid), os.SCHED_FIFO,
                                      os.sched_param(1))
                return int(pid)
        return None

    def close(self):
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space],
                           capture_output=True)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        for wanted in TX_CHECKSUM, TSO, GSO:
            ethtool(name, wanted, int(sys.argv[1]))
