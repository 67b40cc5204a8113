"""queue_cases.py - a sink on a task of its own: slow, dead, left, full

SPDX-License-Identifier: BSD-3-Clause

The cases are the same for lwIP's threads on Linux and for a board with an
RTOS: each gets a function that starts what is tested, a Board or what is like
it, with the time that a verdict may take in ms. The task is driven from the
console, see boards/common/rtos/queue_log.h; nothing here depends on how fast
anything is.
"""
import contextlib
import socket
import ssl
import threading

from board import PATIENCE
from lwsmtpd import Client, check, equal, until

BODY = b"Subject: queue\r\n\r\nhello\r\n"
BIG = b"".join(b"%06d " % i + b"x" * 70 + b"\r\n" for i in range(3000))
LONG_MS = 600000  # no case takes so long
SHORT_MS = 2000


class Task:
    """The application's task, as the console drives it."""

    def __init__(self, board):
        self.board = board

    def _say(self, octet, line):
        before = len(self.board.lines(line))
        self.board.type(octet)
        until(lambda: len(self.board.lines(line)) > before, PATIENCE, line)

    def stop_at(self, step):
        """Let it stop before the next open, data or end."""
        self._say({"open": b"O", "data": b"D", "end": b"E"}[step],
                  "task: will wait")

    def stopped(self, step, count=1):
        """Wait until it stands still, for the count-th time."""
        line = f"task: waits at {step}"
        until(lambda: len(self.board.lines(line)) >= count, PATIENCE, line)

    def go(self):
        """Let it go on."""
        self.board.type(b"G")

    def refuse(self):
        """Let it go on, and refuse the message."""
        self.board.type(b"N")

    def slow(self):
        """Each step takes some ms."""
        self._say(b"Z", "task: slow")

    def kill(self):
        """End it, where it stands still."""
        self._say(b"K", "task: dead")

    def new(self):
        """Start another one."""
        self._say(b"T", "task: new")


def client(board, port=None, **more):
    """A client that has said EHLO."""
    c = Client(port or board.smtp, host=board.host, timeout=PATIENCE, **more)
    c.hello()
    return c


def send_dot(c, body=BODY):
    """All of a message up to the dot, without waiting for its reply."""
    c.envelope()
    c.expect("DATA", 354)
    c.send(body + b".\r\n")


def send_until(task, c, step, end=b".\r\n"):
    """Have a client send a message, at whose open, data or end the task
    stops. At open it has said DATA and reads 354 later."""
    task.stop_at(step)
    c.envelope()
    c.send("DATA\r\n")
    if step != "open":
        check(c.reply().startswith("354"))
        c.send(BODY + end)
    task.stopped(step)


def settle(board):
    """No connection holds anything, and the queue is empty."""
    until(lambda: board.stats()["queue"].used == 0, PATIENCE, "empty queue")
    board.settle()


def verdicts(board):
    """What became of each message, in order."""
    return [x["verdict"] for x in board.log()]


def slow_task(start):
    """Each step takes its time: all arrives, from several clients at once,
    as they bring it."""
    with start(LONG_MS) as b:
        task = Task(b)
        task.slow()
        bodies = [b"Subject: %d\r\n\r\n" % i + BIG[:20000 + 3000 * i]
                  for i in range(4)]
        bodies = [x[:x.rindex(b"\r\n") + 2] for x in bodies]
        replies = []

        def send(body):
            with client(b) as c:
                replies.append(c.send_mail(body=body))
                c.quit()

        threads = [threading.Thread(target=send, args=(x,)) for x in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(len(replies), len(bodies), "messages with 250")
        for body in bodies:
            b.arrived(body)
        settle(b)


def tls(start):
    """STARTTLS, and TLS from the first octet, with a task that hashes at the
    same time."""
    with start(LONG_MS) as b:
        with client(b) as c:
            c.starttls()
            c.send_mail(body=BIG)
            c.quit()
        with client(b, b.smtps, tls=True) as c:
            c.send_mail(body=BODY)
            c.quit()
        check(b.arrived(BIG)["tls_version"].startswith("TLS"))
        equal(b.arrived(BODY)["protocol"], "ESMTPS", "protocol")
        settle(b)


def many_messages(start):
    """100 messages in a row, and every pool as at first."""
    with start(LONG_MS) as b:
        with client(b) as c:
            for i in range(100):
                c.send_mail(body=b"Subject: %d\r\n\r\nhello\r\n" % i)
            c.quit()
        equal(len(b.messages()), 100, "messages")
        settle(b)


def late_answers(start):
    """While the task stands still at any step, the client of its message
    waits, and the server serves others. 354, 250 and refusals come when the
    task has gone on."""
    with start(LONG_MS) as b:
        task = Task(b)
        for step in "open", "data", "end":
            with client(b) as c:
                send_until(task, c, step)
                with client(b) as other:
                    other.quit()
                silent(c)
                task.go()
                if step == "open":
                    check(c.reply().startswith("354"))
                    c.send(BODY + b".\r\n")
                check(c.reply().startswith("250"))
                c.quit()
        equal(verdicts(b), ["accepted"] * 3, "verdicts")
        settle(b)


def silent(c):
    """Nothing has been said to the client that it has not read."""
    c.sock.setblocking(False)
    try:
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError):
            more = c.sock.recv(100)
            check(False, "an answer too early:", more)
    finally:
        c.sock.settimeout(PATIENCE)


