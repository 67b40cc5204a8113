#!/usr/bin/env python3
"""test_board_options.py - the Linux program: options, files, signals, sinks

SPDX-License-Identifier: BSD-3-Clause

tests: timeout 600
"""
import base64
import hashlib
import hmac
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

import lwsmtpd
from files import folder, write
from lwsmtpd import (Client, Server, Skip, case, check, content, equal,
                     free_port, hash_password, make_cert, run, temp_dir,
                     until)

BODY = b"Subject: test\r\n\r\nhello\r\n"


def ports(*names):
    """Lines that give these port options free ports."""
    return "".join(f"{n}_port = {free_port()}\n" for n in names)


def checked(text, *options):
    """--check a file with this text; returns (status, stderr)."""
    text = text if text.endswith("\n") else text + "\n"
    write("f.conf", text + ports(*(
        n for n in ("smtp", "submission", "smtps") if f"{n}_port" not in text)))
    status, out, err = run("--check", "f.conf", *options)
    check(out == ("ok\n" if status == 0 else ""), "stdout:", out)
    return status, err


def refused(text, line, key, *words):
    """The file is refused in one line naming file, line, key and words."""
    status, err = checked(text)
    equal(status, 2, f"status for {text!r}: {err}")
    equal(err.count("\n"), 1, f"lines in {err!r}")
    start = f"lwsmtpd: f.conf:{line}: " + (f"{key}: " if key else "")
    check(err.startswith(start), f"{err!r} does not begin with {start!r}")
    for word in words:
        check(word in err, f"no {word!r} in {err!r}")


def refused_options(*options, words=()):
    """The command line is refused in one line with these words."""
    status, out, err = run(*options)
    equal((status, out), (2, ""), f"status and stdout: {err}")
    equal(err.count("\n"), 1, f"lines in {err!r}")
    check(err.startswith("lwsmtpd: "), err)
    for word in words:
        check(word in err, f"no {word!r} in {err!r}")


# ---- the file ----

@case
def file_three_postfix_lines():
    """As they stand: with /etc/ssl replaced by a mount of our own."""
    lines = ("smtpd_tls_cert_file=/etc/ssl/certs/yourdomain.crt\n"
             "smtpd_tls_key_file=/etc/ssl/private/yourdomain.key\n"
             "smtpd_use_tls=yes\n")
    with folder() as path:
        refused(lines, 1, "smtpd_tls_cert_file",
                "/etc/ssl/certs/yourdomain.crt", "No such file", "give")
        os.makedirs("ssl/certs")
        os.makedirs("ssl/private")
        cert, key = make_cert(path)
        shutil.copy(cert, "ssl/certs/yourdomain.crt")
        shutil.copy(key, "ssl/private/yourdomain.key")
        write("f.conf", lines + ports("smtp", "submission", "smtps"))
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", "mount --bind ssl /etc/ssl && "
             f"exec '{lwsmtpd.PROGRAM}' --check f.conf"],
            capture_output=True, text=True, check=False)
        if "unshare" in done.stderr or "mount:" in done.stderr:
            raise Skip("no mount namespaces here")
        equal((done.returncode, done.stdout), (0, "ok\n"), done.stderr)


@case
def file_syntax():
    with folder():
        status, err = checked("# comment\n\n  # another\r\n"
                              "smtpd_timeout=5m\r\n\tmyhostname =  mx.test \n"
                              "message_size_limit= 10M\nsmtpd-use-tls = no")
        equal((status, err), (0, ""))
        refused("smtp_port 25\n", 1, "", "key = value")
        refused("\n= 3\n", 2, "", "key = value")
        status, _, err = run("--check", "absent.conf")
        equal(status, 2)
        check("absent.conf" in err and "No such file" in err, err)
        status, _, err = run("--check", ".")
        equal((status, err.count("\n")), (2, 1), err)


@case
def file_unknown_key():
    with folder():
        refused("quiet=no\nsmtp_prot=25\n", 2, "smtp_prot",
                "did you mean smtp_port?")
        refused("zzzzzzzzzz=25\n", 1, "zzzzzzzzzz", "--help")
        refused("k" * 3000 + "=25\n", 1, "", "no such option")


@case
def file_option_of_boards():
    """One file can be for both: what Linux has not is named and left out."""
    with folder():
        status, err = checked("mdns_name = camera-gw\nquiet = no\n"
                              "clock-ms = 1\n")
        equal((status, err), (0, "".join(
            f"lwsmtpd: f.conf:{line}: {name}: only on boards, left out\n"
            for line, name in ((1, "mdns_name"), (3, "clock-ms")))))
        refused_options("--mdns_name=x", words=["no such option"])


@case
def file_duplicate_key():
    with folder():
        refused("mtu=1400\nquiet=no\nmtu=1400\n", 3, "mtu", "twice")
        status, err = checked("sink=log\nsink=null\n")
        equal(status, 0, err)
        refused("sink=log\nsink=log\n", 2, "sink", "twice")


