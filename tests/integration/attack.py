"""attack.py - 10,000 connects a minute and ten slow clients for each session,
while a device delivers its mail

SPDX-License-Identifier: BSD-3-Clause

    with attack.under(host, port, sources, sessions) as attackers:
        done = attack.device(host, port, seconds)
    print(attack.told(attackers, done))

The device tries again when it is turned away, with another message.
"""
import contextlib
import random
import socket
import threading
import time

from cases import body, reset, stuffed
from lwsmtpd import Client, check, until

RATE = 10000 / 60
SLOW = 10  # for each session
WANTED_S = 5
BACK_S = 2  # a slow client that was thrown out waits so long

# What a slow client says before it drips.
OPENINGS = (b"", b"EHLO ", b"EHLO x\r\nAUTH LOGIN\r\n",
            b"EHLO x\r\nMAIL FROM:<a@b.c>\r\n",
            b"EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n",
            b"EHLO x\r\nSTARTTLS\r\n")


class Attacker:
    """A connection that does not block; opening None: it comes and goes."""

    def __init__(self, peer, source, opening, r):
        self.peer, self.source, self.opening = peer, source, opening
        self.sock, self.sent, self.answered = None, False, False
        self.until = time.monotonic() + r.choice((0.05, 1, 3))
        self.back = 0

    def connect(self):
        """Begin, or begin anew."""
        self.sock, self.sent = socket.socket(), False
        self.sock.setblocking(False)
        self.sock.bind((self.source, 0))
        self.sock.connect_ex(self.peer)

    def step(self):
        """An octet more; False when the connection has gone."""
        try:
            if not self.sent and self.opening is not None:
                self.sock.send(self.opening)
                self.sent = True
            elif self.opening is not None:
                self.sock.send(b"A")
            octets = self.sock.recv(4096)
            self.answered |= bool(octets)
            return bool(octets)
        except BlockingIOError:
            return True
        except OSError:
            return False

    def gone(self):
        """Leave with RST."""
        if self.sock:
            reset(self.sock)
        self.sock = None


class Attack(threading.Thread):
    """All of them, on one thread, until `over` is set. Of those who come and
    go `waiting` may be without an answer at a time: who is slow to answer,
    such as an emulator, is not buried in what it would never have been sent.
    """

    def __init__(self, peer, sources, slow, waiting):
        super().__init__(daemon=True)
        self.peer, self.sources, self.waiting = peer, sources, waiting
        self.r = random.Random(1)
        self.over = threading.Event()
        self.slow_count, self.slow, self.passing = slow, [], []
        self.connects = self.answered = self.came_back = 0
        self.start_s = self.lasted_s = 0
        self.why = None

    def one(self, opening):
        """A new one."""
        a = Attacker(self.peer, self.r.choice(self.sources), opening, self.r)
        a.connect()
        return a

    def drip(self, some):
        """Some of the slow say an octet; who was thrown out comes back."""
        now = time.monotonic()
        for a in some:
            if a.sock is None and now >= a.back:
                self.came_back += 1
                a.connect()
            elif a.sock and not a.step():
                a.gone()
                a.back = now + BACK_S

    def leave(self):
        """Of those who come and go some have to go."""
        now, stay = time.monotonic(), []
        for a in self.passing:
            if a.step() and now < a.until:
                stay.append(a)
            else:
                self.answered += a.answered
                a.gone()
        self.passing = stay

    def come(self, due):
        """So many more, if those before them were answered."""
        room = self.waiting - sum(not a.answered for a in self.passing)
        for _ in range(min(due, 50, room)):
            self.passing.append(self.one(None))
            self.connects += 1

    def attack(self):
        """At the rate that is wanted, if this machine can."""
        due, turn, before = 0.0, 0, time.monotonic()
        while not self.over.is_set():
            turn, now = turn + 1, time.monotonic()
            due = min(due + (now - before) * RATE, RATE)
            before, count = now, self.connects
            self.come(int(due))
            due -= self.connects - count
            if len(self.slow) < self.slow_count:
                self.slow += [self.one(self.r.choice(OPENINGS)) for _ in
                              range(min(32, self.slow_count -
                                        len(self.slow)))]
            self.drip(self.slow[turn % 20::20])
            self.leave()
            self.over.wait(0.01)

    def run(self):
        try:
            self.attack()
        except BaseException as why:  # pylint: disable=broad-except
            self.why = why
        for a in self.slow + self.passing:
            a.gone()

    def count(self):
        """Begin to count."""
        self.connects = self.answered = self.came_back = 0
        self.start_s = time.monotonic()


@contextlib.contextmanager
def under(host, port, sources, sessions, taken, waiting=1 << 30):
    """Under attack; taken() says whether it has begun."""
    attack = Attack((host, port), sources, SLOW * sessions, waiting)
    attack.start()
    try:
        until(lambda: len(attack.slow) >= SLOW * sessions and taken(), 60,
              "the attack")
        attack.count()
        yield attack
    finally:
        attack.lasted_s = time.monotonic() - attack.start_s
        attack.over.set()
        attack.join(60)
    check(attack.why is None, attack.why)


def deliver(host, port, text):
    """One try; whether it was told 250 for it."""
    with contextlib.suppress(AssertionError, OSError), \
            Client(port, host=host, timeout=20) as c:
        if not c.greeting.startswith("220"):
            return False
        c.hello()
        c.envelope()
        c.expect("DATA", 354)
        c.send(stuffed(text))
        return c.reply().startswith("250")
    return False


class Device:
    """Mail after mail, for so many seconds."""

    def __init__(self, host, port, seconds):
        self.done, self.tries = [], 0  # [(octets, seconds it took)]
        end = time.monotonic() + seconds
        while time.monotonic() < end or not self.done:
            start = time.monotonic()
            self.tries += 1
            text = body(2000)
            while not deliver(host, port, text):
                check(time.monotonic() < end + 60, "the device is locked out")
                time.sleep(0.05)
                self.tries += 1
                text = body(2000)
            self.done.append((text, time.monotonic() - start))
            time.sleep(0.05)

    def acknowledged(self):
        """The messages that it was told 250 for."""
        return [text for text, _ in self.done]


def told(attack, device):
    """What happened, in a line."""
    spent = sorted(seconds for _, seconds in device.done)
    p50, p99 = (spent[len(spent) * n // 100] for n in (50, 99))
    minute = 60 / attack.lasted_s
    return (f"# {attack.connects * minute:.0f} connects a minute of "
            f"{RATE * 60:.0f} wanted, {attack.answered * minute:.0f} of them "
            f"answered, and {attack.came_back} of {attack.slow_count} slow "
            f"clients who came back; {len(spent)} mails in {device.tries} "
            f"tries, p50 {p50 * 1000:.0f} ms, p99 {p99:.2f} s "
            f"({'within' if p99 <= WANTED_S else 'ABOVE'} {WANTED_S} s)")
