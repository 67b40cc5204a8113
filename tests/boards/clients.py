"""clients.py - mail clients and a board in QEMU: the cases of every board

SPDX-License-Identifier: BSD-3-Clause

    import clients

    clients.main("mps2_an385")

All cases share one boot; one that fails gives the next a fresh board. The
rule of each: what was accepted is there octet for octet, and nothing that a
connection may hold is kept.
"""
import argparse
import email.message
import os
import random
import ssl
import subprocess
import threading
import time

import board
import devices
import lwsmtpd
import stack
import mail
import transcripts
from board import PATIENCE, Board, equal, until
from lwsmtpd import PASSWORD, TOP, USER, Client, check

TOOL_S = 240
LARGE = 5 * 1024 * 1024
MANY = 200

_cases = []


def case(function):
    """Mark a function of a Board as a case of every board."""
    _cases.append(function)
    return function


def deliver(b, tls="", octets=0, auth=False, port=None):
    """A client as it should be delivers a message, which arrives as it is."""
    body = mail.body(octets)
    if port is None:
        port = b.smtps if tls == "first" else b.submission if auth else b.smtp
    with Client(port, host=b.host, tls=tls == "first",
                timeout=PATIENCE) as c:
        check(c.greeting.startswith("220"), "greeting:", c.greeting)
        c.hello()
        if tls == "starttls":
            c.starttls()
        if auth:
            reply = c.auth_plain()
            check(reply.startswith("235"), reply)
        c.send_mail(body=body)
        entry = b.arrived(body)
        c.quit()
    return entry


def after(b):
    """The rule: a fresh client is served, and nothing is kept."""
    deliver(b)
    deliver(b, "starttls")
    b.settle()


# ---- transcripts ----

# Port, its listener, octets sent at a time.
RUNS = (("smtp", "starttls,auth", 0), ("smtp", "starttls,auth", 1),
        ("submission", "starttls,auth,tls_required,auth_required", 0),
        ("smtps", "tls,auth", 0))


def features(b):
    """What this build has, of the words of `@ needs`, as its EHLO says."""
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        offers = c.hello().upper()
        c.quit()
    words = {"chunking": "CHUNKING", "smtputf8": "SMTPUTF8",
             "limits": "LIMITS"}
    return ["tls", "auth", "received", "run_time_limits", "tolerant"] + [
        word for word, offer in words.items() if "250-" + offer in offers]


def play(b, port, listener, chunk, profile):
    """Play all transcripts that this board's port can show."""
    options = argparse.Namespace(
        host=b.host, port=getattr(b, port), listener=listener,
        profile=profile, chunk=chunk, only="", skip="#")
    suffix = f" ({port}: {listener}{', by the octet' if chunk else ''})"
    failed = transcripts.run(transcripts.read_all(), options, suffix)
    equal(failed, 0, "transcripts that failed at " + port)


@case
def transcripts_at_every_port(b):
    """The third runner of the one format."""
    transcripts.ANSWER_S = PATIENCE
    transcripts.FEATURES = features(b)
    for port, listener, chunk in RUNS:
        play(b, port, listener, chunk, b.profile)
    after(b)


@case
def case_012_client_hello_at_a_strict_port(b):
    """It is refused in clear text, and the next client is served."""
    for greeting in True, False:
        before = len(b.quirks())
        with Client(b.smtp, host=b.host, timeout=PATIENCE,
                    greeting=greeting) as c:
            try:
                c.start_tls()
                check(False, "TLS at a strict port")
            except ssl.SSLError:
                pass
        until(lambda: "tls-first" in {  # noqa: B023
            x["quirk"] for x in b.quirks()[before:]}, PATIENCE, "its line")
    after(b)


# ---- clients that people use ----

WAYS = ("plain", "starttls", "smtps", "submission")