@case
def file_bad_values():
    with folder():
        for text, key, words in (
                ("smtp_port=65536", "smtp_port", ["0 to 65535"]),
                ("smtp_port=-1", "smtp_port", ["0 to 65535"]),
                ("smtp_port=25x", "smtp_port", ["25x"]),
                ("smtp_port=", "smtp_port", ["0 to 65535"]),
                ("smtp_port=99999999999999999999", "smtp_port", ["65535"]),
                ("mtu=100", "mtu", ["576 to 1500"]),
                ("smtpd_timeout=5y", "smtpd_timeout", ["ms, s, m, h"]),
                ("smtpd_timeout=999999h", "smtpd_timeout", ["86400s"]),
                ("message_size_limit=5T", "message_size_limit", ["K, M or G"]),
                ("message_size_limit=4G", "message_size_limit", ["K, M or G"]),
                ("smtpd_recipient_limit=0", "smtpd_recipient_limit", ["1 to"]),
                ("smtpd_use_tls=perhaps", "smtpd_use_tls", ["yes or no"]),
                ("net=wifi", "net", ["user, tap or tap:NAME"]),
                ("net=tap:", "net", ["user, tap or tap:NAME"]),
                ("net=tap:abcdefghijklmnopqrst", "net", ["15"]),
                ("inet_interfaces=here", "inet_interfaces", ["loopback-only"]),
                ("inet_interfaces=192.0.2.7", "inet_interfaces",
                 ["192.0.2.7", "address of this machine"]),
                ("sink=carrier-pigeon", "sink", ["maildir:DIR"]),
                ("sink=maildir", "sink", ["no directory"]),
                ("sink=log:x", "sink", ["no argument"]),
                ("sink=maildir:/dev/null/x", "sink", ["Not a directory"]),
                ("sink=", "sink", ["log, maildir:DIR, mqtt, null"]),
                ("myhostname=not a name", "myhostname", ["letters, digits"]),
                ("myhostname=" + "x" * 300, "myhostname", ["at most 255"]),
                ("users_file=/nonexistent", "users_file", ["/nonexistent"]),
        ):
            refused("quiet=no\n" + text + "\n", 2, key, *words)


@case
def file_bad_pairs():
    with folder():
        refused("smtp_port=2600\nlmtp_port=2600\n", 2, "lmtp_port",
                "port of SMTP")
        refused("smtp_port=2587\nsubmission_port=2587", 2, "submission_port")
        refused("smtpd_use_tls=no\nsmtpd_enforce_tls=yes\n", 2,
                "smtpd_enforce_tls", "smtpd_use_tls = yes")
        refused("smtpd_sasl_auth_enable=no\nsmtps_auth_required=yes\n", 2,
                "smtps_auth_required", "smtpd_sasl_auth_enable = yes")
        refused("net=tap\nip=192.0.2.1\n", 2, "ip", "192.0.2.25/24")
        refused("net=tap\nip=192.0.2.1/33\n", 2, "ip", "192.0.2.25/24")
        refused("net=tap\ngateway=192.0.2.1\n", 2, "gateway", "ip")
        refused("deny=10.1.2.3/8\n", 1, "deny", "10.1.2.3/8",
                "bits set behind its length")
        refused("allow=::1,10.0.0.0/33\n", 1, "allow", "10.0.0.0/33",
                "0 to 32")
        refused("smtpd_client_connection_rate_limit=6001\n", 1,
                "smtpd_client_connection_rate_limit", "6000")


@case
def file_too_many_sinks():
    with folder() as path:
        text = "".join(f"sink=maildir:{path}/{i}\n" for i in range(9))
        refused(text, 9, "sink", "8 sinks")


@case
def file_users():
    good = hash_password("x", "one")
    with folder() as path:
        for text, line, word in (
                (good + "two\n", 2, "no ':'"),
                (good + good, 2, "there already"),
                ("# c\n\n:x\n", 3, "user name"),
                ("a:plain\n", 1, "$pbkdf2-sha256$"),
                ("a:$pbkdf2-sha256$1000$abc\n", 1, "ITERATIONS$SALT$KEY"),
                (good.replace("$1000$", "$0$"), 1, "iteration"),
                (good.replace("$1000$", "$1000001$"), 1, "iteration"),
                (good.replace("$1000$", "$99999999999$"), 1, "iteration"),
                (good.replace("=\n", "\n"), 1, "key is not 32 octets"),
                (re.sub(r"\$1000\$[^$]*\$", "$1000$AAAA$", good), 1, "salt"),
                ("u" * 65 + good[3:], 1, "user name"),
                ("u" * 300 + "\n", 1, "too long"),
                ("".join(hash_password("x", f"u{i}", 1)
                         for i in range(257)), 257, "256 users"),
        ):
            write("users", text)
            refused(f"users_file={path}/users\n", 1, "users_file",
                    f"users:{line}: ", word, "--hash-password")
        write("users", "# nobody\r\n\r\n" + good.replace("\n", "\r\n"))
        equal(checked(f"users_file={path}/users\n")[0], 0)


# ---- certificate and key ----

@case
def tls_files_wrong():
    with folder() as path:
        cert, key = make_cert(path, "a")
        rsa_cert, rsa_key = make_cert(path, "b", "rsa")
        both = "smtpd_tls_cert_file={}\nsmtpd_tls_key_file={}\n".format
        for good in ((cert, key), (rsa_cert, rsa_key)):
            equal(checked(both(*good)), (0, ""))
        refused(both(cert, rsa_key), 2, "smtpd_tls_key_file",
                "does not belong", cert, rsa_key, "give the key")
        refused(both(cert, "/nonexistent"), 2, "smtpd_tls_key_file",
                "/nonexistent", "No such file", "private key")
        refused(both("/nonexistent", key), 1, "smtpd_tls_cert_file",
                "/nonexistent", "No such file", "certificate")
        refused(both(key, key), 1, "smtpd_tls_cert_file", "no usable cert")
        refused(both(cert, cert), 2, "smtpd_tls_key_file", "no usable private")
        refused(f"smtpd_tls_key_file={key}\n", 1, "smtpd_tls_key_file",
                "smtpd_tls_cert_file")
        write("empty", "")
        refused(both("empty", key), 1, "smtpd_tls_cert_file", "no usable")
        write("huge", b"x" * 200000)
        refused(both("huge", key), 1, "smtpd_tls_cert_file", "too large")
        refused(both(".", key), 1, "smtpd_tls_cert_file", "directory")
        with open(key, encoding="ascii") as one, \
                open(cert, encoding="ascii") as two:
            write("joined", one.read() + two.read())
        equal(checked("smtpd_tls_cert_file=joined\n")[0], 0)


