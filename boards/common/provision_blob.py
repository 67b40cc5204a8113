# provision_blob.py - the blob of boards/common/blob.h; for provision
#
# SPDX-License-Identifier: BSD-3-Clause
import re
import struct
import zlib

MAGIC, VERSION = b"lwsm", 1
TEXT, OCTETS = 0, 1
KEY = re.compile(rb"[a-z0-9_]{1,63}")


class Bad(Exception):
    """No blob, or not a right one."""


def pair(key, value):
    """A str is a text, bytes are octets."""
    kind = OCTETS if isinstance(value, bytes) else TEXT
    if kind == TEXT:
        value = value.encode("utf-8", "surrogateescape")
    name = key.encode()
    return struct.pack("<BBH", len(name), kind, len(value)) + \
        name + b"\0" + value + b"\0"


def make(pairs):
    """The blob with these (key, value)."""
    body = b"".join(pair(key, value) for key, value in pairs)
    head = MAGIC + struct.pack("<II", VERSION, len(body))
    return head + struct.pack("<I", zlib.crc32(head + body)) + body


def read_pair(body):
    """The first pair of body, and what is left."""
    if len(body) < 4:
        raise Bad("a key or value is malformed")
    key_len, kind, len_ = struct.unpack_from("<BBH", body)
    at = 4 + key_len + 1
    key, value = body[4:at - 1], body[at:at + len_]
    if len(body) < at + len_ + 1 or not KEY.fullmatch(key) or kind > OCTETS \
            or body[at - 1] or body[at + len_] or kind == TEXT and 0 in value:
        raise Bad("a key or value is malformed")
    if kind == TEXT:
        value = value.decode("utf-8", "surrogateescape")
    return (key.decode(), value), body[at + len_ + 1:]


def read(data):
    """The pairs of a blob at the start of data."""
    if len(data) < 16 or data[:16] in (bytes(16), b"\xff" * 16):
        raise Bad("there is none, the region is erased")
    if data[:4] != MAGIC:
        raise Bad("not a settings blob")
    version, length, crc = struct.unpack_from("<III", data, 4)
    if version != VERSION:
        raise Bad(f"of version {version}; this tool knows {VERSION}")
    if length > len(data) - 16:
        raise Bad("longer than its file, which was cut off")
    body = data[16:16 + length]
    if zlib.crc32(data[:12] + body) != crc:
        raise Bad("corrupt, the CRC-32 is wrong")
    pairs = []
    while body:
        one, body = read_pair(body)
        pairs.append(one)
    return pairs


# ---- Intel HEX ----

def record(kind, address, data=b""):
    line = struct.pack(">BHB", len(data), address, kind) + data
    return ":" + (line + bytes([-sum(line) & 0xff])).hex().upper() + "\n"


def to_hex(data, address):
    """Records of 16 octets, with the upper half of the address in front."""
    lines, upper, at = [], None, 0
    while at < len(data):
        now = address + at
        if now >> 16 != upper:
            upper = now >> 16
            lines.append(record(4, 0, struct.pack(">H", upper)))
        n = min(16, 0x10000 - (now & 0xffff))
        lines.append(record(0, now & 0xffff, data[at:at + n]))
        at += n
    return "".join(lines + [record(1, 0)])


def from_hex(text):
    """The octets of such a file, which must be in one piece."""
    data, start, upper = b"", None, 0
    for i, line in enumerate(text.split(), 1):
        try:
            octets = bytes.fromhex(line[1:])
            count, low, kind = struct.unpack_from(">BHB", octets)
        except (ValueError, struct.error):
            raise Bad(f"line {i} is not Intel HEX") from None
        if line[0] != ":" or sum(octets) & 0xff or len(octets) != count + 5:
            raise Bad(f"line {i} is not Intel HEX")
        if kind == 4:
            upper = int.from_bytes(octets[4:6], "big")
        if kind != 0:
            continue
        at = (upper << 16) + low
        start = at if start is None else start
        if at != start + len(data):
            raise Bad(f"line {i} leaves a gap")
        data += octets[4:-1]
    return data
