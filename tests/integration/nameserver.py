"""nameserver.py - a DNS server of the current namespace: dnsmasq

SPDX-License-Identifier: BSD-3-Clause
"""
import os
import signal
import socket
import subprocess

import lwsmtpd
from lwsmtpd import until

DNSMASQ = "/usr/sbin/dnsmasq"


class Nameserver:
    """dnsmasq on port 53 of an address; knows the names it is told, and that
    there are no others under `example`. Its answers may be kept for an hour.

    names  {name: address}
    dhcp   the device on which it gives `lease` to whoever asks, and says that
           it is the DNS server
    """

    def __init__(self, names, address="127.0.0.1", dhcp=None, lease=""):
        self.dir = lwsmtpd.temp_dir("dnsmasq-")
        self.address = address
        self.write("hosts", names)
        options = [
            "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            f"--addn-hosts={self.dir}/hosts", "--local=/example/",
            "--local-ttl=3600", "--bind-interfaces", "--user=root",
            f"--listen-address={address}", "--pid-file=", "--log-queries",
            f"--log-facility={self.dir}/log", "--keep-in-foreground"]
        if dhcp:
            options += [f"--interface={dhcp}", "--no-ping",
                        f"--dhcp-range={lease},{lease},255.255.255.0,2m",
                        "--dhcp-authoritative", "--leasefile-ro"]
        self.process = subprocess.Popen([DNSMASQ, *options],
                                        stdin=subprocess.DEVNULL)
        until(self._listens, 20, "dnsmasq")

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError("dnsmasq ended: " + self.log())
        with socket.socket() as s:
            return s.connect_ex((self.address, 53)) == 0

    def write(self, name, names):
        """Write a file of names."""
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as file:
            file.writelines(f"{a} {n}\n" for n, a in names.items())

    def log(self):
        """What it was asked, and said."""
        with open(os.path.join(self.dir, "log"), encoding="utf-8") as file:
            return file.read()

    def tell(self, names):
        """From now on it knows these."""
        self.write("hosts", names)
        before = self.log().count(f"read {self.dir}/hosts")
        self.process.send_signal(signal.SIGHUP)
        until(lambda: self.log().count(f"read {self.dir}/hosts") > before,
              20, "dnsmasq to read its names")

    def silence(self, on=True):
        """It takes questions and says nothing, or goes on."""
        self.process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def resolver(self):
        """The words in front of a command that make it the DNS server of this
        machine to that command."""
        path = os.path.join(self.dir, "resolv.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"nameserver {self.address}\n")
        return ["unshare", "-m", "sh", "-c",
                f"mount --bind {path} /etc/resolv.conf && exec \"$@\"", "sh"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        return False