@case
def tls_key_unreadable():
    if os.getuid() != 0:
        raise Skip("needs root to become somebody else")
    with folder() as path:
        cert, key = make_cert(path)
        os.chmod(path, 0o755)
        os.chmod(key, 0o600)
        write("f.conf", f"smtpd_tls_cert_file={cert}\n"
              f"smtpd_tls_key_file={key}\n")
        os.chmod("f.conf", 0o644)
        done = subprocess.run(
            [lwsmtpd.PROGRAM, "--check", f"{path}/f.conf"],
            preexec_fn=lambda: os.setuid(65534), cwd="/",
            capture_output=True, text=True, check=False)
        equal(done.returncode, 2, done.stderr)
        check("f.conf:2: smtpd_tls_key_file" in done.stderr and
              "Permission denied" in done.stderr, done.stderr)


@case
def tls_chain_is_sent():
    """All certificates of the file reach the client."""
    with folder() as path:
        cert, key = make_cert(path, "leaf")
        other, _ = make_cert(path, "issuer", host="issuer.example")
        with open(cert, encoding="ascii") as one, \
                open(other, encoding="ascii") as two:
            write("chain.crt", one.read() + two.read())
        with Server(f"--smtpd_tls_cert_file={path}/chain.crt",
                    f"--smtpd_tls_key_file={key}") as s:
            done = subprocess.run(
                ["openssl", "s_client", "-showcerts", "-connect",
                 f"127.0.0.1:{s.smtps}"], input=b"", capture_output=True,
                timeout=20, check=False)
            equal(done.stdout.count(b"BEGIN CERTIFICATE"), 2)


@case
def tls_self_signed():
    """Made once, its key for nobody else, its fingerprint shown."""
    with Server() as s:
        key = os.path.join(s.state, "key.pem")
        cert = os.path.join(s.state, "cert.pem")
        equal(os.stat(key).st_mode & 0o777, 0o600)
        shown = re.search(r"SHA-256 ([0-9A-F:]{95})\n", s.stderr())
        check(shown, s.stderr())
        done = subprocess.run(
            ["openssl", "x509", "-in", cert, "-noout", "-fingerprint",
             "-sha256", "-text"], capture_output=True, text=True, check=True)
        check(shown[1] in done.stdout, done.stdout)
        check("DNS:localhost" in done.stdout, done.stdout)
        check("prime256v1" in done.stdout, done.stdout)
        with open(cert, "rb") as file:
            before = file.read()
        s.stop()
        s.start()
        with open(cert, "rb") as file:
            equal(file.read(), before, "certificate after a restart")
        with Client(s.smtps, tls=True) as c:
            c.hello()
            c.send_mail()


# ---- the command line ----

@case
def command_line_errors():
    refused_options("--smtp_prot=25", words=["--smtp_prot", "smtp_port?"])
    refused_options("--smtp_port", words=["--smtp_port=VALUE"])
    refused_options("--smtp_port=1000000", words=["--smtp_port", "65535"])
    refused_options("--mtu=1400", "--mtu", "1400", words=["--mtu", "twice"])
    refused_options("smtp.conf", words=["smtp.conf", "--help"])
    refused_options("-x", words=["-x", "--help"])
    refused_options("--", words=["--help"])
    refused_options("--check", words=["--check FILE"])
    refused_options("--config", words=["--config FILE"])
    refused_options("--config=/dev/null", "--check=/dev/null",
                    words=["one file"])
    refused_options("--state_dir=/dev/null/x", "--smtp_port=0",
                    "--smtps_port=0", "--submission_port=0",
                    words=["state_dir", "Not a directory"])


@case
def command_line_wins():
    with folder():
        write("f.conf", "myhostname=file.test\nsink=carrier\n"
              "smtpd_hard_error_limit=3\n")
        with Server("--config", "f.conf", "--myhostname", "line.test") as s:
            with Client(s.smtp) as c:
                check(c.greeting.startswith("220 line.test "), c.greeting)
                for _ in range(2):
                    c.expect("BOGUS", 500)
                c.expect("BOGUS", 421)
            # the sinks of the command line replace those of the file
            equal(os.listdir(s.maildir) != [], True)


@case
def help_text():
    for name in ("--help", "-h"):
        status, out, err = run(name)
        equal((status, err), (0, ""))
        for word in ("smtpd_tls_cert_file", "message_size_limit OCTETS",
                     "(52428800)", "smtpd_timeout TIME (300s)", "--check",
                     "--hash-password", "Network:"):
            check(word in out, f"no {word!r} in --help")
        check(max(map(len, out.splitlines())) <= 80, "wider than 80")


@case
def help_is_the_readme():
    """boards/linux/README.md has the table that the program prints."""
    status, out, _ = run("--help-markdown")
    equal(status, 0)
    readme = os.path.join(lwsmtpd.TOP, "boards/linux/README.md")
    with open(readme, encoding="utf-8") as file:
        check(out in file.read(), "put the output of --help-markdown there")


