#!/usr/bin/env python3
"""test_provision.py - boards/common/provision: a configuration into a blob

SPDX-License-Identifier: BSD-3-Clause

tests: parallel
"""
import base64
import os
import re
import shutil
import ssl
import stat
import struct
import subprocess
import sys
import zlib

import lwsmtpd
from files import folder, write
from lwsmtpd import case, check, equal, hash_password, make_cert

TOP = os.environ.get("SMTPD_TOP") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.realpath(__file__))))
TOOL = os.path.join(TOP, "boards/common/provision")
sys.path.insert(0, os.path.dirname(TOOL))
import provision_options  # noqa: E402 pylint: disable=wrong-import-position

QUIET = "smtpd_use_tls = no\nsmtpd_sasl_auth_enable = no\n"


def read(name):
    with open(name, "rb") as file:
        return file.read()


def tool(*arguments, data="", path=None):
    """Returns (status, stdout, stderr)."""
    env = dict(os.environ, **({"PATH": path} if path else {}))
    done = subprocess.run([TOOL, *arguments], input=data, text=True,
                          capture_output=True, check=False, env=env)
    check("Traceback" not in done.stderr, done.stderr)
    return done.returncode, done.stdout, done.stderr


def pairs(data):
    """A blob by its definition in boards/common/blob.h."""
    equal(data[:4], b"lwsm")
    version, length, crc = struct.unpack_from("<III", data, 4)
    equal((version, length), (1, len(data) - 16))
    equal(crc, zlib.crc32(data[:12] + data[16:]))
    found, at = [], 16
    while at < len(data):
        key_len, kind, value_len = struct.unpack_from("<BBH", data, at)
        at += 4
        key, at = data[at:at + key_len].decode(), at + key_len + 1
        value, at = data[at:at + value_len], at + value_len + 1
        equal((data[at - 1], data[at - value_len - 2]), (0, 0), key)
        found.append((key, value.decode() if kind == 0 else value))
    return found


def made(config, *options):
    """The pairs made from this configuration, and stderr."""
    write("f.conf", config)
    status, out, err = tool("--config", "f.conf", "--out", "f.bin", *options)
    equal((status, out), (0, ""), err)
    return pairs(read("f.bin")), err


def refused(config, *words, options=()):
    """Refused, and nothing written; every word stands on stderr."""
    if os.path.exists("f.bin"):
        os.unlink("f.bin")
    write("f.conf", config)
    status, _, err = tool("--config", "f.conf", "--out", "f.bin", *options)
    equal((status, os.path.exists("f.bin")), (2, False), err)
    for word in words:
        check(word in err, f"no {word!r} in {err!r}")


# ---- the configuration ----

@case
def settings_in_the_order_of_the_file():
    with folder():
        found, err = made(
            "# comment\r\n\n" + QUIET + " smtp-port = 2525 \r\n"
            "sink=log\nmyhostname=mx.example\nsink = null\n"
            "message_size_limit=5M\nip=192.0.2.2/24\ngateway=192.0.2.1\n"
            "mdns_name = mail-1\nclock_ms = 4294367296\n")
        equal(err, "")
        equal(found, [
            ("smtpd_use_tls", "no"), ("smtpd_sasl_auth_enable", "no"),
            ("smtp_port", "2525"), ("myhostname", "mx.example"),
            ("message_size_limit", "5M"), ("ip", "192.0.2.2/24"),
            ("gateway", "192.0.2.1"), ("mdns_name", "mail-1"),
            ("clock_ms", "4294367296"), ("sink", "log,null")])
        equal(stat.S_IMODE(os.stat("f.bin").st_mode), 0o600)


@case
def the_same_octets_each_time():
    with folder() as path:
        cert, key = make_cert(path)
        write("users", hash_password("one", "alice"))
        config = (f"smtpd_tls_cert_file={cert}\nsmtpd_tls_key_file={key}\n"
                  "users_file=users\nverbose=yes\n")
        made(config)
        first = read("f.bin")
        os.chmod("f.bin", 0o644)
        made(config)
        equal(read("f.bin"), first)
        equal(stat.S_IMODE(os.stat("f.bin").st_mode), 0o600)
        equal(sorted(os.listdir()), ["cert.crt", "cert.key", "f.bin",
                                     "f.conf", "users"])


