"""frames.py - frames that no network would carry, put before a board's MAC

SPDX-License-Identifier: BSD-3-Clause

A filter of QEMU takes frames from a socket and hands them to the board's
network controller, between those of the ordinary network, which goes on. So
nothing pads a runt, cuts a giant, or sees to a checksum.
"""
import os
import shutil
import socket
import struct
import threading
import time

from board import Board, check, lwsmtpd, until

ETHERNET = 14
BROADCAST = b"\xff" * 6
SOURCE = bytes([2, 0xbb, 0, 0, 0, 1])
UNKNOWN = 0x88b5  # a protocol for experiments (IEEE 802)


def ethernet(target, kind=UNKNOWN, payload=b""):
    """A frame."""
    return target + SOURCE + struct.pack("!H", kind) + payload


def sized(target, length, kind=UNKNOWN):
    """A frame of that many octets, its header cut when it is longer."""
    return ethernet(target, kind, bytes(range(256)) * (length // 256 + 1)
                    )[:length]


class Injected:
    """A Board with a place to put frames at; see Board for what it takes."""

    def __init__(self, name, qemu=(), **more):
        self.dir = lwsmtpd.temp_dir("frames-")
        inside, outside = self.listen("in"), self.listen("out")
        self.sent = []
        self.reader = threading.Thread(
            target=self.read, args=(outside,), daemon=True)
        self.reader.start()
        self.board = Board(name, qemu=[
            "-chardev", f"socket,id=in,path={self.dir}/in",
            "-object", "filter-redirector,id=fin,netdev=net0,queue=tx,"
            "indev=in",
            "-chardev", f"socket,id=out,path={self.dir}/out",
            "-object", "filter-mirror,id=fout,netdev=net0,queue=rx,"
            "outdev=out", *qemu], **more)
        self.into = inside.accept()[0]
        inside.close()

    def listen(self, name):
        """Where QEMU connects to when it starts."""
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(300)
        s.bind(os.path.join(self.dir, name))
        s.listen()
        return s

    def read(self, listener):
        """All frames that the board sends."""
        with listener:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
        with connection, connection.makefile("rb") as file:
            while len(head := file.read(4)) == 4:
                self.sent.append(file.read(struct.unpack("!I", head)[0]))

    def put(self, *frames):
        """Put frames before the controller, all at once."""
        self.into.sendall(b"".join(struct.pack("!I", len(f)) + f
                                   for f in frames))

    def mac(self):
        """The board's address: it has sent something since it runs."""
        until(lambda: self.sent, 60, "a frame of the board")
        return self.sent[0][6:12]

    def __enter__(self):
        self.board.__enter__()
        return self

    def __exit__(self, kind, value, trace):
        self.into.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        return self.board.__exit__(kind, value, trace)


def counted(board, name, least):
    """Wait until a counter of the board's is that high."""
    def is_there():
        return board.statistics()[1].get(name, 0) >= least
    until(is_there, 60, f"{name} >= {least}")


def quiet(board):
    """Wait until the board has received all it will."""
    def received():
        return board.statistics()[1].get("link_recv", 0)
    before = received()
    while True:
        time.sleep(0.1)
        now = received()
        if now == before:
            return
        before = now


__all__ = ["BROADCAST", "ETHERNET", "Injected", "SOURCE", "UNKNOWN", "check",
           "counted", "ethernet", "quiet", "sized"]