@case
def version():
    status, out, err = run("--version")
    equal((status, err), (0, ""))
    for word in ("lwsmtpd 0.", "lwIP 2.", "wolfSSL 5.", "libslirp 4.",
                 "SMTPD_MAX_SESSIONS=", "SMTPD_TLS=1", "total"):
        check(word in out, f"no {word!r} in --version")
    sizes = [int(line.split()[-1]) for line in out.splitlines()
             if re.match(r"  .* \d+$", line)]
    equal(sum(sizes[:-1]), sizes[-1], "sum of the pools")


@case
def port_in_use():
    for host, family in (("127.0.0.1", socket.AF_INET),
                         ("::1", socket.AF_INET6)):
        with socket.socket(family) as s, folder():
            try:
                s.bind((host, 0))
            except OSError:
                continue
            s.listen()
            port = s.getsockname()[1]
            refused(f"quiet=no\nsubmission_port={port}\n", 2,
                    "submission_port", str(port), "in use", host,
                    "another port")
            refused_options(f"--smtps_port={port}", "--smtp_port=0",
                            "--submission_port=0",
                            words=["--smtps_port", "in use"])


@case
def port_not_allowed():
    if os.getuid() != 0:
        raise Skip("needs root to become somebody else")
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start",
              encoding="ascii") as file:
        if int(file.read()) <= 25:
            raise Skip("everybody may listen on port 25 here")
    done = subprocess.run([lwsmtpd.PROGRAM, "--smtp_port=25"],
                          preexec_fn=lambda: os.setuid(65534), cwd="/",
                          capture_output=True, text=True, check=False)
    equal(done.returncode, 2, done.stderr)
    check("--smtp_port" in done.stderr and "1024" in done.stderr, done.stderr)


@case
def ports_off():
    with Server("--smtpd_use_tls=no", "--verbose") as s:
        check("SMTP " in s.ready_line, s.ready_line)
        check("SMTPS" not in s.ready_line, s.ready_line)
        check("submission" not in s.ready_line, s.ready_line)
        with Client(s.smtp) as c:
            check("STARTTLS" not in c.hello() and "AUTH" not in c.hello())
            c.send_mail()


# ---- ready ----

@case
def ready_line_and_command():
    """`ready`, the addresses, then a command that works as it stands."""
    with Server(users=None) as s:
        lines = s.stderr().splitlines()
        at = [i for i, x in enumerate(lines) if x.startswith("ready ")]
        equal(len(at), 1)
        for port in (s.smtp, s.submission, s.smtps):
            check(f"127.0.0.1:{port}" in lines[at[0]], lines[at[0]])
        command = lines[at[0] + 1]
        check(command.startswith("try: "), command)
        done = subprocess.run(command[5:], shell=True, capture_output=True,
                              text=True, timeout=30, check=False)
        equal(done.returncode, 0, done.stdout + done.stderr)
        equal(len(s.messages()), 1)
        entry = s.wait_log()[0]
        equal((entry["from"], entry["to"]),
              ("camera@example.org", ["you@example.org"]))


@case
def first_run_user():
    """A password is made once, shown once, and works."""
    with Server(users=None) as s:
        shown = re.search(r"user (\w+), password (\S+)", s.stderr())
        check(shown, s.stderr())
        with open(os.path.join(s.state, "users"), encoding="ascii") as file:
            text = file.read()
        check(shown[2] not in text and text.startswith("lwsmtpd:$scram-"))
        equal(os.stat(os.path.join(s.state, "users")).st_mode & 0o777, 0o600)
        with Client(s.smtps, tls=True) as c:
            c.hello()
            check(c.auth_plain(shown[1], shown[2]).startswith("235"))
        s.stop()
        s.start()
        equal(s.stderr().count("password "), 1, "times shown")


# ---- users ----

@case
def hash_password_prints_a_line():
    status, out, err = run("--hash-password", "alice", stdin="secret\n")
    equal((status, err), (0, ""))
    match = re.fullmatch(r"alice:\$scram-sha-256\$(\d+):(\S+)\$(\S+):(\S+)\n",
                         out)
    check(match, out)
    with folder():
        write("users", out)
        equal(checked(f"users_file={os.getcwd()}/users\n")[0], 0)
    again = run("--hash-password", "alice", stdin="secret\n")[1]
    check(again != out, "the salt is the same")
    for user, stdin in (("alice", ""), ("alice", "\n"), ("a:b", "x\n"),
                        ("u" * 65, "x\n"), ("alice", "x" * 300 + "\n")):
        status, out, err = run("--hash-password", user, stdin=stdin)
        equal((status, out, err.count("\n")), (2, "", 1), err)


@case
def hash_password_is_scram():
    """Python computes the same keys (RFC 5802 3)."""
    out = run("--hash-password", "u", stdin="pass word")[1].strip()
    _, scheme, cost, keys = out.split("$")
    equal(scheme, "scram-sha-256")
    count, salt = cost.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", b"pass word",
                                 base64.b64decode(salt), int(count))
    client = hmac.digest(salted, b"Client Key", "sha256")
    equal([base64.b64decode(key) for key in keys.split(":")],
          [hashlib.sha256(client).digest(),
           hmac.digest(salted, b"Server Key", "sha256")])