@case
def authorities_of_clients():
    """In DER, one behind the other; not asked for without."""
    with folder() as path:
        first, _ = make_cert(path, "one")
        second, _ = make_cert(path, "two", kind="rsa")
        write("both", read(first) + b"between them\n" + read(second))
        found, _ = made(QUIET + "tls_client_ca=both\n"
                        "smtp_client_cert=require\n")
        want = b"".join(ssl.PEM_cert_to_DER_cert(read(c).decode())
                        for c in (first, second))
        equal(dict(found)["tls_client_ca"], want)
        equal(dict(found)["smtp_client_cert"], "require")
        refused(QUIET + "smtps_client_cert=ask\n", "smtps_client_cert needs "
                "tls_client_ca")
        refused(QUIET + "tls_client_ca=absent\n", "cannot read absent")
        write("none", "nothing\n")
        refused(QUIET + "tls_client_ca=none\n", "no certificate in none")


@case
def options_of_linux_are_named():
    with folder():
        found, err = made(QUIET + "net=tap\nstate_dir=/x\nsmtp_port=26\n"
                          "sink=log,maildir:/var/mail\nlmtp_port=24\n")
        equal(found[2:], [("smtp_port", "26"), ("lmtp_port", "24"),
                          ("sink", "log")])
        for line, name in ((3, "net"), (4, "state_dir"), (6, "sink")):
            check(re.search(rf"^provision: f\.conf:{line}: {name}: .*"
                            r"only on Linux, left out$", err, re.M), err)
        equal(err.count("\n"), 3, err)
        found, _ = made(QUIET + "sink=maildir:/var/mail\n")
        equal(found[2:], [])
        refused("sink=log, maildir:/x\nsink_route=> maildir\n",
                'f.conf:2: sink_route: "maildir" is none of the sinks')


@case
def a_broker_or_a_page_is_a_sink_unless_sinks_are_given():
    """The board knows which it has; routes may name them."""
    page = "--make-page-password",
    route = "sink_route=> "
    with folder():
        for more, options, sink, right in (
                ("", (), "log", True), ("", (), "mqtt", False),
                ("mqtt_server=10.0.2.2\n", (), "mqtt", True),
                ("sink=log\nmqtt_server=10.0.2.2\n", (), "mqtt", False),
                ("page_password=x\n", (), "inbox", True),
                ("", page, "inbox", True), ("sink=log\n", page, "inbox", False),
                ("page_port=0\n", page, "inbox", False)):
            write("f.conf", QUIET + more + route + sink + "\n")
            status, _, err = tool("--config", "f.conf", "--out", "f.bin",
                                  *options)
            equal(status == 0, right, more + sink + err)
        found, _ = made(QUIET + "mqtt_server=10.0.2.2\n", *page)
        check("sink" not in dict(found), found)


@case
def mechanisms_that_cannot_be_had():
    with folder():
        refused("smtps_auth_required=yes\nsmtps_auth_mechanisms=none\n",
                "smtps_auth_mechanisms: smtps_auth_required = yes needs a")
        for word, right in (("none", True), ("EXTERNAL", False),
                            ("all,-PLAIN,-LOGIN", True),
                            ("LOGIN,-LOGIN", False), ("none,+LOGIN", True)):
            line = f"submission_auth_mechanisms={word}\n"
            if right:
                made(QUIET + line)
            else:
                refused(line, "f.conf:1: submission_auth_mechanisms: none of "
                        "them can be had")


@case
def options_of_the_command_line_win():
    with folder():
        found, err = made(QUIET + "mqtt_topic=a\nallow=192.0.2.1\n",
                          "--set", "mqtt_topic=b c=d", "--set",
                          "allow=192.0.2.2", "--set", "allow=192.0.2.3",
                          "--set", "mqtt-server= 10.0.2.2 ")
        equal(err, "")
        equal(dict(found)["allow"], "192.0.2.2,192.0.2.3")
        equal([dict(found)[x] for x in ("mqtt_topic", "mqtt_server")],
              ["b c=d", "10.0.2.2"])
        status, _, err = tool("--out", "f.bin", "--set", "smtp_prot=1")
        equal(status, 2)
        check("--set: smtp_prot: no such option; did you mean smtp_port?" in
              err, err)


