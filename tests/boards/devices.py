"""devices.py - what real devices do: their transcripts at a board's tolerant
port, and what its log says of each

SPDX-License-Identifier: BSD-3-Clause

The transcripts are those of vectors/devices.txt that a tolerant listener can
show; a strict one is played with all others.
"""
import argparse
import os
import ssl
import subprocess

import mail
import transcripts
from board import PATIENCE, Board, check, equal, until
from lwsmtpd import Client

# The listener, and what it takes to have it.
LISTENERS = {
    "starttls,auth,tolerant": {},
    "starttls,auth,auth_clear,tolerant": {"smtpd_tls_auth_only": "no"},
}
# Lines of other things would count against those of quirks.
SETTINGS = {"smtp_profile": "tolerant", "smtp_auth": "check", "quiet": "yes"}


def told(case):
    """{+name, -name}: forgiven and refused, as the transcript has it; None
    when it does not say."""
    said = case.directives("quirk")
    return {word for words in said for word in words} if said else None


def logged(b, start):
    """The same of the console's lines from the start-th on."""
    return {"+-"[not x["forgiven"]] + x["quirk"] for x in b.quirks()[start:]}


def play(b, case, options):
    """One transcript and its lines; was there anything to be seen?"""
    if transcripts.obstacle(case, set(options.listener.split(",")),
                            options.profile):
        return False
    start, want = len(b.quirks()), told(case)
    equal(transcripts.run([case], options), 0, "failed: " + case.name)
    if want is not None:
        until(lambda: logged(b, start) == want, PATIENCE,
              f"lines {want} of {case.name}")
    return True


# ---- what takes a real TLS ----

def tls_at_once(b):
    """A client in TLS before the greeting; None: on a slow machine that was
    faster than the client's first octet."""
    try:
        return Client(b.smtp, host=b.host, tls=True, timeout=PATIENCE)
    except ssl.SSLError:
        return None


def tls_behind_the_greeting(b):
    """A client in TLS without STARTTLS, greeted twice."""
    c = Client(b.smtp, host=b.host, timeout=PATIENCE)
    check(c.greeting.startswith("220"), c.greeting)
    c.start_tls()
    c.greeting = c.reply()
    return c


def tls_first(b):
    """Both deliver mail to the port of clear text, and are told of."""
    start = len(b.quirks())
    for how in tls_at_once, tls_behind_the_greeting:
        with until(lambda: how(b), PATIENCE, how.__name__) as c:  # noqa: B023
            check(c.greeting.startswith("220"), c.greeting)
            check("STARTTLS" not in c.hello(), "STARTTLS inside TLS")
            body = mail.body(20000)
            c.send_mail(body=body)
            check(b.arrived(body)["tls_version"], "not in TLS")
            c.quit()
    # who was too late has failed
    equal(logged(b, start) - {"-tls-failed"}, {"+tls-first"})


def offers_starttls(b):
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        return "STARTTLS" in c.hello()


def starttls_is_hidden(b):
    """From a client whose handshakes failed three times, and each was
    explained, until one is good."""
    start = len(b.quirks())
    for count in range(3):
        check(offers_starttls(b), "not offered after", count)
        subprocess.run(
            ["openssl", "s_client", "-connect", f"{b.host}:{b.smtp}",
             "-starttls", "smtp", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
            input="", text=True, capture_output=True, check=False,
            timeout=PATIENCE)
    until(lambda: not offers_starttls(b), PATIENCE, "no STARTTLS offered")
    equal([x["tls_versions"] for x in b.quirks()[start:]
           if x["quirk"] == "tls-version-too-old"], [["0302"]] * 3)
    equal(b.quirks()[-1]["quirk"], "starttls-hidden")
    with Client(b.smtp, host=b.host, timeout=PATIENCE) as c:
        c.hello()
        c.starttls()
        c.quit()
    check(offers_starttls(b), "not offered again")


# ---- all of them ----

def advice(b):
    """A board with the texts says what to change; none says it of less."""
    lines = b.quirks()
    with_text = [x for x in lines if x.get("advice", "").endswith(".")]
    check(len(with_text) in (0, len(lines)), "some without advice")
    return bool(with_text)


def devices_case(name, features, texts=True, **more):
    """Every habit is taken, and told of as it should be. A board without the
    texts has no memory of its peers either."""
    profile, count = more.pop("profile", "full"), 0
    settings = {**more.pop("settings", {}), **SETTINGS}
    cases = transcripts.read(os.path.join(transcripts.VECTORS, "devices.txt"))
    for listener, also in LISTENERS.items():
        with Board(name, settings={**settings, **also}, **more) as b:
            transcripts.ANSWER_S = PATIENCE
            transcripts.FEATURES = features(b)
            options = argparse.Namespace(
                host=b.host, port=b.smtp, listener=listener, profile=profile,
                chunk=0, only="", skip="#")
            count += sum(play(b, case, options) for case in cases)
            tls_first(b)
            if texts:
                starttls_is_hidden(b)
            equal(advice(b), texts, "advice")
            b.settle()
    print(f"# {count} habits")
    check(count >= 40, count, "habits")