@case
def auth_modes():
    with Server() as s:
        with Client(s.submission) as c:
            c.hello()
            c.expect("MAIL FROM:<a@example.org>", 530)
            check("AUTH" not in c.hello(), "AUTH in clear text")
            c.starttls()
            c.expect("MAIL FROM:<a@example.org>", 530)
            check(c.auth_plain().startswith("235"))
            c.send_mail()
        entry = s.wait_log()[0]
        equal((entry["auth_user"], entry["protocol"]),
              (lwsmtpd.USER, "ESMTPSA"))
        check(entry["tls_version"].startswith("TLSv1."), entry)
        with Client(s.smtps, tls=True) as c:
            c.hello()
            c.send_mail()
            check(c.auth_plain(password="wrong").startswith("535"))
            check(c.auth_plain(user="nobody").startswith("535"))
    with Server("--smtpd_tls_auth_only=no", "--smtps_auth_required") as s:
        with Client(s.submission) as c:
            check("AUTH" in c.hello())
            check(c.auth_plain().startswith("235"))
            c.send_mail()
        with Client(s.smtps, tls=True) as c:
            c.hello()
            c.expect("MAIL FROM:<a@example.org>", 530)
    with Server("--smtpd_sasl_auth_enable=no") as s:
        check("submission" not in s.ready_line, s.ready_line)
        with Client(s.smtps, tls=True) as c:
            check("AUTH" not in c.hello())


@case
def case_094_unknown_user_takes_as_long():
    with Server("--smtpd_tls_auth_only=no", "--smtpd_auth_failure_delay=0",
                "--smtpd_auth_failure_limit=100") as s:
        with open(s.users_file, "w", encoding="ascii") as file:
            file.write(hash_password("x", "known", 100000))
        s.reload()
        with Client(s.smtp) as c:
            c.hello()
            spent = {"known": [], "unknown": []}
            for _ in range(7):
                for user, times in spent.items():
                    start = time.monotonic()
                    check(c.auth_plain(user, "wrong").startswith("535"))
                    times.append(time.monotonic() - start)
        known, unknown = (min(spent[u]) for u in ("known", "unknown"))
        check(0.5 < known / unknown < 2, known, unknown)


def served_during_auth(server, user):
    """Was another client answered ten times between our AUTH and its answer?
    Once or twice may be before the server saw AUTH."""
    with Client(server.smtp) as c, Client(server.smtp) as other:
        c.hello()
        other.hello()
        plain = base64.b64encode(f"\0{user}\0one".encode()).decode()
        c.send(f"AUTH PLAIN {plain}\r\n")
        for _ in range(10):
            other.expect("NOOP", 250)
        early = not select.select([c.sock], [], [], 0)[0]
        check(c.reply().startswith("235"))
        return early


@case
def auth_leaves_time_for_others():
    """A million iterations, and another session goes on meanwhile. Where this
    machine was slower than the computation, once more."""
    with Server("--smtpd_tls_auth_only=no") as s:
        with open(s.users_file, "w", encoding="ascii") as file:
            file.write(hash_password("one", "slow", 1000000))
        s.reload()
        check(any(served_during_auth(s, "slow") for _ in range(10)),
              "nobody was served during AUTH")


@case
def case_094_failed_auth_waits():
    with Server("--smtpd_tls_auth_only=no",
                "--smtpd_auth_failure_delay=700ms") as s:
        with Client(s.smtp) as c, Client(s.smtp) as other:
            c.hello()
            other.hello()
            start = time.monotonic()
            c.send("AUTH PLAIN AHgAeA==\r\n")
            other.expect("NOOP", 250)  # others do not wait
            check(time.monotonic() - start < 0.5)
            check(c.reply().startswith("535"))
            check(time.monotonic() - start >= 0.69)
            c.cmd("AUTH PLAIN AHgAeA==")
            c.cmd("AUTH PLAIN AHgAeA==")
            check(c.closed(), "open after three failures")


# ---- signals ----

@case
def sighup_users():
    with Server("--smtpd_tls_auth_only=no",
                "--smtpd_auth_failure_delay=0") as s:
        with Client(s.smtp) as c:
            c.hello()
            check(c.auth_plain("new", "new").startswith("535"))
            s.set_users({"new": "new"})
            s.reload()
            check(c.auth_plain("new", "new").startswith("235"))
        write(s.users_file, "rubbish\n")
        s.reload()
        check("users: the old ones stay: " in s.stderr(), s.stderr())
        check("users:1: no ':'" in s.stderr(), s.stderr())
        with Client(s.smtp) as c:
            c.hello()
            check(c.auth_plain("new", "new").startswith("235"))


def certificate(port):
    """What the server shows, in DER."""
    with Client(port, tls=True) as c:
        return c.sock.getpeercert(binary_form=True)


@case
def sighup_certificate():
    with folder() as path:
        cert, key = make_cert(path, "one")
        new_cert, new_key = make_cert(path, "two", "rsa")
        with Server(f"--smtpd_tls_cert_file={cert}",
                    f"--smtpd_tls_key_file={key}") as s:
            old = certificate(s.smtps)
            with Client(s.smtps, tls=True) as c:
                shutil.copy(new_cert, cert)
                s.reload()
                check("certificate: the old one stays: " in s.stderr())
                check("does not belong" in s.stderr())
                equal(certificate(s.smtps), old)
                shutil.copy(new_key, key)
                s.reload()
                check(certificate(s.smtps) != old)
                c.hello()  # who was there goes on
                c.send_mail()
            for _ in range(20):  # each generation is given back
                s.reload()
            equal(s.stderr().count("stays"), 1)
            check(certificate(s.smtps) != old)