@case
def every_problem_with_its_line():
    with folder():
        refused("smtp_port=70000\nsmtp_prot=25\n\nno equals\nquiet=maybe\n"
                "smtpd_timeout=999ms\nmessage_size_limit=5T\nmtu=1400\n"
                "mtu=1500\nmyhostname=a_b\nmdns_name=a.b\nip=192.0.2.2\n"
                "gateway=192.0.2.256\n= 3\n",
                'f.conf:1: smtp_port: "70000" is not right; give a number '
                "from 0 to 65535",
                "f.conf:2: smtp_prot: no such option; did you mean smtp_port?",
                "f.conf:4: not a line of key = value",
                'f.conf:5: quiet: "maybe" is not right; give yes or no',
                "f.conf:6: smtpd_timeout: ", "from 1s to 86400s",
                "f.conf:7: message_size_limit: ", "with K, M or G",
                "f.conf:9: mtu: given twice; remove one",
                "f.conf:10: myhostname: ", "f.conf:11: mdns_name: ",
                "f.conf:12: ip: ", "192.0.2.25/24",
                "f.conf:13: gateway: ", "an IPv4 address", "f.conf:14: not a")
        refused("gateway=192.0.2.1\n", "f.conf:1: gateway: DHCP names the")
        refused("smtps_port=25\n", "f.conf:1: smtps_port: 25 is the port of "
                "smtp_port already")
        refused("smtp_port=465\nsmtps_port=465\n", "f.conf:2: smtps_port: ")
        refused("smtpd_use_tls=no\nsmtpd_enforce_tls=yes\n",
                "f.conf:2: smtpd_enforce_tls: yes needs smtpd_use_tls")
        refused("smtpd_sasl_auth_enable=no\nsmtps_auth_required=yes\n",
                "f.conf:2: smtps_auth_required: yes needs smtpd_sasl_auth_")
        status, _, err = tool("--config", "absent", "--out", "f.bin")
        equal(status, 2)
        check("absent: cannot read this configuration file: No such" in err)


def linux_check(text):
    """What the Linux program says of this file, "" for nothing."""
    write("linux.conf", text)
    status, _, err = lwsmtpd.run("--check", "linux.conf", "--smtp_port=0",
                                 "--submission_port=0", "--smtps_port=0")
    equal(status == 0, err == "", err)
    return err


def said(err):
    """What stands behind FILE:LINE, of each line of stderr."""
    return [line.split(": ", 2)[2] for line in err.splitlines()]


@case
def the_same_ranges_as_linux():
    """The least and the most of each option that both have; beyond them both
    say the same."""
    rows = [row for row in provision_options.read_rows().values()
            if not row.where and row.kind in provision_options.FACTORS
            and not row.name.endswith("_port")]
    check(len(rows) > 15, rows)

    def lines(value):
        return [f"{row.name} = {value(row)}" +
                ("ms" if row.kind == "TIME" else "") + "\n" for row in rows]

    with folder():
        for right in (lambda row: row.least), (lambda row: row.most):
            text = "".join(lines(right))
            made(QUIET + text)
            equal(linux_check(text), "")
        for wrong in (lambda row: row.least - 1), (lambda row: row.most + 1):
            write("f.conf", "".join(lines(wrong)))
            status, _, err = tool("--config", "f.conf", "--out", "f.bin")
            equal(status, 2)
            equal(said(err), [said(linux_check(line))[0]
                              for line in lines(wrong)])


@case
def choices_and_profiles_as_linux():
    """Taken by both, or refused by both with the same words."""
    with folder():
        for line, right in (
                ("smtp_auth = check", True), ("smtp_auth = checks", False),
                ("smtp_auth =", False), ("smtp_profile = strict", True),
                ("smtp_profile = tolerant,-bare-lf, +bare-cr", True),
                ("lmtp_profile = bare-lf", True),
                ("smtps_profile = strict,+lone-dot", False),
                ("smtp_profile = strict,", False),
                ("smtp_auth_mechanisms = all,-LOGIN", True),
                ("lmtp_auth_mechanisms = none", True),
                ("smtps_auth_mechanisms = PLAIN, SCRAM-SHA-256", True),
                ("smtp_auth_mechanisms = CRAM-MD5", False),
                ("smtp_auth_mechanisms = PLAIN,", False),
                ("smtp_auth_mechanisms = plain", False),
                ("smtp_profile = lax", False)):
            write("f.conf", QUIET + line + "\n")
            status, _, err = tool("--config", "f.conf", "--out", "f.bin")
            equal((status == 0, said(err)),
                  (right, said(linux_check(line))), line)


