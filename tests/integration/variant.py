"""variant.py - the program with other options in one of its layers

SPDX-License-Identifier: BSD-3-Clause

    program = variant("port/wolfssl", "SMTPD_TLS_SLOTS=2")

Only that layer's files are compiled again; the rest is linked as it is. So
the options must be ones that only change what the layer has for itself.
"""
import concurrent.futures
import json
import os
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


def compiled(entry, options, folder):
    """Compile one file anew; returns the object."""
    command = shlex.split(entry["command"])
    name = os.path.basename(entry["file"]) + ".o"
    target = os.path.join(folder, name)
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


def variant(layer, *options):
    """The path of such a program."""
    key = (layer, options)
    if key in _made:
        return _made[key]
    build = os.path.dirname(PROGRAM)
    list_file = os.path.join(build, "compile_commands.json")
    if not os.path.exists(list_file):
        raise Skip("the program was not built by CMake: " + PROGRAM)
    with open(list_file, encoding="utf-8") as file:
        entries = [e for e in json.load(file)
                   if "/" + layer + "/" in e["file"]
                   and "-o CMakeFiles/smtpd_" in e["command"]]
    folder = lwsmtpd.temp_dir("variant-")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(lambda e: compiled(e, options, folder),
                                entries))
    words = link_command(build)
    at = words.index("-o")
    program = os.path.join(folder, "lwsmtpd")
    words[at + 1] = program
    words = [w for w in words if not w.startswith("-Wl,-Map=")]
    run(words[:words.index("-o")] + objects + words[words.index("-o"):],
        build)
    _made[key] = program
    return program