@case
def sigterm_finishes_what_is_in():
    """The dot is in: 250 and kept. Without it: 421 and dropped."""
    with Server() as s:
        with Client(s.smtp) as idle, Client(s.smtp) as busy:
            idle.hello()
            busy.hello()
            busy.envelope()
            busy.expect("DATA", 354)
            busy.send(b"half a mess")
            with Client(s.smtp) as done:
                done.hello()
                done.envelope()
                done.expect("DATA", 354)
                done.send(BODY + b".\r\n")
                check(done.reply().startswith("250"))
            s.send_signal(signal.SIGTERM)
            check(idle.reply().startswith("421"))
            check(busy.reply().startswith("421"))
            check(idle.closed() and busy.closed())
        equal(s.process.wait(10), 0)
        equal([content(m) for m in s.messages()], [BODY])
        equal(s.leftovers(), [])
        equal([(e["verdict"], e.get("why")) for e in s.log()],
              [("accepted", None), ("dropped", "shutdown")])


@case
def sigterm_with_the_dot_on_its_way():
    """Message and signal at once: whatever the client reads is true."""
    for delay in (0, 0.001, 0.003, 0.01):
        with Server() as s:
            with Client(s.smtp) as c:
                c.hello()
                c.envelope()
                c.expect("DATA", 354)
                c.send(b"x" * 50000 + b"\r\n.\r\n")
                time.sleep(delay)
                s.send_signal(signal.SIGTERM)
                reply = c.reply()
            s.stop()
            equal(len(s.messages()), int(reply.startswith("250")), reply)


@case
def signals_end_it():
    with Server() as s:
        equal(s.stop(signal.SIGINT, 5), 0)
    with Server() as s, Client(s.smtp) as c:
        c.hello()
        s.send_signal(signal.SIGPIPE)
        c.expect("NOOP", 250)


@case
def second_signal_ends_at_once():
    with Server("--shutdown_timeout=60s") as s:
        client = Client(s.smtp)
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        client.hello()
        s.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        if s.running():
            s.send_signal(signal.SIGTERM)
        start = time.monotonic()
        s.process.wait(5)
        check(time.monotonic() - start < 0.5)
        client.close()


# ---- sinks ----

@case
def log_line():
    """Every field, of plain text and of a refused message."""
    with Server() as s:
        with Client(s.smtp) as c:
            port = c.sock.getsockname()[1]
            c.hello()
            c.envelope("a@example.org", ["b@example.org", "c@example.org"],
                       f" SIZE={len(BODY)}")
            check(c.data(BODY).startswith("250"))
            c.envelope()
            check(c.data(b"bare\nLF\r\n").startswith("550"))
            c.envelope()
            c.expect("RSET", 250)
        entry, bad, reset = s.wait_log(3)
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                           entry.pop("time")))
        equal(entry.pop("peer"), "10.0.2.2")
        equal(entry.pop("peer_port"), port)
        equal(entry.pop("alert")["to"], "b@example.org")
        equal(entry, {
            "session": 1, "helo": "client.example", "protocol": "ESMTP",
            "tls_version": None, "tls_cipher": None, "auth_user": None,
            "from": "a@example.org", "to": ["b@example.org", "c@example.org"],
            "size": len(BODY), "octets": len(BODY),
            "sha256": hashlib.sha256(BODY).hexdigest(),
            "verdict": "accepted", "code": 250})
        equal((bad["verdict"], bad["code"]), ("refused", 550))
        equal((reset["verdict"], reset["code"], reset["why"]),
              ("dropped", None, "reset"))


@case
def log_escapes():
    """Whatever a client says, each line is one JSON object."""
    with Server() as s:
        with Client(s.smtp) as c:
            c.send(b'EHLO a"b\\c\x7f\xc2\x9b\xff\xe2\x82\xac<x>\r\n')
            c.reply()
            c.expect("EHLO x", 250)
            c.envelope('"q\\"uote\\\\"@example.org'.replace("\\\\", "\\\\"),
                       ["gr\u00fc\u00df@example.org"], " SMTPUTF8")
            c.data(BODY)
        with open(s.path("stdout"), "rb") as file:
            raw = file.read()
        entry = s.wait_log()[-1]
        equal(entry["to"], ["gr\u00fc\u00df@example.org"])
        check(entry["from"].startswith('"q\\"'), entry)
        check(all(x >= 0x20 or x == 10 for x in raw), "controls in the log")


@case
def log_big_envelope():
    """100 recipients of the greatest length are one line."""
    with Server() as s, Client(s.smtp) as c:
        domain = ".".join(["d" * 60] * 3) + ".example"
        rcpts = [f"{i:03d}{'l' * 60}@{domain}" for i in range(100)]
        c.hello()
        c.send_mail("a@example.org", rcpts, BODY)
        equal(s.wait_log()[0]["to"], rcpts)


def stdout_to(path):
    """A shell that starts the program with this stdout."""
    return ("sh", "-c", f'exec "$@" >{path}', "sh")


@case
def log_stdout_full():
    """/dev/full: refused, and not kept by the other sink."""
    with Server(wrapper=stdout_to("/dev/full")) as s, Client(s.smtp) as c:
        c.hello()
        for _ in range(3):
            c.envelope()
            check(c.data(BODY).startswith("451 4.3.0"))
        equal((s.messages(), s.leftovers()), ([], []))


@case
def log_stdout_closed():
    """The reader of the pipe has gone: refused, not kept, not killed."""
    with folder() as path:
        os.mkfifo("pipe")
        reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        with Server(wrapper=stdout_to(path + "/pipe")) as s, \
                Client(s.smtp) as c:
            c.hello()
            c.send_mail()
            entry = json.loads(os.read(reader, 65536))
            equal(entry["verdict"], "accepted")
            os.close(reader)
            c.envelope()
            check(c.data(BODY).startswith("451 4.3.0"))
            equal((len(s.messages()), s.leftovers()), (1, []))