@case
def rules_as_linux():
    """Taken by both or by neither; each line of the file is a rule."""
    with folder():
        for rule, right in (
                ("subject~x event=y", True), ("event=y;; # c; \"", True),
                ("text~\"A B:\"|c brand=d event=text:\"A B:\"|e", True),
                ("from~a\"b\" channel=c", False),
                ("subject~\"a b\"event=x", True), ("state=\"END\"", True),
                ("subject~x evnt=y", False), ("SUBJECT~x event=y", False),
                ("event=x; subject~\"y event=z", False),
                ("event=x subject~y", False), ("subject~", False),
                ("event=x|y", False), ("event=from:", False),
                ("state=open", False), ("state=starting", False),
                ("device~x event=y", False), ("text=x", False)):
            line = f"alert_rules = {rule}\n"
            write("f.conf", QUIET + line)
            status, _, err = tool("--config", "f.conf", "--out", "f.bin")
            equal((status == 0, linux_check(line) == ""), (right, right),
                  line + err)
        found, _ = made(QUIET + "alert_rules=event=x # c\n"
                        "alert_rules=event=y\n")
        equal(found[2:], [("alert_rules", "event=x # c\nevent=y")])
        check("alert_rules = event=x # c\nalert_rules = event=y\n" in
              tool("--show", "f.bin")[1])


@case
def charset_as_linux():
    """But for what only another build knows."""
    with folder():
        for name, right in (("", True), ("latin1", True), ("UTF-8", True),
                            ("koi8-r", False), ("utf-8 ", True)):
            line = f"alert_charset = {name}\n"
            write("f.conf", QUIET + line)
            status, _, err = tool("--config", "f.conf", "--out", "f.bin")
            equal((status == 0, linux_check(line) == ""), (right, right),
                  line + err)
        found, _ = made(QUIET + "alert_charset = gbk\n")
        equal(found[2:], [("alert_charset", "gbk")])


@case
def routes_as_linux():
    """Taken by both or by neither; each line of the file is a route."""
    with folder():
        for route, right in (
                ("> log", True), ("listener:smtp|lmtp>null  log", True),
                ("peer:10.0.0.0/8|::1 user:\"\"from:@a.example > log", True),
                ("to:x  subject:\"a > b\"|c\t> log", True),
                ("user:joe > log, subject:x > null", True),
                ("log", False), (">", False), ("> ", False),
                ("user > log", False), ("user: > log", False),
                ("user:\"x > log", False), ("user:a| > log", False),
                ("user:a\"b > log", False), ("user:joe log", False),
                ("peer:frog > log", False), ("peer:10.1.2.3/8 > log", False),
                ("peer:\"\" > log", False), ("listener:imap > log", False),
                ("frog:1 > log", False), (":x > log", False),
                ("> log, > frog", False), ("> log frog", False)):
            line = f"sink_route = {route}\n"
            write("f.conf", QUIET + line)
            status, _, err = tool("--config", "f.conf", "--out", "f.bin")
            equal((status == 0, linux_check(line) == ""), (right, right),
                  line + err)
        found, _ = made(QUIET + "sink=log,null\nsink_route=user:a > log\n"
                        "sink_best_effort=log, null\n"
                        "sink_route=> null\n")
        equal(found[2:], [("sink_route", "user:a > log,> null"),
                          ("sink_best_effort", "log, null"),
                          ("sink", "log,null")])
        refused("sink_route=> log\nsink_route=frog:1|x > log\n",
                "f.conf:2: sink_route: ", 'it is wrong at "frog:1|x > log"')
        refused("sink_route=peer:10.0.0.1|10.1 > log\n",
                'it is wrong at "peer:10.0.0.1|10.1"')
        refused("sink_best_effort=mqtt\n",
                'f.conf:1: sink_best_effort: "mqtt" is none of the sinks')


@case
def names_of_sinks():
    with folder():
        made(QUIET + "sink = log, inbox,mqtt , null\n")
        refused("sink=log,frog\n", 'f.conf:1: sink: "frog": no such sink; '
                "inbox, log, mqtt, null are right")
        refused("sink=log:x\n", '"log:x": no such sink')
        refused("sink=log\nsink=log\n",
                'f.conf:2: sink: "log" is given twice')