@case
def swaks_in_every_way(b):
    """Plain, STARTTLS, implicit TLS, and STARTTLS with AUTH."""
    path = mail.files().small
    for way in WAYS:
        mode = mail.MODES[way]
        command = ["swaks", "--server", "localhost", "--port",
                   str(mail.port(b, mode)), "--helo", "client.example",
                   "--from", mail.SENDER, "--to", ",".join(mail.RCPTS),
                   "--suppress-data", "--timeout", str(PATIENCE), "-4",
                   "--data", f"@{path}.cut"]
        command += {"starttls": ["--tls"], "on-connect": ["--tls-on-connect"],
                    "": []}[mode.tls]
        if mode.tls:
            command += ["--tls-verify", "--tls-ca-path", mail.files().ca]
        if mode.auth:
            command += ["--auth", "--auth-user", USER, "--auth-password",
                        PASSWORD]
        before = len(b.log())
        mail.tool(command, timeout=TOOL_S)
        entry = b.log()[before]
        equal(entry["to"], mail.RCPTS)
        equal(entry["protocol"], mode.protocol())
        equal(entry["auth_user"], USER if mode.auth else None)
        b.arrived(mail.read(path), WAYS.index(way) + 1)
    b.settle()


def attachment():
    """A message with an attachment of 5 MB, as a file with CRLF."""
    message = email.message.EmailMessage()
    message["From"], message["To"] = mail.SENDER, ", ".join(mail.RCPTS)
    message["Subject"] = "a picture"
    message.set_content("See the picture.\n")
    message.add_attachment(random.Random(5).randbytes(LARGE),
                           maintype="image", subtype="jpeg",
                           filename="camera.jpg")
    octets = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return mail.files().write("attachment.eml", octets)


@case
def nodemailer_with_a_5_mb_attachment(b):
    """Over TLS, in the 16 KB records of OpenSSL; others go on meanwhile."""
    path = attachment()
    order = {"transport": {
        "host": "localhost", "port": b.smtp, "name": "client.example",
        "secure": False, "requireTLS": True,
        "connectionTimeout": 1000 * PATIENCE,
        "greetingTimeout": 1000 * PATIENCE, "socketTimeout": 1000 * TOOL_S,
        "tls": {"ca": mail.read(mail.files().ca).decode()}},
        "messages": [{"envelope": {"from": mail.SENDER, "to": mail.RCPTS},
                      "path": path}]}
    done = []

    def send():
        done.append(mail.tool(
            ["node", os.path.join(TOP,
                                  "tests/integration/nodemailer_send.js"),
             lwsmtpd.json.dumps(order)], timeout=TOOL_S,
            env={"NODE_PATH": os.path.join(TOP, "build/npm/node_modules"),
                 "NODE_OPTIONS": ""}))
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    until(lambda: b.stats()["tls_slots"].used or done, PATIENCE, "TLS")
    others = 0
    while sender.is_alive():
        deliver(b, "starttls" if others % 4 == 1 else "", octets=2000)
        others += 1
    sender.join()
    check(done, "nodemailer failed")
    check("accepted" in done[0], done[0])
    b.arrived(mail.read(path))
    print(f"# {others} others were served meanwhile")
    check(others > 1, "the others had to wait")
    b.settle()


# ---- many ----

@case
def messages_200_in_a_row(b):
    """Each in a session of its own, every tenth with TLS; then all pools are
    as they were."""
    before = len(b.messages())
    start = time.monotonic()
    for i in range(MANY):
        deliver(b, "starttls" if i % 10 == 9 else "", octets=1000)
    print(f"# {MANY} messages in {time.monotonic() - start:.1f} s")
    equal(len(b.messages()) - before, MANY, "messages")
    b.settle()


