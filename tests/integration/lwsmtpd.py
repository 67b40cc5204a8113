"""lwsmtpd.py - run the program for a test: free ports, own state, its log

SPDX-License-Identifier: BSD-3-Clause

    import lwsmtpd
    from lwsmtpd import Client, Server, case, check

    @case
    def case_001_something():
        with Server() as s:                 # sinks log and maildir
            with Client(s.smtp) as c:
                c.hello()
                check(c.cmd("NOOP").startswith("250"))
                c.send_mail("a@example.org", ["b@example.org"], BODY)
            check(s.wait_log()[-1]["verdict"] == "accepted")
            check(lwsmtpd.content(s.messages()[0]) == BODY)

    lwsmtpd.main()                          # runs the cases, prints ok lines

LWSMTPD names the program; SMTPD_TMP the folder for what tests leave.
"""
import base64
import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
PROGRAM = os.environ.get("LWSMTPD", os.path.join(TOP, "build/linux/lwsmtpd"))
TMP = os.environ.get("SMTPD_TMP") or None

USER, PASSWORD = "tester", "correct horse"

# What a sanitizer or an assertion leaves on stderr.
CRASH = ("AddressSanitizer", "LeakSanitizer", "runtime error:",
         "lwsmtpd: assertion")


# ---- cases ----

class Skip(Exception):
    """This case cannot run here; the text says why."""


_cases = []


def case(function):
    """Mark a function without arguments as a case, run by main()."""
    _cases.append(function)
    return function


def check(condition, *what):
    """Fail the case, showing `what`, unless the condition holds."""
    if not condition:
        raise AssertionError(" ".join(str(w) for w in what) or "check failed")


def equal(got, wanted, what="value"):
    """Fail the case unless both are equal."""
    if got != wanted:
        raise AssertionError(f"{what}: got {short(got)}, not {short(wanted)}")


def short(value, limit=300):
    """repr() cut to a readable length."""
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "..."


