# stack.py - the worst path on a firmware's stack, from what gcc says
#
# SPDX-License-Identifier: BSD-3-Clause
#
# gcc's -fcallgraph-info=su leaves .ci files: the frame of every function, and
# whom it calls. What it cannot know stands in calls.csv:
#
# caller,callees,why
#   caller   the function in whose source the call stands, wherever gcc has
#            put it: NAME, or FILE.c:NAME where several have that name, or
#            FILE.c:* for all in that file that have no row of their own
#   callees  whom its calls through pointers reach, blanks between; none: they
#            are never made here. -NAME: it does not call this one, although
#            gcc says so. NAME@TAG: a call of NAME that does less, with a row
#            of its own, in which * is all that NAME calls
#
# A function that is reached, calls through a pointer and has no row, or a ring
# of calls, is an error: the number would be wrong.
import csv
import functools
import os
import re
import subprocess

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "calls.csv")

# Functions without a .ci file: libc's and libgcc's.
LIBRARY_FRAME = 48

# lwIP's layered pcbs: what is called from TLS goes to TCP below it.
LAYERED = re.compile(r"altcp_(?!tls_|tcp_|default_)\w+$")
MEMBER = {"poll": "set_poll", "free": "dealloc"}
ABOVE_TCP = re.compile(r"altcp_tls_\w+\.c:|(\w+\.[ch]:)?altcp_(tls|default)_")

NODE = re.compile(r'node: \{ title: "([^"]*)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"'
                  r'(?: label: "([^"]*)")?')


@functools.lru_cache(None)
def lines(path):
    """A source's lines; none where there is no source."""
    if not os.path.isfile(path):
        return ()
    with open(path, encoding="utf-8", errors="replace") as file:
        return tuple(file)


@functools.lru_cache(None)
def site(where):
    """FILE.c:NAME of the function in which a place of a source lies."""
    path, line = re.match(r"(.*?):(\d+)", where).groups()
    for text in reversed(lines(path)[:int(line)]):
        found = re.match(r"(?:[A-Za-z_][\w *]*?)?\b(\w+)\(", text)
        if found and not re.search(r";\s*$", text):
            return f"{os.path.basename(path)}:{found[1]}"
    return f"{os.path.basename(path)}:?"


def plain(name):
    """A name without what gcc puts behind its clones."""
    return re.sub(r"\.(isra|part|constprop|cold|lto_priv)\b.*", "", name)