@case
def readme_has_the_options_of_boards():
    """Those that Linux has not; the others stand in its README."""
    text = read(os.path.join(os.path.dirname(TOOL), "README.md")).decode()
    shown = re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\w+)` \| (.*) \|$", text,
                       re.M)
    default = {"FLAG": lambda text: "yes" if int(text) else "no"}
    equal(sorted(shown), sorted(
        (row.name, default.get(row.kind, str)(row.default), row.help)
        for row in provision_options.read_rows().values()
        if row.where == "FIRMWARE"))


# ---- certificate and key ----

def der(path, label):
    found = re.search(f"-----BEGIN {label}-----(.*?)-----END",
                      read(path).decode(), re.S)
    return base64.b64decode(found[1])


def tls(cert, key, more=""):
    return (f"smtpd_tls_cert_file = {cert}\nsmtpd_tls_key_file = {key}\n"
            f"smtpd_sasl_auth_enable = no\n{more}")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@case
def certificate_and_key_become_der():
    with folder() as path:
        cert, key = make_cert(path)
        plain = subprocess.run(
            ["openssl", "ec", "-in", key, "-outform", "DER"], check=True,
            capture_output=True).stdout
        found, err = made(tls(cert, key))
        equal(err, "")
        equal(dict(found)["certificate"], der(cert, "CERTIFICATE"))
        equal(dict(found)["private_key"], plain)
        # all in one file, with text around and parameters of the curve
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", "k.pem")
        openssl("req", "-x509", "-new", "-key", "k.pem", "-subj", "/CN=x",
                "-out", "c.pem")
        write("both.pem", b"a text\n" + read("c.pem") + b"\n\n" +
              read("k.pem"))
        found, _ = made("smtpd_tls_cert_file=both.pem\n"
                        "smtpd_sasl_auth_enable=no\n")
        equal(dict(found)["certificate"], der("c.pem", "CERTIFICATE"))
        equal(dict(found)["private_key"], der("k.pem", "EC PRIVATE KEY"))


@case
def a_chain_stays_in_order():
    with folder() as path:
        ca, ca_key = make_cert(path, "ca", host="ca")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k.pem",
                "-subj", "/CN=leaf", "-out", "csr")
        openssl("x509", "-req", "-in", "csr", "-CA", ca, "-CAkey", ca_key,
                "-CAcreateserial", "-days", "9", "-out", "leaf.pem")
        write("chain.pem", read("leaf.pem") + read(ca))
        found, _ = made(tls("chain.pem", "k.pem"))
        equal(dict(found)["certificate"],
              der("leaf.pem", "CERTIFICATE") + der(ca, "CERTIFICATE"))
        write("chain.pem", read(ca) + read("leaf.pem"))
        refused(tls("chain.pem", "k.pem"), "f.conf:1: smtpd_tls_cert_file: ",
                "is not the first one in chain.pem")


@case
def certificates_and_keys_that_are_refused():
    with folder() as path:
        cert, key = make_cert(path)
        other, other_key = make_cert(path, "other")
        rsa, rsa_key = make_cert(path, "rsa", kind="rsa")
        openssl("ec", "-in", key, "-aes128", "-passout", "pass:x", "-out",
                "locked.pem")
        openssl("pkcs8", "-topk8", "-in", key, "-passout", "pass:x", "-out",
                "locked8.pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-384", "-nodes", "-keyout", "k384.pem",
                "-subj", "/CN=x", "-out", "c384.pem")
        write("damaged.pem", read(cert).replace(b"M", b"!", 1))
        write("short.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n"
              b"-----END CERTIFICATE-----\n")
        write("empty.pem", b"nothing\n")
        for files, words in (
                ((cert, other_key), ["does not belong to", cert, other_key]),
                ((other, key), ["does not belong to"]),
                ((rsa, rsa_key), ["is not ECDSA P-256", "--any-key"]),
                (("c384.pem", "k384.pem"), ["is not ECDSA P-256"]),
                ((cert, "locked.pem"), ["locked.pem has a passphrase"]),
                ((cert, "locked8.pem"), ["locked8.pem has a passphrase"]),
                (("damaged.pem", key), ["damaged.pem: the base64"]),
                (("short.pem", key), ["certificate 1 in short.pem"]),
                (("empty.pem", key), ["no certificate in empty.pem"]),
                ((cert, "empty.pem"), ["no private key in empty.pem"]),
                ((cert, cert), ["no private key in"]),
                (("absent.pem", key), ["cannot read absent.pem: No such"])):
            refused(tls(*files), "f.conf:1: smtpd_tls_cert_file: ", *words)
        refused(f"smtpd_tls_key_file={key}\n", "a key without a certificate")
        found, _ = made(tls(rsa, rsa_key), "--any-key")
        check(len(dict(found)["private_key"]) > 1000)
        os.mkdir("bin")
        os.symlink("/usr/bin/python3", "bin/python3")
        write("f.conf", tls(cert, key))
        status, _, err = tool("--config", "f.conf", "--out", "f.bin",
                              path=path + "/bin")
        equal(status, 2, err)
        check("there is no openssl command" in err, err)


@case
def expired_is_said():
    with folder() as path:
        _, key = make_cert(path)
        openssl("req", "-new", "-key", key, "-subj", "/CN=x", "-out", "csr")
        openssl("x509", "-req", "-in", "csr", "-signkey", key, "-days", "-1",
                "-out", "old.pem")
        _, err = made(tls("old.pem", key))
        check("warning: the certificate in old.pem has expired" in err, err)


@case
def what_will_be_off_is_said():
    with folder():
        _, err = made("quiet=no\n")
        check("no smtpd_tls_cert_file: TLS will be off" in err, err)
        check("no users_file: AUTH and submission_port will be off" in err,
              err)


# ---- users ----

@case
def users_line_by_line():
    with folder():
        lines = [hash_password(f"p{i}", f"u{i}").strip() for i in range(3)]
        write("users", f"# ours\n{lines[0]}\n\n{lines[1]} \r\n{lines[2]}")
        config = "smtpd_use_tls=no\nusers_file=users\n"
        found, err = made(config)
        equal(err, "")
        equal([v for k, v in found if k == "user"], lines)
        slow = hash_password("x", "slow", 20000)
        write("users", slow)
        _, err = made(config)
        check("users:1: warning: 20000 iterations take 6 s" in err, err)
        salt = "MDEyMzQ1Njc4OWFiY2RlZg=="
        key = "YbpH4MTVriL1J0gKQnQQxyQwQcvFOwk4v2eQkU0Lbag="
        for line, word in (
                ("x", "no ':'"), (":" + lines[0][3:], "user name is empty"),
                ("u" * 65 + lines[0][2:], "too long"),
                ("a:plain", "does not begin with $pbkdf2-sha256$"),
                ("a:$pbkdf2-sha256$1$a", "ITERATIONS$SALT$KEY"),
                (f"a:$pbkdf2-sha256$0${salt}${key}", "iteration count"),
                (f"a:$pbkdf2-sha256$1000001${salt}${key}", "iteration count"),
                (f"a:$pbkdf2-sha256$1$MDE=${key}", "the salt is not"),
                (f"a:$pbkdf2-sha256$1${salt}${salt}", "the key is not"),
                (lines[1], "this user is there already")):
            write("users", f"{lines[1]}\n#\n{line}\n")
            refused(config, "provision: users:3: ", word)
        refused(config.replace("=users", "=absent"),
                "f.conf:2: users_file: cannot read absent: No such")


@case
def users_with_certificates():
    """As many as there are, with a password or not; as Linux reads them."""
    digits = "00112233445566778899aAbBcCdDeEfF" * 2
    colons = ":".join(digits[i:i + 2] for i in range(0, 64, 2))
    with folder():
        config = "smtpd_use_tls=no\nusers_file=users\n"
        lines = [hash_password("p", "alice").strip(),
                 "alice:$cert-sha256$" + digits,
                 "alice:$cert-sha256$" + colons,
                 "u" * 64 + ":$cert-subject$" + "é" * 127 + "x"]
        write("users", "\n".join(lines))
        found, err = made(config)
        equal(err, "")
        equal([v for k, v in found if k == "user"], lines)
        out = tool("--show", "f.bin")[1]
        check("user = alice: $cert-sha256$" + colons in out, out)
        for line, word in (
                ("a:$cert-sha256$" + digits[1:], "64 hexadecimal digits"),
                ("a:$cert-sha256$" + digits + ":", "64 hexadecimal digits"),
                ("a:$cert-sha256$" + colons.replace(":", "::", 1),
                 "64 hexadecimal digits"),
                ("a:$cert-sha1$" + digits, "not $cert-sha256$ or $cert-sub"),
                ("a:$cert-subject", "not $cert-sha256$ or $cert-subject$"),
                ("a:$cert-subject$", "not 1 to 255 octets"),
                ("a:$cert-subject$" + "é" * 128, "not 1 to 255 octets"),
                ("a:$cert-subject$CN=\x01", "the subject has controls"),
                ("u" * 65 + ":$cert-subject$x", "too long")):
            write("users", line)
            refused(config, "provision: users:1: ", word)
            status, _, err = lwsmtpd.run(
                "--check=/dev/null", "--users_file=users", "--state_dir=.")
            check(status == 2 and word in err, line, err)


@case
def external_needs_a_port_that_asks():
    with folder() as path:
        cert, _ = make_cert(path)
        config = (f"smtpd_use_tls=no\ntls_client_ca={cert}\n"
                  "smtpd_sasl_external=yes\n")
        refused(config, "f.conf:3: smtpd_sasl_external: ",
                "submission_client_cert = ask")
        found, _ = made(config + "lmtp_client_cert=require\n")
        check(("smtpd_sasl_external", "yes") in found, found)


@case
def a_line_for_the_users_file():
    """Each program reads what the other one made."""
    status, out, err = tool("--hash-password", "alice", data="pass word\n")
    equal((status, err), (0, ""))
    match = re.fullmatch(r"alice:\$pbkdf2-sha256\$2000\$(\S+)\$\S+\n", out)
    check(match, out)
    with folder():
        write("users", out)
        equal(lwsmtpd.run("--check=/dev/null", "--users_file=users",
                          "--smtp_port=0", "--smtps_port=0",
                          "--submission_port=0", "--state_dir=.")[1:],
              ("ok\n", ""))
        with lwsmtpd.Server("--smtpd_tls_auth_only=no") as server:
            shutil.copy("users", server.users_file)
            server.reload()
            with lwsmtpd.Client(server.smtp) as c:
                c.hello()
                check(c.auth_plain("alice", "pass word").startswith("235"))
        write("users", lwsmtpd.run("--hash-password", "bob", stdin="x")[1])
        found, _ = made("smtpd_use_tls=no\nusers_file=users\n")
        check(found[-1][1].startswith("bob:"), found)
    for user, data in (("a:b", "x"), ("u" * 65, "x"), ("a", ""), ("a", "\n")):
        status, out, err = tool("--hash-password", user, data=data)
        equal((status, out), (2, ""), err)


# ---- made on the first run ----

@case
def first_run():
    """Certificate, key and user are made once."""
    with folder():
        run = ("--out", "f.bin", "--make-certificate", "camera-3",
               "--make-user", "alice")
        status, out, err = tool(*run)
        equal((status, out), (0, ""), err)
        password = re.search(r"user alice, password ([a-z2-9]{20}) ", err)
        check(password, err)
        found = dict(pairs(read("f.bin")))
        equal(found["certificate"], der("f.bin.cert.pem", "CERTIFICATE"))
        for name in ("f.bin", "f.bin.key.pem", "f.bin.users"):
            equal(stat.S_IMODE(os.stat(name).st_mode), 0o600, name)
        text = subprocess.run(["openssl", "x509", "-in", "f.bin.cert.pem",
                               "-noout", "-text"], capture_output=True,
                              text=True, check=True).stdout
        for word in ("CN = camera-3", "DNS:camera-3", "DNS:camera-3.local",
                     "DNS:localhost", "ASN1 OID: prime256v1"):
            check(word in text, f"no {word!r} in {text}")
        before = read("f.bin")
        status, _, err = tool(*run)
        equal((status, err, read("f.bin")), (0, "", before))
        write("f.conf", "smtpd_tls_cert_file=a.pem\nsmtpd_tls_key_file=b.pem\n"
              "users_file=who\n")
        status, _, err = tool("--config", "f.conf", *run)
        equal(status, 0, err)
        check(all(map(os.path.exists, ("a.pem", "b.pem", "who"))), err)
        status, _, err = tool("--out", "g.bin", "--make-certificate", "a/b")
        equal(status, 2, err)
        check('"a/b" is no name' in err and not os.path.exists("g.bin"), err)


# ---- size, Intel HEX, --show ----

@case
def size_of_the_region():
    with folder():
        made(QUIET)
        octets = len(read("f.bin"))
        made(QUIET, "--size", str(octets))
        made(QUIET, "--size", "4K")
        refused(QUIET, f"f.bin: {octets} octets do not fit a region of "
                f"{octets - 1}", options=("--size", str(octets - 1)))
        refused(QUIET, "region of 16", options=("--size", "0x10"))


@case
def intel_hex():
    """Across a boundary of 64 KB; objcopy reads the same octets."""
    with folder():
        config = QUIET + "myhostname = " + "a" * 200 + "\n"
        made(config)
        octets = read("f.bin")
        for address in (0, 0x3ff00, 0x1fff8, 0xfffffe00):
            write("f.conf", config)
            status, _, err = tool("--config", "f.conf", "--out", "f.hex",
                                  "--hex", hex(address))
            equal((status, err), (0, ""))
            equal(stat.S_IMODE(os.stat("f.hex").st_mode), 0o600)
            subprocess.run(["objcopy", "-I", "ihex", "-O", "binary", "f.hex",
                            "again.bin"], check=True)
            equal(read("again.bin"), octets)
            upper = {line[9:13] for line in read("f.hex").decode().split()
                     if line[7:9] == "04"}
            equal(upper, {f"{a >> 16:04X}" for a in
                          range(address, address + len(octets))})
            status, shown, _ = tool("--show", "f.hex")
            equal(shown, tool("--show", "f.bin")[1])
        refused(config, "past 32 bits", options=("--hex", "0xfffffff0"))


@case
def show_keeps_secrets():
    with folder() as path:
        cert, key = make_cert(path)
        line = hash_password("one", "alice")
        write("users", line)
        made(f"smtpd_tls_cert_file={cert}\nsmtpd_tls_key_file={key}\n"
             "users_file=users\nsmtp_port=2525\n")
        status, out, err = tool("--show", "f.bin")
        equal((status, err), (0, ""))
        print_ = subprocess.run(
            ["openssl", "x509", "-in", cert, "-noout", "-fingerprint",
             "-sha256"], capture_output=True, text=True,
            check=True).stdout.split("=")[1].strip()
        for word in ("# version 1, ", "smtp_port = 2525", print_,
                     "private_key: 121 octets, not shown",
                     "user = alice: 1000 iterations"):
            check(word in out, f"no {word!r} in {out}")
        for part in line.strip().split("$")[3:]:
            check(part not in out, out)


@case
def show_says_what_is_wrong():
    with folder():
        made(QUIET + "smtp_port=26\n")
        good = read("f.bin")
        bad_crc = bytearray(good)
        bad_crc[20] ^= 1
        newer = bytearray(good)
        newer[4] = 2
        for data, word in (
                (b"", "erased"), (b"\xff" * 4096, "erased"),
                (bytes(4096), "erased"), (b"x" * 100, "not a settings blob"),
                (bytes(bad_crc), "corrupt, the CRC-32 is wrong"),
                (bytes(newer), "of version 2"), (good[:-1], "cut off"),
                (b":00000001FE\n", "not Intel HEX")):
            write("f.bin", data)
            status, out, err = tool("--show", "f.bin")
            equal((status, out), (2, ""), err)
            check(word in err and err.startswith("provision: f.bin: "), err)
        write("f.bin", good + b"\xff" * 1000)
        equal(tool("--show", "f.bin")[0], 0)
        check("No such file" in tool("--show", "absent")[2])


@case
def arguments():
    for words in ((), ("--config", "x"), ("--out", "x", "--show", "y"),
                  ("--out", "x", "--size", "much"), ("--bogus",),
                  ("--out", "x", "--hex", "here")):
        status, out, err = tool(*words)
        equal((status, out), (2, ""), words)
        check("usage: provision" in err, err)
    status, out, _ = tool("--help")
    equal(status, 0)
    for word in ("--config", "--out", "--size", "--hex", "--show",
                 "--make-certificate", "--make-user", "--hash-password"):
        check(word in out, word)


if __name__ == "__main__":
    lwsmtpd.main()
