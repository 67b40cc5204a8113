"""pools.py - how full the program's static pools are, read from its memory

SPDX-License-Identifier: BSD-3-Clause

    pools = Pools(server)       # the baseline
    ...
    pools.settle()              # wait until everything was given back

Nothing in the program helps: the symbols of the ELF file say where lwIP's
free lists, its heap and the connection slots are in /proc/PID/mem.
"""
import os
import re
import struct
import subprocess
import time

# lwIP pools whose elements a connection may hold.
POOLS = ("PBUF_POOL", "PBUF", "TCP_SEG", "ALTCP_PCB", "TCP_PCB")

SESSIONS = 64              # SMTPD_MAX_SESSIONS of this build
CONNECTIONS = SESSIONS + 16  # and SMTPD_LWIP_CLOSING
_symbols = {}


def symbols(program):
    """{name: (address, size)} of a program's data."""
    if program not in _symbols:
        out = subprocess.run(["nm", "-S", program], check=True,
                             capture_output=True, text=True).stdout
        _symbols[program] = {
            m[3]: (int(m[1], 16), int(m[2], 16)) for m in re.finditer(
                r"^(\w+) (\w+) [bBdDrR] (\w+)$", out, re.M)}
    return _symbols[program]


def steady(read):
    """What `read` says twice in a row: the program runs meanwhile."""
    before = None
    for _ in range(10000):
        now = read()
        if now is not None and now == before:
            return now
        before = now
    raise AssertionError("the program's memory never comes to rest")


class Pools:
    """The pools of a running server, and what they were at first."""

    def __init__(self, server):
        self.pid = server.pid
        program = os.readlink(f"/proc/{self.pid}/exe")
        self.symbols = symbols(program)
        with open(f"/proc/{self.pid}/maps", encoding="ascii") as file:
            self.base = int(next(
                line for line in file if program in line).split("-")[0], 16)
        self.memory = open(f"/proc/{self.pid}/mem", "rb", buffering=0)
        self.first = self.read()

    def peek(self, at, size):
        """Octets of its memory."""
        return os.pread(self.memory.fileno(), size, at)

    def address(self, name):
        """Where an object is."""
        return self.base + self.symbols[name][0]

    def pointer(self, at):
        """The pointer at an address."""
        return struct.unpack("@P", self.peek(at, 8))[0]

    def free(self, pool):
        """Elements on the free list of an lwIP pool."""
        return steady(lambda: self.free_list_len(pool))

    def heap(self):
        """Octets of lwIP's heap in use."""
        return steady(self.heap_used)

    def free_list_len(self, pool):
        """What free() says, if the program leaves the list alone."""
        count, at = 0, self.pointer(self.address("memp_tab_" + pool))
        while at and count < 100000:
            at = self.pointer(at)
            count += 1
        return count

    def heap_used(self):
        """What heap() says, or None when caught while it changed."""
        start = self.pointer(self.address("ram"))
        size = self.pointer(self.address("ram_end")) - start
        octets = self.peek(start, size)
        at = used = 0
        while at < size:
            next_at, _, taken = struct.unpack_from("@IIB", octets, at)
            if next_at <= at:
                return None
            used += (next_at - at) * (taken != 0)
            at = next_at
        return used

    def connections(self):
        """Slots of port/lwip in use."""
        octets = self.peek(self.address("conns"), self.symbols["conns"][1])
        size = len(octets) // CONNECTIONS
        return sum(octets[i:i + 8] != bytes(8)
                   for i in range(0, len(octets), size))

    def read(self):
        """{what: how much is in use (a pool: is free)}"""
        result = {pool: self.free(pool) for pool in POOLS}
        result["heap"] = self.heap()
        result["connections"] = self.connections()
        return result

    def worse(self, what, now):
        """Whether more is in use than at first."""
        first = self.first[what]
        return now < first if what in POOLS else now > first

    def settle(self, timeout=12.0, but=("TCP_PCB",)):
        """Wait until no more is in use than at first. A pcb in TIME_WAIT stays
        for two minutes: TCP_PCB is left out unless `but` says otherwise."""
        end = time.monotonic() + timeout
        while True:
            now = self.read()
            wrong = {k: f"{v}, was {self.first[k]}" for k, v in now.items()
                     if k not in but and self.worse(k, v)}
            if not wrong:
                return
            if time.monotonic() > end:
                raise AssertionError(f"not given back: {wrong}")
            time.sleep(0.05)
