# servers.py - the servers that are compared, each on a wire of its own
#
# SPDX-License-Identifier: BSD-3-Clause
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from wires import cpu_s

TMPFS = "/dev/shm"


class Server:
    """A running server: where it listens, and what CPU time it has used."""

    def __init__(self, name, wires):
        self.name, self.wires = name, wires
        self.dir = tempfile.mkdtemp(prefix="lwsmtpd-bench-", dir=TMPFS)
        self.process = None
        self.threads = []
        self.address, self.port = "", 25

    def start(self, space, *command):
        with open(os.path.join(self.dir, "out"), "ab") as out, \
                open(os.path.join(self.dir, "err"), "ab") as err:
            self.process = subprocess.Popen(
                self.wires.inside(space, *command), stdin=subprocess.DEVNULL,
                stdout=out, stderr=err, cwd=self.dir)
        os.sched_setaffinity(self.process.pid, self.wires.far)
        self.wait()

    def wait(self):
        """Until it greets."""
        probe = self.wires.inside(
            self.wires.generator, "python3", "-c",
            "import socket, sys\n"
            f"s = socket.create_connection(({self.address!r}, {self.port}), "
            "2)\nsys.exit(s.recv(3) != b'220')")
        end = time.monotonic() + 20
        while subprocess.run(probe, capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not run:\n" +
                                   self.stderr()[-2000:])
            time.sleep(0.1)

    def stderr(self):
        with open(os.path.join(self.dir, "err"), errors="replace") as file:
            return file.read()

    def cpu_s(self):
        """User and system seconds, those of its wire's thread included."""
        return sum(map(cpu_s, [self.process.pid, *self.threads]))

    def memory_kb(self):
        """Resident, and its share where pages are shared."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            lines = [line.split() for line in file]
        return [next(int(x[1]) for x in lines if x[0] == key)
                for key in ("Rss:", "Pss:")]

    def tidy(self):
        """Between two runs: forget the mail."""

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


class SmtpSink(Server):
    """Postfix's test server, which takes mail and drops it."""

    def __init__(self, wires):
        super().__init__("smtp-sink", wires)
        far, self.address, thread = wires.veth()
        self.threads = [thread] if thread else []
        program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
        self.start(far, program, "-m", "4000", "-u", "nobody",
                   f"{self.address}:{self.port}", "4096")


class Lwsmtpd(Server):
    """Our program with one sink: null, log or maildir."""

    def __init__(self, wires, program, sink="null", wrapper=()):
        super().__init__(f"lwsmtpd, {sink}", wires)
        device, _, self.address = wires.tap()
        self.maildir = os.path.join(self.dir, "mail")
        self.start(wires.generator, *wrapper, program, "--quiet",
                   f"--net=tap:{device}", f"--ip={self.address}/24",
                   f"--smtp_port={self.port}", "--submission_port=0",
                   f"--state_dir={self.dir}/state",
                   "--smtpd_client_connection_count_limit=0",
                   "--smtpd_session_message_limit=0",
                   "--smtp_profile=strict",
                   "--sink=" + (f"maildir:{self.maildir}"
                                if sink == "maildir" else sink))

    def tidy(self):
        for path in glob.glob(f"{self.maildir}/new/*"):
            os.unlink(path)
        os.truncate(os.path.join(self.dir, "out"), 0)