def run_case(function):
    """Run one case and print its line; True when it did not fail."""
    name = function.__name__
    try:
        function()
    except Skip as why:
        print(f"skip {name}: {why}", flush=True)
        return True
    except BaseException as why:  # pylint: disable=broad-except
        if isinstance(why, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(why.__traceback__)
        line = [f for f in where if f.filename != __file__] or where
        text = " ".join(str(why).split()) or type(why).__name__
        print(f"not ok {name}: {text} (line {line[-1].lineno})", flush=True)
        traceback.print_exc(file=sys.stdout)
        return False
    print(f"ok {name}", flush=True)
    return True


def main():
    """Run the cases, or those whose name has an argument in it; exit."""
    words = [w for w in sys.argv[1:] if not w.startswith("-")]
    chosen = [c for c in _cases
              if not words or any(w in c.__name__ for w in words)]
    failed = sum(not run_case(c) for c in chosen)
    sys.exit(1 if failed else 0)


def until(condition, timeout=10.0, what="the condition"):
    """Wait until condition() is true; return its value."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout} s")
        time.sleep(0.01)


# ---- small things ----

# Below those that the kernel gives to clients.
PORTS = range(10000, 32000)


def _next_port():
    """Each once for all suites that run side by side."""
    path = os.path.join(TOP, "build/tests/port")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        port = int(file.read() or PORTS[os.getpid() % len(PORTS)]) + 1
        file.truncate(0)
        file.write(str(port if port in PORTS else PORTS[0]))
    return port


def free_port():
    """A port of 127.0.0.1 that nobody listens on, each time another."""
    for _ in range(200):
        port = _next_port()
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("no free port")


def hash_password(password, user=USER, iterations=1000):
    """A line of a users file, as --hash-password makes it but cheaper."""
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    salt, key = (base64.b64encode(x).decode() for x in (salt, key))
    return f"{user}:$pbkdf2-sha256${iterations}${salt}${key}\n"


def temp_dir(prefix="lwsmtpd-"):
    """A new folder; in SMTPD_TMP when tests/run gives one."""
    return tempfile.mkdtemp(prefix=prefix, dir=TMP)


def content(message):
    """A stored message without the Received: field that we put first."""
    check(message.startswith(b"Received: "), "no Received:", message[:80])
    at = message.index(b"\r\n") + 2
    while message[at:at + 1] in (b" ", b"\t"):
        at = message.index(b"\r\n", at) + 2
    return message[at:]


def run(*arguments, stdin="", timeout=20, env=None):
    """Run the program to its end; returns (status, stdout, stderr)."""
    done = subprocess.run([PROGRAM, *arguments], input=stdin, text=True,
                          capture_output=True, timeout=timeout, check=False,
                          env=env)
    return done.returncode, done.stdout, done.stderr


def make_cert(folder, name="cert", kind="ec", host="localhost", days=30):
    """A self-signed certificate; returns the paths of it and its key."""
    cert, key = (os.path.join(folder, f"{name}.{x}") for x in ("crt", "key"))
    new = ["-newkey", "rsa:2048"] if kind == "rsa" else \
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(["openssl", "req", "-x509", *new, "-nodes", "-keyout", key,
                    "-out", cert, "-days", str(days), "-subj", f"/CN={host}",
                    "-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1"],
                   check=True, capture_output=True)
    return cert, key


# ---- the program ----

class Server:
    """The program, running. Leaves its folder behind when something failed.

    options  more of the command line, such as "--smtpd_timeout=2"; without
             one of --smtp_profile it is strict
    sinks    values of --sink; "maildir" stands for maildir:FOLDER/mail
    users    {name: password}; None: the program makes its first user
    lmtp     open an LMTP port as well
    ready    seconds to wait for the ready line; None: do not wait
    """

    def __init__(self, *options, sinks=("log", "maildir"),
                 users=(), lmtp=False, ready=20.0, program=None, env=None,
                 wrapper=()):
        self.dir = temp_dir()
        self.maildir = os.path.join(self.dir, "mail")
        self.state = os.path.join(self.dir, "state")
        self.users_file = os.path.join(self.dir, "users")
        self.smtp, self.submission, self.smtps = (free_port()
                                                  for _ in range(3))
        self.lmtp = free_port() if lmtp else 0
        self.process = None
        self.ready_line = ""
        command = [*wrapper, program or PROGRAM, f"--state_dir={self.state}"]
        for name in ("smtp", "submission", "smtps", "lmtp"):
            if not any(o.startswith(f"--{name}_port") for o in options):
                command.append(f"--{name}_port={getattr(self, name)}")
        if not any(o.startswith("--smtp_profile") for o in options):
            command.append("--smtp_profile=strict")
        for sink in sinks:
            command.append("--sink=" + (f"maildir:{self.maildir}"
                                        if sink == "maildir" else sink))
        if users is not None:
            self.set_users(dict(users) or {USER: PASSWORD})
            command.append(f"--users_file={self.users_file}")
        self.command = command + list(options)
        self.start(ready, env)

    def set_users(self, users):
        """Write the users file; SIGHUP makes the program read it."""
        with open(self.users_file, "w", encoding="utf-8") as file:
            for user, password in users.items():
                file.write(hash_password(password, user))

    def path(self, name):
        """A path in the server's folder."""
        return os.path.join(self.dir, name)

    def start(self, ready=20.0, env=None):
        """Start it (again, after stop()) and wait for `ready`."""
        before = len(self._ready_lines())
        with open(self.path("stdout"), "ab") as out, \
                open(self.path("stderr"), "ab") as err:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, env=env)
        if ready is None:
            return
        try:
            until(lambda: self._is_ready(before), ready, "the ready line")
        except BaseException:
            self.kill()
            print(self.stderr(), flush=True)
            raise

    def _ready_lines(self):
        if not os.path.exists(self.path("stderr")):
            return []
        return [x for x in self.stderr().splitlines()
                if x.startswith("ready ")]

    def _is_ready(self, before):
        if self.process.poll() is not None:
            raise AssertionError("it ended with status "
                                 f"{self.process.returncode}: "
                                 + self.stderr()[-500:])
        lines = self._ready_lines()
        if len(lines) <= before:
            return False
        self.ready_line = lines[-1]
        return True

    @property
    def pid(self):
        """Its process."""
        return self.process.pid

    def running(self):
        """Has it not ended?"""
        return self.process is not None and self.process.poll() is None

    def stderr(self):
        """All its lines for people."""
        with open(self.path("stderr"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def wait_stderr(self, text, timeout=10.0):
        """Wait until a text stands on stderr."""
        return until(lambda: text in self.stderr(), timeout,
                     f"{text!r} on stderr")

    def log(self):
        """The log sink's JSON objects of messages, whole lines only."""
        return [entry for entry in self._lines() if "quirk" not in entry]

    def quirks(self):
        """The log sink's JSON objects of what was forgiven or refused."""
        return [entry for entry in self._lines() if "quirk" in entry]

    def _lines(self):
        with open(self.path("stdout"), "rb") as file:
            lines = file.read().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    def wait_log(self, count=1, timeout=10.0):
        """Wait for that many lines of the log sink; returns all."""
        until(lambda: len(self.log()) >= count, timeout,
              f"{count} lines of the log sink")
        return self.log()

    def messages(self):
        """The octets of each message in the maildir's new, oldest first."""
        new = os.path.join(self.maildir, "new")
        if not os.path.isdir(new):
            return []
        names = sorted(os.listdir(new),
                       key=lambda n: (int(n.split(".")[0]),
                                      int(n.split("Q")[1].split(".")[0])))
        result = []
        for name in names:
            with open(os.path.join(new, name), "rb") as file:
                result.append(file.read())
        return result

    def leftovers(self):
        """Names in the maildir's tmp."""
        tmp = os.path.join(self.maildir, "tmp")
        return os.listdir(tmp) if os.path.isdir(tmp) else []

    def send_signal(self, number):
        """Send it a signal."""
        self.process.send_signal(number)

    def reload(self):
        """SIGHUP, and wait until it has read users and certificate."""
        before = self.stderr().count("users: ")
        self.send_signal(signal.SIGHUP)
        until(lambda: self.stderr().count("users: ") > before, 5, "reload")

    def stop(self, number=signal.SIGTERM, timeout=20.0):
        """Stop it; returns the exit status."""
        if self.running():
            self.send_signal(number)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within {timeout} s") from None
        for word in CRASH:
            check(word not in self.stderr(), self.stderr()[-3000:])
        return status

    def kill(self):
        """Stop it without any politeness."""
        if self.running():
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
            print(f"--- {self.dir}/stderr\n{self.stderr()[-3000:]}",
                  flush=True)
            return False
        if self.process.poll() is None:
            equal(self.stop(), 0, "exit status")
        shutil.rmtree(self.dir, ignore_errors=True)
        return False


# ---- a client that hides nothing ----

class Client:
    """A connection to a port; octets are sent exactly as given."""

    def __init__(self, port, tls=False, timeout=20.0, greeting=True,
                 host="127.0.0.1", source=None):
        self.sock = socket.create_connection(
            (host, port), timeout,
            socket.getaddrinfo(source, 0)[0][4] if source else None)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.greeting = ""
        if tls:
            self.start_tls()
        if greeting:
            self.greeting = self.reply()

    def start_tls(self, context=None):
        """The client's side of the handshake, any certificate taken."""
        if context is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self.sock = context.wrap_socket(self.sock,
                                        server_hostname="localhost")
        self.buffer = b""

    def send(self, octets):
        """Send octets, or text as UTF-8, as they are."""
        if isinstance(octets, str):
            octets = octets.encode()
        self.sock.sendall(octets)

    def line(self):
        """The next line, without CRLF; None at the end."""
        while b"\n" not in self.buffer:
            more = self.sock.recv(65536)
            if not more:
                return None
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode(errors="replace")

    def reply(self):
        """The next reply, lines joined with LF; "" when there is none."""
        lines = []
        while True:
            line = self.line()
            if line is None:
                return ""
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    def cmd(self, line):
        """Send a line, CRLF added; return the reply."""
        self.send((line if isinstance(line, bytes) else line.encode())
                  + b"\r\n")
        return self.reply()

    def expect(self, line, code):
        """cmd(), and fail unless the reply begins with code."""
        reply = self.cmd(line)
        check(reply.startswith(str(code)),
              f"{short(line, 80)}: got {reply!r}, not {code}")
        return reply

    def hello(self, verb="EHLO"):
        """EHLO; returns the reply."""
        return self.expect(f"{verb} client.example", 250)

    def starttls(self, context=None):
        """STARTTLS, the handshake, and EHLO again."""
        self.expect("STARTTLS", 220)
        self.start_tls(context)
        return self.hello()

    def auth_plain(self, user=USER, password=PASSWORD):
        """AUTH PLAIN with an initial response; returns the reply."""
        secret = f"\0{user}\0{password}".encode()
        return self.cmd("AUTH PLAIN " + base64.b64encode(secret).decode())

    def envelope(self, sender="a@example.org", rcpts=("b@example.org",),
                 parameters=""):
        """MAIL and RCPT, accepted."""
        self.expect(f"MAIL FROM:<{sender}>{parameters}", 250)
        for rcpt in rcpts:
            self.expect(f"RCPT TO:<{rcpt}>", 250)

    def data(self, body):
        """DATA with dots stuffed; body ends in CRLF or is empty. The reply
        after the dot."""
        self.expect("DATA", 354)
        stuffed = body.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        self.send(stuffed + b".\r\n")
        return self.reply()

    def send_mail(self, sender="a@example.org", rcpts=("b@example.org",),
                  body=b"Subject: test\r\n\r\nhello\r\n"):
        """A whole message; fails unless it is accepted."""
        self.envelope(sender, rcpts)
        reply = self.data(body)
        check(reply.startswith("250"), "after the dot:", reply)
        return reply

    def closed(self):
        """Wait for the peer to close; True unless more octets come."""
        try:
            return self.line() is None
        except (ConnectionResetError, ssl.SSLError):
            return True

    def quit(self):
        """QUIT, and see it closed."""
        self.expect("QUIT", 221)
        check(self.closed(), "open after QUIT")

    def close(self):
        """Close at once."""
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        return False