@case
def log_stdout_stalls():
    """Nobody reads the pipe: 451 within seconds, and nothing is kept that was
    refused."""
    with folder() as path:
        os.mkfifo("pipe")
        reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
        with Server(wrapper=stdout_to(path + "/pipe")) as s, \
                Client(s.smtp) as c:
            c.hello()
            accepted = 0
            for _ in range(1000):
                c.envelope()
                if not c.data(BODY).startswith("250"):
                    break
                accepted += 1
            else:
                raise AssertionError("the pipe never was full")
            equal(len(s.messages()), accepted)
            got = b""
            while got.count(b"\n") < accepted:
                got += os.read(reader, 65536)
            c.send_mail()
            until(lambda: len(s.messages()) == accepted + 1)
        while True:
            more = os.read(reader, 65536)
            if not more:
                break
            got += more
        os.close(reader)
        entries = [json.loads(x) for x in got.splitlines()]
        equal(len([e for e in entries if e["verdict"] == "accepted"]),
              accepted + 1)


def tiny_disk(path, size="64k"):
    """Mount a disk of that size."""
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}",
                           "tmpfs", path], capture_output=True, check=False)
    if done.returncode:
        raise Skip("cannot mount a small disk: " + done.stderr.decode())


@case
def case_101_full_disk():
    """452 4.3.1; nothing in new or tmp; a smaller message fits."""
    with folder() as path:
        tiny_disk(path + "/disk")
        try:
            with Server(sinks=("log", f"maildir:{path}/disk/mail")) as s, \
                    Client(s.smtp) as c:
                s.maildir = path + "/disk/mail"
                c.hello()
                c.envelope()
                reply = c.data(b"x" * 998 + b"\r\n" * 1)
                check(reply.startswith("250"), reply)
                c.envelope()
                reply = c.data((b"x" * 998 + b"\r\n") * 100)
                check(reply.startswith("452 4.3.1"), reply)
                equal((len(s.messages()), s.leftovers()), (1, []))
                c.expect("MAIL FROM:<a@example.org> SIZE=200000", 452)
                c.send_mail()
                equal(len(s.messages()), 2)
                equal([e["verdict"] for e in s.wait_log(3)][:2],
                      ["accepted", "refused"])
        finally:
            subprocess.run(["umount", "-l", path + "/disk"], check=True)


@case
def two_sinks_one_refuses():
    """The second maildir is full: the first keeps nothing either."""
    with folder() as path:
        tiny_disk(path + "/disk")
        try:
            with Server(sinks=("maildir", f"maildir:{path}/disk/mail",
                               "log", "null")) as s, Client(s.smtp) as c:
                c.hello()
                c.send_mail()
                equal(len(s.messages()), 1)
                equal(len(os.listdir(path + "/disk/mail/new")), 1)
                c.envelope()
                reply = c.data((b"x" * 998 + b"\r\n") * 100)
                check(reply.startswith("452 4.3.1"), reply)
                equal((len(s.messages()), s.leftovers()), (1, []))
                equal(len(os.listdir(path + "/disk/mail/new")), 1)
                last = s.wait_log(2)[1]
                equal((last["verdict"], last["code"], last["why"]),
                      ("refused", 452, "sink"))
        finally:
            subprocess.run(["umount", "-l", path + "/disk"], check=True)


@case
def maildir_folder_vanishes():
    """No new/ any more: 451 4.3.0, the other maildir keeps nothing."""
    with folder() as path:
        with Server(sinks=("maildir", f"maildir:{path}/two", "log")) as s, \
                Client(s.smtp) as c:
            c.hello()
            os.rmdir("two/new")
            c.envelope()
            reply = c.data(BODY)
            check(reply.startswith("451 4.3.0"), reply)
            equal((s.messages(), s.leftovers(), os.listdir("two/tmp")),
                  ([], [], []))
            equal(s.wait_log()[0]["verdict"], "refused")


@case
def maildir_is_made():
    with Server() as s, Client(s.smtp) as c:
        for part in ("tmp", "new", "cur"):
            equal(os.stat(os.path.join(s.maildir, part)).st_mode & 0o7777,
                  0o700, part)
        c.hello()
        for i in range(20):
            c.send_mail(body=b"%d\r\n" % i)
        equal([content(m) for m in s.messages()],
              [b"%d\r\n" % i for i in range(20)])
        name = os.listdir(s.maildir + "/new")[0]
        equal(os.stat(f"{s.maildir}/new/{name}").st_mode & 0o777, 0o600)


@case
def maildir_exact_octets():
    """Every octet as sent; what the log sink counts is without Received:."""
    body = bytes(x for x in range(256) if x not in (10, 13)) * 40 + \
        b"\r\n.\r\n..\r\n...dots\r\n\r\n" + b"no blank line\r\n"
    with Server() as s, Client(s.smtp) as c:
        c.hello()
        c.send_mail(body=body)
        equal(content(s.messages()[0]), body)
        entry = s.wait_log()[0]
        equal((entry["octets"], entry["sha256"]),
              (len(body), hashlib.sha256(body).hexdigest()))


@case
def null_alone():
    with Server(sinks=("null",)) as s, Client(s.smtp) as c:
        c.hello()
        c.send_mail()
        equal((s.log(), s.messages()), ([], []))