@case
def messages_in_one_session(b):
    """One session, thirty messages, pipelined."""
    group = (b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"
             b"DATA\r\n")
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        c.hello()
        for _ in range(30):
            body = mail.body(700)
            c.send(group)
            for code in ("250", "250", "354"):
                reply = c.reply()
                check(reply.startswith(code), reply)
            c.send(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            reply = c.reply()
            check(reply.startswith("250"), reply)
            b.arrived(body)
        c.quit()
    b.settle()


@case
def one_client_more_than_slots(b):
    """As many as there are slots are served at once; one more is told 421,
    and served when another has left."""
    clients = [Client(b.smtp, host=b.host, timeout=PATIENCE)
               for _ in range(b.sessions())]
    for c in clients:
        check(c.greeting.startswith("220"), c.greeting)
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as late:
        check(late.greeting.startswith("421 4.3.2"), late.greeting)
        check(late.closed(), "open after 421")
    bodies = [mail.body(2000) for _ in clients]
    for c in clients:
        c.hello()
        c.envelope()
        c.expect("DATA", 354)
    for c, body in zip(clients, bodies):
        c.send(body.replace(b"\r\n.", b"\r\n.."))
    for c, body in zip(clients, bodies):
        c.send(b".\r\n")
        reply = c.reply()
        check(reply.startswith("250"), reply)
        b.arrived(body)
    with clients.pop() as c:
        c.quit()
    until(lambda: b.stats()["sessions"].used < b.sessions(), PATIENCE,
          "a free slot")
    deliver(b)
    for c in clients:
        c.quit()
        c.close()
    b.settle()


@case
def one_client_more_than_tls_slots(b):
    """The slots of TLS: one more gets 454 4.7.0 and may go on without."""
    slots = b.first["tls_slots"].total
    clients = []
    for _ in range(slots):
        c = Client(b.smtp, host=b.host, timeout=PATIENCE)
        c.hello()
        c.starttls()
        clients.append(c)
    if slots < b.sessions():
        with Client(b.smtp, host=b.host, timeout=PATIENCE) as late:
            late.hello()
            late.expect("STARTTLS", "454 4.7.0")
            late.send_mail()
            late.quit()
    for c in clients:
        body = mail.body(20000)
        c.send_mail(body=body)
        b.arrived(body)
        c.quit()
        c.close()
    after(b)


# ---- AUTH ----

@case
def a_wrong_password(b):
    """535, and the right one still does; the password is never said."""
    with Client(b.submission, host=b.host, timeout=PATIENCE) as c:
        c.hello()
        c.starttls()
        for user, password in ((USER, "wrong horse"), ("nobody", PASSWORD)):
            reply = c.auth_plain(user, password)
            check(reply.startswith("535 5.7.8"), reply)
        c.expect("MAIL FROM:<a@example.org>", 530)
        reply = c.auth_plain()
        check(reply.startswith("235"), reply)
        c.quit()
    start = time.monotonic()
    equal(deliver(b, "starttls", auth=True)["auth_user"], USER)
    print(f"# TLS, AUTH and a mail in {time.monotonic() - start:.2f} s")
    for word in ("wrong horse", PASSWORD):
        check(word not in b.console(), "the console has a password")
    b.settle()


# ---- the stack ----

@case
def stacks_are_no_deeper_than_gcc_says(b):
    """The painted marks, after all that was done until here, are below the
    worst paths that tests/size/stack.py finds, and those fit."""
    now = b.stats()
    for name, (octets, _) in stack.bounds(b.name).items():
        print(f"# {name}: {now[name].high} were used, {octets} may be, "
              f"{now[name].total} are there")
        check(0 < now[name].high <= octets, name, now[name], octets)
        check(octets <= now[name].total, name, octets, now[name])


# ---- the link, power, time ----

@case
def case_155_link_down_in_data(b):
    """The cable is out in the middle of a message, and in again: the message
    arrives whole, and mail comes in as before."""
    body = mail.body(30000)
    wire = body.replace(b"\r\n.", b"\r\n..")
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        c.hello()
        c.envelope()
        c.expect("DATA", 354)
        c.send(wire[:10000])
        until(lambda: b.stats()["sessions"].used, PATIENCE, "the session")
        b.link(False)
        c.send(wire[10000:] + b".\r\n")
        b.type(b"s")
        b.link(True)
        reply = c.reply()
        check(reply.startswith("250"), reply)
        b.arrived(body)
        c.quit()
    after(b)


@case
def case_100_power_cut(b):
    """What was answered 250 is there; what was not is not."""
    body, half = mail.body(3000), mail.body(3000)
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c, \
            Client(b.smtp, host=b.host, timeout=PATIENCE) as other:
        for x in (c, other):
            x.hello()
            x.envelope()
        other.expect("DATA", 354)
        other.send(half.replace(b"\r\n.", b"\r\n.."))
        c.data(body)
        b.kill()
    b.arrived(body)
    b.arrived(half, 0)
    b.start()
    after(b)


@case
def case_102_reset_in_tls_and_in_data(b):
    """The reset button in the middle of everything: it boots, listens and has
    all of its slots."""
    held = []
    for at in range(2):
        c = Client(b.smtp, host=b.host, timeout=PATIENCE)
        c.hello()
        if at:
            c.starttls()
        c.envelope()
        c.expect("DATA", 354)
        c.send(mail.body(5000))
        held.append(c)
    b.reset()
    for c in held:
        c.close()
    b.first = b.stats()
    equal(b.first["sessions"].used, 0, "sessions")
    after(b)


@case
def case_102_fault(b):
    """A fault prints the registers and resets: it boots and listens."""
    before = len(b.lines("ready "))
    with board.crash_expected(b):
        b.type(b"f")
        b.wait_ready(before)
    b.first = b.stats()
    after(b)


# ---- running them ----

def wrapped(b):
    """Has the clock? A board whose host is busy is slower than the wall's."""
    return b.statistics()[1]["clock_ms"] < 2 ** 31


def clock_case(name, **more):
    """Rows 103 and 156: the clock of 32 bits wraps ten seconds after the
    start, sessions and their deadlines do not notice."""
    settings = {"clock_ms": str(2 ** 32 - 10000), "smtpd_timeout": "4s",
                **more.pop("settings", {})}
    with Board(name, settings=settings, **more) as b:
        start = time.monotonic()
        late = Client(b.smtp, host=b.host, timeout=PATIENCE)
        count = 0
        while time.monotonic() - start < 14 or not wrapped(b):
            check(time.monotonic() - start < 140, "the clock did not wrap")
            deliver(b, "starttls" if count % 5 == 0 else "", octets=20000)
            count += 1
        reply = late.reply()
        check(reply.startswith("421 4.4.2"), reply)
        late.close()
        with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
            c.hello()
            reply = c.reply()
            check(reply.startswith("421 4.4.2"), reply)
        print(f"# {count} messages around the wrap")
        after(b)


def fresh(name, old, more):
    """A board for the next case: the same, or a new one."""
    if old and old.usable:
        return old
    if old:
        old.kill()
    b = Board(name, **more)
    b.usable = True
    return b


def run(name, more, words):
    """Run the cases; how many failed."""
    failed, b = 0, None
    profile = more.pop("profile", "full")
    for function in _cases:
        if words and not any(w in function.__name__ for w in words):
            continue

        def one(function=function):
            nonlocal b
            b = fresh(name, b, more)
            b.profile, b.usable = profile, False
            start = time.monotonic()
            function(b)
            print(f"# {time.monotonic() - start:.1f} s")
            b.healthy()
            b.usable = True
        one.__name__ = function.__name__
        good = lwsmtpd.run_case(one)
        if not good and b:
            b.show()
        failed += not good
    if b:
        b.print_levels()
        b.kill()
    return failed


def main(name, texts=True, **more):
    """The suite of a board; `texts`: it says what to change on a device."""
    words = [w for w in lwsmtpd.sys.argv[1:] if not w.startswith("-")]
    with mail.Files() as files:
        mail._files = files  # pylint: disable=protected-access
        more.setdefault("cert", files.certificate("ec"))
        more.setdefault("users", {USER: PASSWORD, "user": "pass"})
        settings = more.setdefault("settings", {})
        settings.setdefault("smtpd_auth_failure_delay", "0")
        wrap = dict(more, settings=dict(settings))
        wrap.pop("profile", None)
        tolerant = dict(more, settings=dict(settings))
        failed = run(name, more, words)

        def case_156_the_clock_wraps():
            clock_case(name, **wrap)

        def habits_of_devices():
            devices.devices_case(name, features, texts, **tolerant)
        for one in case_156_the_clock_wraps, habits_of_devices:
            if not words or any(w in one.__name__ for w in words):
                failed += not lwsmtpd.run_case(one)
    lwsmtpd.sys.exit(failed != 0)


__all__ = ["case", "deliver", "main", "subprocess"]