def refusals(start):
    """The task refuses at each step: its own reply, nothing is kept, and the
    session goes on."""
    with start(LONG_MS) as b:
        task = Task(b)
        with client(b) as c:
            for step in "open", "data", "end":
                send_until(task, c, step)
                task.refuse()
                equal(c.reply(), "554 5.6.0 The application refuses it")
            c.send_mail(body=BODY)
            c.quit()
        until(lambda: len(b.log()) == 4, PATIENCE, "a line for each message")
        equal(sorted(verdicts(b)), ["accepted"] + ["refused"] * 3, "verdicts")
        settle(b)


def back_pressure(start):
    """The task takes no octets: what the client can send is bounded by the
    queue and TCP's windows; when it goes on, all arrives."""
    with start(LONG_MS) as b:
        task = Task(b)
        task.stop_at("data")
        with client(b) as c:
            c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            c.envelope()
            c.expect("DATA", 354)
            task.stopped("data")  # at the Received: field
            body = BIG * 4
            sent = send_until_full(c, body + b".\r\n")
            check(sent < len(body) // 2, f"{sent} octets of {len(body)} sent "
                  "to a task that takes none")
            with client(b) as other:
                other.quit()
            task.go()
            c.send((body + b".\r\n")[sent:])
            check(c.reply().startswith("250"))
            c.quit()
        b.arrived(body)
        settle(b)


def send_until_full(c, octets):
    """Send until the peer takes no more for a second; how many went."""
    sent = 0
    c.sock.settimeout(1)
    with contextlib.suppress(socket.timeout):
        while sent < len(octets):
            sent += c.sock.send(octets[sent:sent + 4096])
    c.sock.settimeout(PATIENCE)
    return sent


def task_dies(start):
    """The task dies at each step, is replaced: its message is refused with
    451 and never kept, those that it had not begun arrive."""
    with start(LONG_MS) as b:
        task = Task(b)
        for count, step in enumerate(("open", "data", "end"), 1):
            with client(b) as c, client(b) as other:
                send_until(task, c, step)
                other.envelope()
                other.send("DATA\r\n")
                task.kill()
                silent(c)
                task.new()
                check(c.reply().startswith("451 4.3.0"), "the dead task's")
                check(other.reply().startswith("354"))
                other.send(b"Subject: other %d\r\n\r\n.\r\n" % count)
                check(other.reply().startswith("250"))
                c.send_mail(body=b"Subject: again %d\r\n\r\n" % count)
                c.quit()
                other.quit()
        until(lambda: len(b.log()) == 9, PATIENCE, "a line for each message")
        equal(sorted(verdicts(b)), ["accepted"] * 6 + ["refused"] * 3)
        settle(b)


def task_dies_alone(start):
    """The same while nothing else moves the server: the new task says so."""
    with start(LONG_MS) as b:
        task = Task(b)
        task.stop_at("end")
        with client(b) as c:
            send_dot(c)
            task.stopped("end")
            task.kill()
            task.new()
            check(c.reply().startswith("451 4.3.0"), "the dead task's")
            c.quit()
        until(lambda: len(b.log()) == 1, PATIENCE, "its line")
        equal(verdicts(b), ["refused"], "verdicts")
        settle(b)


def no_task(start):
    """Dead and not replaced: the client reads 451 at the deadline, and the
    message is dropped by the next task. Places in the queue are not."""
    with start(SHORT_MS) as b:
        task = Task(b)
        task.stop_at("end")
        with client(b) as c:
            send_dot(c)
            task.stopped("end")
            task.kill()
            check(c.reply().startswith("451"), "at the deadline")
            c.envelope()
            check(c.cmd("DATA").startswith("451"), "nobody opens it")
            c.quit()
        equal(b.log(), [], "lines without a task")
        task.new()
        with client(b) as c:
            c.send_mail()
            c.quit()
        equal(sorted(verdicts(b)), ["accepted", "refused"], "verdicts")
        settle(b)


