"""variant.py - the program with other options in some of its folders

SPDX-License-Identifier: BSD-3-Clause

    program = variant("port/wolfssl", "SMTPD_TLS_SLOTS=2")

Only the files of those folders, with blanks between, are compiled again; the
rest is linked as it is. So the options must be ones that only change what the
folders have for themselves.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess

import lwsmtpd
from cases import PROGRAM
from lwsmtpd import Skip

_made = {}


def run(command, folder):
    """Run a command; its output is in the exception."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stderr[-2000:]}")
    return done.stdout


def object_of(entry):
    """The file that ninja's command makes."""
    return re.search(r"-o (\S+)", entry["command"])[1]


def compiled(entry, options, folder):
    """Compile one file anew; returns the object."""
    command = shlex.split(entry["command"])
    target = os.path.join(folder, object_of(entry).replace("/", "_"))
    command[command.index("-o") + 1] = target
    run(command + ["-O1"] + ["-D" + o for o in options], entry["directory"])
    return target


def link_command(build):
    """How ninja links the program."""
    last = run(["ninja", "-t", "commands", "lwsmtpd"], build).splitlines()[-1]
    for part in last.split("&&"):
        words = shlex.split(part)
        if "-o" in words and words[words.index("-o") + 1] == "lwsmtpd":
            return words
    raise AssertionError("no link command in: " + last[:300])


def variant(folders, *options):
    """The path of such a program."""
    key = (folders, options)
    if key in _made:
        return _made[key]
    build = os.path.dirname(PROGRAM)
    list_file = os.path.join(build, "compile_commands.json")
    if not os.path.exists(list_file):
        raise Skip("the program was not built by CMake: " + PROGRAM)
    with open(list_file, encoding="utf-8") as file:
        entries = [e for e in json.load(file)
                   if any(f"/{f}/" in e["file"] for f in folders.split())
                   and re.match("CMakeFiles/(smtpd_|lwsmtpd.dir/)",
                                object_of(e))]
    folder = lwsmtpd.temp_dir("variant-")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(lambda e: compiled(e, options, folder),
                                entries))
    words = link_command(build)
    at = words.index("-o")
    program = os.path.join(folder, "lwsmtpd")
    words[at + 1] = program
    old = {object_of(e) for e in entries}
    words = [w for w in words
             if not w.startswith("-Wl,-Map=") and w not in old]
    run(words[:words.index("-o")] + objects + words[words.index("-o"):],
        build)
    _made[key] = program
    return program
