"""postfix.py - an instance of Postfix of our own: its queue, its master

SPDX-License-Identifier: BSD-3-Clause

    with Postfix({"plain": (port, {"smtp_tls_security_level": "none"})}) as p:
        p.submit("from@sender.example", ["a@plain.test"], path)
        p.wait_sent(1)

Mail for the domain NAME.test goes through the transport NAME, a client of
127.0.0.1 and that port with these settings. It listens on nothing, or on
`listen` of 127.0.0.1; what it needs lies in a folder that is gone afterwards.
Must be root, as Postfix's master must.
"""
import os
import re
import shutil
import subprocess
import tempfile

import lwsmtpd
from lwsmtpd import Skip, check, until

MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = client.example
mydestination =
local_recipient_maps =
local_transport = error:no local mail
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1, [::1]
inet_protocols = all
transport_maps = texthash:{dir}/transport
default_transport = error:no such transport
smtp_host_lookup = native
lmtp_host_lookup = native
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
smtp_tls_loglevel = 1
message_size_limit = 0
mailbox_size_limit = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
smtp_connect_timeout = 5s
smtp_sasl_security_options = noanonymous
smtp_sasl_auth_cache_name =
smtputf8_enable = yes
"""

MASTER = """\
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
scache unix - - n - 1 scache
"""

QUEUES = ("active bounce corrupt defer deferred flush hold incoming private "
          "saved trace").split()
# Stops the master when its stdin ends: at close(), or when the suite is killed.
GUARD = """"$@" </dev/null &
read -r line
kill -TERM $!
for i in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 $! 2>/dev/null || break
	sleep 0.2
done
kill -KILL -- -$! $!
"""


def public_dir():
    """A folder that every user may enter, as Postfix's and Exim's must."""
    path = os.path.abspath(lwsmtpd.temp_dir("mta-"))
    os.chmod(path, 0o755)
    above = path
    while above != "/":
        above = os.path.dirname(above)
        if not os.stat(above).st_mode & 0o001:
            os.rmdir(path)
            path = tempfile.mkdtemp(prefix="lwsmtpd-", dir="/tmp")
            os.chmod(path, 0o755)
            break
    return path


class Postfix:
    """See the file's first comment."""

    def __init__(self, transports, listen=0, **settings):
        if os.getuid():
            raise Skip("Postfix's master must run as root")
        self.dir = public_dir()
        self.config = self.path("config")
        os.mkdir(self.config)
        self.listen = listen
        self.write(transports, settings)
        self.guard = None
        try:
            self.start()
        except BaseException:
            self.close(True)
            raise

    def path(self, *names):
        """A path in the folder."""
        return os.path.join(self.dir, *names)

    def write(self, transports, settings):
        """The configuration."""
        main, master, domains = MAIN.format(dir=self.dir), MASTER, ""
        if self.listen:
            master += f"127.0.0.1:{self.listen} inet n - n - - smtpd\n" + \
                "anvil unix - - n - 1 anvil\n"
        for name, value in settings.items():
            main += f"{name} = {value}\n"
        for name, (port, options) in transports.items():
            program = "lmtp" if name.startswith("lmtp") else "smtp"
            where = "inet:127.0.0.1" if program == "lmtp" else "[127.0.0.1]"
            domains += f"{name}.test {name}:{where}:{port}\n"
            master += f"{name} unix - - n - - {program}\n" + "".join(
                f"  -o {{ {key} = {value} }}\n"
                for key, value in options.items())
        for name, text in (("config/main.cf", main), ("transport", domains),
                           ("config/master.cf", master)):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write(text)

    def command(self, name, *arguments, stdin=None):
        """Run one of Postfix's commands; returns what it says."""
        flag = "-C" if name == "sendmail" else "-c"
        done = subprocess.run(
            [f"/usr/sbin/{name}", flag, self.config, *arguments],
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, check=False)
        out = done.stdout.decode(errors="replace")
        check(done.returncode == 0, name, *arguments, out[-600:])
        return out

    def make_queue(self):
        """As `postfix check` would, with a hundred processes less."""
        os.makedirs(self.path("queue", "pid"))
        for name in (*QUEUES, "maildrop", "public"):
            os.mkdir(self.path("queue", name))
            shutil.chown(self.path("queue", name), "postfix")
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            shutil.chown(self.path("queue", name), "postfix", "postdrop")
            os.chmod(self.path("queue", name), mode)
        for name in QUEUES:
            os.chmod(self.path("queue", name), 0o700)
        os.mkdir(self.path("data"), 0o700)
        shutil.chown(self.path("data"), "postfix")

    def start(self):
        """Make the queue, start the master."""
        self.make_queue()
        self.guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", "/usr/lib/postfix/sbin/master", "-s",
             "-c", self.config], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        until(lambda: os.path.exists(self.path("queue/public/pickup")), 20,
              "Postfix")

    def log(self):
        """What it logged."""
        if not os.path.exists(self.path("log")):
            return ""
        with open(self.path("log"), encoding="utf-8",
                  errors="replace") as file:
            return file.read()

    def submit(self, sender, rcpts, path, *arguments):
        """Put a message, a file with LF, into the queue."""
        with open(path, "rb") as file:
            self.command("sendmail", "-i", "-f", sender, *arguments, "--",
                         *rcpts, stdin=file)

    def statuses(self):
        """Of each attempt for a recipient: (recipient, status, why)."""
        return re.findall(r" to=<([^>]*)>.* status=(\w+) \((.*)\)$",
                          self.log(), re.M)

    def wait(self, status, count=1, timeout=60.0):
        """Wait for so many attempts that ended so; returns why."""
        def found():
            return [x[2] for x in self.statuses() if x[1] == status]
        try:
            until(lambda: len(found()) >= count, timeout, f"{count} {status}")
        except AssertionError as why:
            raise AssertionError(f"{why}: {self.log()[-1500:]}") from None
        return found()

    def queue(self):
        """What the queue holds, as postqueue shows it."""
        return self.command("postqueue", "-p")

    def wait_empty(self, timeout=60.0):
        """Wait until the queue is empty."""
        until(lambda: "queue is empty" in self.queue(), timeout,
              "an empty queue")

    def flush(self):
        """Try everything again now."""
        self.command("postqueue", "-f")

    def close(self, failed=False):
        """Stop the master and all its children, remove the folder."""
        if self.guard:
            self.guard.stdin.close()
            self.guard.wait(20)
        if failed:
            print(f"--- Postfix\n{self.log()[-4000:]}", flush=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close(kind is not None)
        return False