@case
def lmtp():
    with Server(lmtp=True) as s, Client(s.lmtp) as c:
        c.hello("LHLO")
        c.envelope("a@example.org", ["b@example.org", "c@example.org"])
        check(c.data(BODY).startswith("250"))
        check(c.reply().startswith("250"))
        equal((len(s.messages()), len(s.wait_log())), (1, 1))


# ---- many at once ----

def all_at_once(server, count, tls):
    """count clients send 200 KB each; returns the replies after the dot."""
    body = (b"x" * 76 + b"\r\n") * 2600
    replies = []

    def one():
        try:
            port = server.smtps if tls else server.smtp
            with Client(port, tls=tls, timeout=100) as c:
                c.hello()
                c.envelope()
                replies.append(c.data(body)[:3])
        except (OSError, AssertionError) as why:
            replies.append(str(why))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal({len(content(m)) for m in server.messages()}, {len(body)})
    return replies


@case
def a_burst_of_clients():
    """As many as there are sessions, without TCP having to send again."""
    with Server("--smtpd_stress_timeout=100s") as s:
        start = time.monotonic()
        replies = all_at_once(s, 60, tls=False)
        equal(replies, ["250"] * 60)
        equal(len(s.messages()), 60)
        check(time.monotonic() - start < 25, time.monotonic() - start)


@case
def a_burst_of_tls_clients():
    """Those that wait for a record buffer leave frames for the others."""
    with Server("--smtpd_stress_timeout=100s") as s:
        equal(all_at_once(s, 60, tls=True), ["250"] * 60)


# ---- lines for people ----

@case
def case_159_log_flood():
    """A client that causes a line with every command: lines are left out,
    others are served meanwhile."""
    with Server("--smtpd_hard_error_limit=255", sinks=("null",)) as s:
        for _ in range(8):
            with Client(s.smtp) as c:
                c.hello()
                c.send(b"BOGUS\r\n" * 250)
                for _ in range(250):
                    check(c.reply())
        count = len(s.stderr().splitlines())
        check(count < 1000, f"{count} lines")
        time.sleep(1.1)
        with Client(s.smtp) as c:
            c.hello()
            c.send_mail()
        check("lines left out" in s.stderr())


@case
def quiet_and_verbose():
    with Server("--quiet") as s:
        with Client(s.smtp) as c:
            c.hello()
            c.cmd("BOGUS")
            c.send_mail()
        check(not re.search(r"^\d{4}-", s.stderr(), re.M), s.stderr())
    with Server("--verbose") as s:
        with Client(s.smtp) as c:
            c.hello()
            c.quit()
        s.wait_stderr("closed: quit")
        check("[1] 10.0.2.2 connected" in s.stderr(), s.stderr())


@case
def log_has_no_secrets():
    with Server("--verbose", "--smtpd_tls_auth_only=no",
                "--smtpd_auth_failure_delay=0") as s:
        with Client(s.smtp) as c:
            c.hello()
            c.auth_plain(password="swordfish")
            c.auth_plain()
            c.send_mail()
        s.wait_log()
        with open(s.path("stdout"), encoding="utf-8") as file:
            text = file.read() + s.stderr()
        for word in ("swordfish", lwsmtpd.PASSWORD):
            check(word not in text, word)


# ---- TAP ----

def tap_possible():
    """May this test make a TAP device?"""
    if os.getuid() != 0 or not os.path.exists("/dev/net/tun"):
        raise Skip("needs root and /dev/net/tun")


def link_local(device):
    """Has the kernel an address there, and has nobody else?"""
    out = subprocess.run(["ip", "-6", "addr", "show", "dev", device, "scope",
                          "link"], check=True, capture_output=True,
                         text=True).stdout
    return "fe80:" in out and "tentative" not in out


@case
def tap_static_address():
    tap_possible()
    name = f"lws{os.getpid() % 100000}"
    with Server(f"--net=tap:{name}", "--ip=198.51.100.2/24") as s:
        check("198.51.100.2:" in s.ready_line, s.ready_line)
        subprocess.run(["ip", "addr", "add", "198.51.100.1/24", "dev", name],
                       check=True)
        with Client(s.smtp, host="198.51.100.2") as c:
            c.hello()
            c.send_mail()
        equal(s.wait_log()[0]["peer"], "198.51.100.1")


@case
def tap_without_dhcp():
    """No DHCP server: one line says so, IPv6 link-local works."""
    tap_possible()
    name = f"lwd{os.getpid() % 100000}"
    with Server(f"--net=tap:{name}", "--dhcp_timeout=1") as s:
        check("no DHCP server answers" in s.stderr(), s.stderr())
        found = re.search(r"\[(fe80::[0-9a-f:]+)%" + name, s.ready_line,
                          re.I)
        check(found, s.ready_line)
        until(lambda: link_local(name), 20, "an address of ours")
        with Client(s.smtp, host=f"{found[1]}%{name}") as c:
            c.hello()
            c.send_mail()
        check(s.wait_log()[0]["peer"].startswith("fe80::"))


@case
def tap_errors():
    tap_possible()
    done = subprocess.run([lwsmtpd.PROGRAM, "--net=tap:lwsnone", "--state_dir",
                           temp_dir()],
                          preexec_fn=lambda: os.setuid(65534), cwd="/",
                          capture_output=True, text=True, check=False)
    equal((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
    name = f"lwb{os.getpid() % 100000}"
    with Server(f"--net=tap:{name}", "--ip=198.51.100.2/24"):
        refused_options(f"--net=tap:{name}", f"--state_dir={temp_dir()}",
                        words=["--net", "in use"])


if __name__ == "__main__":
    lwsmtpd.main()