class Graph:
    """Frames and calls of an image. A function is FILE.c:NAME where it is
    static, or everything is (LTO), and NAME otherwise. `linked` has the kinds
    of nm(1) for each name in the image."""

    def __init__(self, folder, linked):
        self.linked = linked
        self.frame, self.calls, self.sites = {}, {}, {}
        self.names, self.short = {}, {}
        files = [os.path.join(path, name) for path, _, names in
                 os.walk(folder) for name in names if name.endswith(".ci")]
        whole = [f for f in files if ".ltrans" in f]
        for path in whole or files:
            self.read(path)
        self.frame = {n: size for n, size in self.frame.items()
                      if n.split(":")[-1] in linked}
        for name in self.frame:
            self.short.setdefault(plain(name), set()).add(name)
            self.short.setdefault(plain(name).split(":")[-1] if whole else
                                  plain(name), set()).add(name)
        self.layers()
        self.rows()

    def key(self, title, where=None):
        """Our name of a node of gcc's."""
        if title not in self.names:
            path, colon, name = title.rpartition(":")
            if where:
                path = where
            # gcc names a weak function as if it were static
            weak = self.linked.get(name, set()) <= {"T", "W"} and \
                name in self.linked
            self.names[title] = name if weak or not colon else \
                f"{os.path.basename(path)}:{name}"
        return self.names[title]

    def read(self, path):
        """A file of gcc's, in VCG."""
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        for title, label in NODE.findall(text):
            found = re.search(r"\\n(.*?):\d+:\d+\\n(\d+) bytes", label)
            if found:
                name = self.key(title, found[1])
                self.frame[name] = max(int(found[2]), self.frame.get(name, 0))
        for caller, callee, where in EDGE.findall(text):
            if callee == "__indirect_call":
                self.sites.setdefault(self.key(caller), set()).add(site(where))
            else:
                self.calls.setdefault(self.key(caller), set()).add(
                    self.key(callee))

    def find(self, name):
        """The functions of a name, and the clones gcc made of them."""
        origin, at, _ = name.partition("@")
        if at and name not in self.frame and self.short.get(origin):
            self.frame[name] = max(self.frame[n] for n in self.short[origin])
        return {name} if at and name in self.frame else \
            self.short.get(name, set())

    def resolve(self, wanted, callees_of):
        """Calls of the sites that are wanted reach callees_of(holder)."""
        for holder, sites in self.sites.items():
            found = {s for s in sites if wanted(s)}
            if found:
                sites -= found
                self.calls.setdefault(holder, set()).update(
                    callees_of(holder))

    def layers(self):
        """altcp_NAME calls TCP's function, or TLS's; altcp_NAME@tcp is one
        called from above TCP."""
        members = {s.split(":")[1] for sites in self.sites.values()
                   for s in sites if s.startswith("altcp.c:altcp_")}
        for name in sorted(m for m in members if LAYERED.match(m)):
            suffix = name[len("altcp_"):]
            suffix = MEMBER.get(suffix, suffix)
            tcp = self.find(f"altcp_tcp.c:altcp_tcp_{suffix}") or \
                self.find(f"altcp_tcp_{suffix}")
            both = tcp | self.find(f"altcp_default_{suffix}")
            for prefix in "tls_", "idle_":
                both |= self.find(f"altcp_tls_wolfssl.c:{prefix}{suffix}")
            for holder in self.find(name):
                self.frame[holder + "@tcp"] = self.frame[holder]
                self.calls[holder + "@tcp"] = \
                    self.calls.get(holder, set()) | tcp
            self.resolve(lambda s, n=name: s == "altcp.c:" + n,
                         lambda h, b=both, t=tcp: t if ABOVE_TCP.match(h)
                         else b)
        for name in list(self.calls):
            if ABOVE_TCP.match(name):
                self.calls[name] = {
                    c + "@tcp" if c + "@tcp" in self.frame else c
                    for c in self.calls[name]}

    def rows(self):
        """What calls.csv says."""
        with open(TABLE, encoding="ascii") as file:
            rows = [(r["caller"], r["callees"].split())
                    for r in csv.DictReader(file)]
        for caller, callees in sorted(
                rows, key=lambda row: row[0].endswith("*")):
            self.pointers(caller, callees)
        for caller, callees in rows:
            for holder in self.find(caller):
                self.change(holder, callees)

    def pointers(self, caller, callees):
        """The calls through pointers in a function's source."""
        reached = {n for c in callees if c[0] not in "-*" and "@" not in c
                   for n in self.find(c)}
        self.resolve(lambda s: caller in (s, s.split(":")[1]) or
                     caller == s.split(":")[0] + ":*",
                     lambda holder: reached)

    def change(self, holder, callees):
        """What else a row says of a function's calls."""
        mine = self.calls.setdefault(holder, set())
        for callee in callees:
            if callee == "*":
                for n in self.find(holder.partition("@")[0]):
                    mine |= self.calls.get(n, set())
            elif callee[0] == "-":
                mine -= self.find(callee[1:])
            elif "@" in callee or "@" in holder:
                mine |= self.find(callee)

    def reached(self, roots):
        """All functions that these lead to."""
        found, ahead = set(), [r for root in roots for r in self.find(root)]
        while ahead:
            name = ahead.pop()
            if name not in found:
                found.add(name)
                ahead += [c for c in self.calls.get(name, ())
                          if c in self.frame]
        return found

    def ring(self, roots):
        """A ring of calls, or None."""
        state, path = {}, []

        def visit(name):
            state[name] = 1
            path.append(name)
            for c in sorted(self.calls.get(name, ())):
                if c not in self.frame:
                    continue
                if state.get(c) == 1:
                    return path[path.index(c):] + [c]
                found = None if c in state else visit(c)
                if found:
                    return found
            state[name] = 2
            path.pop()
            return None
        for root in roots:
            for name in sorted(self.find(root)):
                found = None if name in state else visit(name)
                if found:
                    return found
        return None

    def problems(self, roots):
        """Why a number would be wrong."""
        found = self.reached(roots)
        wrong = [f"{s}, in {n}: calls through a pointer and has no row"
                 for n in sorted(found) for s in self.sites.get(n, ())]
        ring = self.ring(roots)
        if ring:
            wrong.append("a ring: " + " ".join(ring))
        return wrong + [f"no {r} in the image" for r in roots
                        if not self.find(r)]

    def worst(self, root):
        """(octets, ((function, frame), ...)) of the deepest path. There must
        be no ring."""
        known = {}

        def depth(name):
            if name not in self.frame:
                return LIBRARY_FRAME, ((name, LIBRARY_FRAME),)
            if name not in known:
                below = max((depth(c) for c in self.calls.get(name, ())),
                            default=(0, ()))
                known[name] = (self.frame[name] + below[0],
                               ((name, self.frame[name]),) + below[1])
            return known[name]
        return max(depth(name) for name in self.find(root))


