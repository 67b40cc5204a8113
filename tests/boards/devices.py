"""devices.py - what real devices do: their transcripts at a board's tolerant
port, and what its log says of each

SPDX-License-Identifier: BSD-3-Clause

The transcripts are those of vectors/devices.txt with a tolerant listener; a
strict one is played with all others.
"""
import argparse
import os

import transcripts
from board import PATIENCE, Board, check, equal, until

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
    words = case.directives("listener")
    if not words or "tolerant" not in words[0] or transcripts.obstacle(
            case, set(options.listener.split(",")), options.profile):
        return False
    start, want = len(b.quirks()), told(case)
    equal(transcripts.run([case], options), 0, "failed: " + case.name)
    if want is not None:
        until(lambda: logged(b, start) == want, PATIENCE,
              f"lines {want} of {case.name}")
    return True


def advice(b):
    """A board with the texts says what to change; none says it of less."""
    lines = b.quirks()
    with_text = [x for x in lines if x.get("advice", "").endswith(".")]
    check(len(with_text) in (0, len(lines)), "some without advice")
    return bool(with_text)


def devices_case(name, features, texts=True, **more):
    """Every habit is taken, and told of as it should be."""
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
            equal(advice(b), texts, "advice")
            b.settle()
    print(f"# {count} habits")
    check(count >= 40, count, "habits")