def answer_too_late(start):
    """The task accepts after the client was told 451: the message is not
    kept."""
    with start(SHORT_MS) as b:
        task = Task(b)
        task.stop_at("end")
        with client(b) as c:
            send_dot(c)
            task.stopped("end")
            check(c.reply().startswith("451"), "at the deadline")
            task.go()
            c.quit()
        until(lambda: len(b.log()) == 2, PATIENCE, "both lines")
        equal(verdicts(b), ["accepted", "dropped"], "verdicts")
        settle(b)


def peer_leaves_before_the_end(start):
    """The client is gone while the task has its message in hand: dropped."""
    with start(LONG_MS) as b:
        task = Task(b)
        for count, step in enumerate(("open", "data"), 1):
            c = client(b)
            send_until(task, c, step, end=b"")
            reset(c)
            b.idle(f"a reset at {step}")
            task.go()
            until(lambda n=count: len(b.log()) == n, PATIENCE, "its line")
        equal(verdicts(b), ["refused"] * 2, "verdicts")
        settle(b)


def peer_leaves_at_the_end(start):
    """All was there, the verdict pends, the client is gone: what the task
    says then counts (RFC 1047), nobody hears it, nothing is left."""
    with start(LONG_MS) as b:
        task = Task(b)
        for count, answer in enumerate((task.go, task.refuse), 1):
            task.stop_at("end")
            c = client(b)
            send_dot(c)
            task.stopped("end", count)
            reset(c)
            b.idle("a reset behind the dot")
            answer()
            until(lambda n=count: len(b.log()) == n, PATIENCE, "its line")
        equal(verdicts(b), ["accepted", "refused"], "verdicts")
        settle(b)


def reset(c):
    """Close with RST."""
    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      b"\1\0\0\0\0\0\0\0")
    c.close()


def slot_is_reused(start):
    """The client leaves, another takes its slot while the task still has the
    first one's message: the two are not mistaken for each other."""
    with start(LONG_MS) as b:
        task = Task(b)
        task.stop_at("end")
        first = client(b)
        send_dot(first, b"Subject: first\r\n\r\n")
        task.stopped("end")
        reset(first)
        b.idle("a reset behind the dot")
        with client(b) as second:
            second.envelope()
            second.send("DATA\r\n")
            silent(second)
            task.refuse()
            check(second.reply().startswith("354"))
            second.send(b"Subject: second\r\n\r\n.\r\n")
            check(second.reply().startswith("250"))
            second.quit()
        b.arrived(b"Subject: second\r\n\r\n")
        equal(sorted(verdicts(b)), ["accepted", "refused"], "verdicts")
        settle(b)


def queue_is_full(start):
    """Messages whose clients have left keep their places until the task has
    been told: 451 to MAIL when there is none, 250 afterwards."""
    with start(LONG_MS) as b:
        task = Task(b)
        places = b.stats()["queue"].total
        task.stop_at("open")
        for i in range(places):
            c = client(b)
            c.envelope()
            c.send("DATA\r\n")
            if i == 0:
                task.stopped("open")
            until(lambda n=i: b.stats()["queue"].used > n, PATIENCE, "place")
            reset(c)
            b.idle("a reset at DATA")
        with client(b) as c:
            check(c.cmd("MAIL FROM:<a@example.org>").startswith("451 4.3.2"))
            task.go()
            until(lambda: b.stats()["queue"].used == 0, PATIENCE, "places")
            c.send_mail()
            c.quit()
        equal(verdicts(b), ["refused", "accepted"], "verdicts")
        settle(b)


def envelope_only(start):
    """A transaction that ends before DATA gives its place back."""
    with start(LONG_MS) as b:
        with client(b) as c:
            for _ in range(b.stats()["queue"].total + 1):
                c.envelope()
                c.expect("RSET", 250)
            c.envelope()
            c.quit()
        c = client(b)
        c.envelope()
        reset(c)
        b.idle("a reset behind RCPT")
        equal(b.log(), [], "lines")
        settle(b)


def all_have_their_turn(start):
    """A message without end keeps a slow task busy: another one is answered
    all the same."""
    with start(LONG_MS) as b:
        Task(b).slow()
        enough = threading.Event()
        with client(b) as c, client(b) as other:
            c.envelope()
            c.expect("DATA", 354)
            c.send(BODY)

            def send():
                while not enough.is_set():
                    c.send(b"x" * 70 + b"\r\n")

            thread = threading.Thread(target=send)
            thread.start()
            try:
                other.send_mail()
            finally:
                enough.set()
                thread.join()
            c.send(b".\r\n")
            check(c.reply().startswith("250"))
            c.quit()
            other.quit()
        equal(verdicts(b), ["accepted"] * 2, "verdicts")
        settle(b)


CASES = (slow_task, tls, many_messages, late_answers, refusals, back_pressure,
         task_dies, task_dies_alone, no_task, answer_too_late,
         peer_leaves_before_the_end, peer_leaves_at_the_end, slot_is_reused,
         queue_is_full, envelope_only, all_have_their_turn)