# What runs on which stack, as the statistics call it: the function it begins
# with, those that interrupt it there, and octets the CPU saves for them.
CORTEX_M = (("stack", "Reset_Handler", ("SysTick_Handler", "start.c:irq"),
             36),)
RISCV = (("stack", "main", ("riscv_isr_external",), 0),)
# Handlers have the stack of the start; a task's registers are on its own.
FREERTOS = (("stack_tcpip", "tcpip.c:tcpip_thread", (), 36 + 36),
            ("stack_app", "application.c:run", (), 36 + 36))


def stacks_of(name):
    """The rows above for an image."""
    if name.endswith("_freertos"):
        return FREERTOS
    return RISCV if name.startswith("riscv") else CORTEX_M


def tool(name, what):
    """A binutil for an image."""
    return ("riscv64-unknown-elf-" if name.startswith("riscv")
            else "arm-none-eabi-") + what


def elf(name):
    """An image's ELF file."""
    return os.path.join(TOP, "build", name, "lwsmtpd.elf")


def assembly(name):
    """{function: octets} that wolfSSL's inline assembly of Cortex-M has on
    the stack, what gcc saves there included; gcc does not see it."""
    found, current = {}, ""
    out = "" if name.startswith("riscv") else subprocess.check_output(
        [tool(name, "objdump"), "-d", "--no-show-raw-insn", elf(name)],
        text=True)
    for line in out.split("\n"):
        match = re.match(r"[0-9a-f]+ <(sp_\w+)[.\w]*>:|[0-9a-f]+ <", line)
        if match:
            current = match[1]
        if not current:
            continue
        saved = re.search(r"\t(?:push|stmdb\tsp!,) ?\t?\{(.*)\}", line)
        taken = re.search(r"\tsub(?:w|\.w)?\tsp, (?:sp, )?#(\d+)", line)
        found[current] = found.get(current, 0) + (
            4 * len(saved[1].split(",")) if saved else 0) + (
            int(taken[1]) if taken else 0)
    return found


@functools.lru_cache(None)
def graph(name):
    """The Graph of an image."""
    out = subprocess.check_output([tool(name, "nm"), elf(name)], text=True)
    linked = {}
    for kind, symbol in re.findall(r" ([tTwW]) (\S+)$", out, re.M):
        linked.setdefault(symbol, set()).add(kind)
    result = Graph(os.path.join(TOP, "build", name), linked)
    for function, octets in assembly(name).items():
        for node in result.find(function) | result.find(
                "sp_cortexm.c:" + function):
            result.frame[node] = max(result.frame[node], octets)
    return result


def bounds(name):
    """{statistic: (octets at most, path)} of an image; raises ValueError
    where that cannot be known."""
    result = {}
    for stat, root, handlers, saved in stacks_of(name):
        wrong = graph(name).problems((root, *handlers))
        if wrong:
            raise ValueError("; ".join(wrong))
        octets, path = graph(name).worst(root)
        above = max((graph(name).worst(h) for h in handlers),
                    default=(0, ()))
        if saved:
            path += (("saved registers", saved),)
        result[stat] = octets + saved + above[0], path + above[1]
    return result
