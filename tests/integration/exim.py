"""exim.py - Exim with a queue of our own, from build/deps/exim

SPDX-License-Identifier: BSD-3-Clause

    with Exim({"plain": "port = 2525"}) as e:
        e.submit("from@sender.example", ["a@plain.test"], path)
        e.run_queue()

Mail for the domain NAME.test goes through the transport NAME, a client of
localhost with these settings. No daemon, each command ends; but with serve(),
which takes mail from everybody.
"""
import os
import shutil
import subprocess

import lwsmtpd
from lwsmtpd import Skip, check
from postfix import public_dir

PROGRAM = os.path.join(lwsmtpd.TOP, "build/deps/exim/usr/sbin/exim4")
ACCOUNT = 65533

CONFIG = """\
exim_path = {program}
spool_directory = {dir}/spool
log_file_path = {dir}/%slog
pid_file_path = {dir}/pid
primary_hostname = client.example
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
domainlist local_domains =
disable_ipv6 = true
dns_again_means_nonexist = *
message_size_limit = 0
bounce_message_file =
smtputf8_advertise_hosts = *
trusted_users = root
qualify_domain = client.example
log_selector = +tls_cipher +tls_certificate_verified +tls_resumption
{settings}

begin acl

begin routers
{routers}

begin transports
{transports}

begin retry
* * F,1h,1s

begin authenticators
{authenticators}
"""

PLAIN = """\
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^{user}^{password}
"""
LOGIN = """\
login:
  driver = plaintext
  public_name = LOGIN
  client_send = : {user} : {password}
"""


class Exim:
    """See the file's first comment. AUTH is with a user's password."""

    def __init__(self, transports, settings="", password=lwsmtpd.PASSWORD,
                 mechanisms=(PLAIN, LOGIN)):
        if os.getuid():
            raise Skip("Exim must run as root to deliver as its own user")
        if not os.path.exists(PROGRAM):
            raise Skip("no build/deps/exim: tests/run gets it")
        self.dir = public_dir()
        os.mkdir(self.path("spool"))
        os.chown(self.path("spool"), ACCOUNT, ACCOUNT)
        os.chown(self.dir, ACCOUNT, ACCOUNT)
        self.accounts()
        self.daemon = None
        self.write(transports, settings, "\n".join(
            m.format(user=lwsmtpd.USER, password=password)
            for m in mechanisms))

    def path(self, *names):
        """A path in the folder."""
        return os.path.join(self.dir, *names)

    def accounts(self):
        """Exim insists on a user that its package would have made."""
        for name, line in (
                ("passwd", f"Debian-exim:x:{ACCOUNT}:{ACCOUNT}::/:/bin/false"),
                ("group", f"Debian-exim:x:{ACCOUNT}:")):
            with open("/etc/" + name, encoding="utf-8") as file:
                text = file.read()
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text + line + "\n")

    def write(self, transports, settings, authenticators):
        """The configuration."""
        routers, blocks = "", ""
        for name, options in transports.items():
            routers += (f"{name}:\n  driver = manualroute\n"
                        f"  domains = {name}.test\n  transport = {name}\n"
                        "  route_list = * localhost byname\n  self = send\n")
            blocks += f"{name}:\n  driver = smtp\n  allow_localhost\n" + \
                "".join(f"  {line}\n" for line in options.splitlines())
        with open(self.path("conf"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(
                program=PROGRAM, dir=self.dir, settings=settings,
                routers=routers, transports=blocks,
                authenticators=authenticators))

    def env(self):
        """With the accounts."""
        return {"PATH": os.environ["PATH"], "LD_PRELOAD": "libnss_wrapper.so",
                "NSS_WRAPPER_PASSWD": self.path("passwd"),
                "NSS_WRAPPER_GROUP": self.path("group")}

    def serve(self, port):
        """Listen on a port of 127.0.0.1 until close()."""
        self.daemon = subprocess.Popen(
            [PROGRAM, "-C", self.path("conf"), "-bdf", "-oX",
             f"<; 127.0.0.1.{port}"], env=self.env(),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def command(self, *arguments, stdin=None):
        """Run it; returns what it says."""
        done = subprocess.run(
            [PROGRAM, "-C", self.path("conf"), *arguments],
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=120, check=False,
            env=self.env())
        out = done.stdout.decode(errors="replace")
        check(done.returncode == 0, "exim", *arguments, out[-600:])
        return out

    def submit(self, sender, rcpts, path, *arguments):
        """Put a message, a file with LF, into the queue."""
        with open(path, "rb") as file:
            self.command("-odq", "-i", "-f", sender, *arguments, "--", *rcpts,
                         stdin=file)

    def run_queue(self):
        """One attempt for all that is in the queue."""
        return self.command("-qff")

    def queued(self):
        """How many messages are in it."""
        return int(self.command("-bpc"))

    def log(self):
        """What it logged."""
        if not os.path.exists(self.path("mainlog")):
            return ""
        with open(self.path("mainlog"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def close(self, failed=False):
        """Stop the daemon, remove the folder."""
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(20)
        if failed:
            print(f"--- Exim\n{self.log()[-4000:]}", flush=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close(kind is not None)
        return False
