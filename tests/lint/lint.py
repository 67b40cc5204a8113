# lint.py - what the lint tests share: the files, C without comments, results
#
# SPDX-License-Identifier: BSD-3-Clause
import os
import re
import subprocess
import sys

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
LAYERS = "core", "port", "boards", "config"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Wconversion", "-Wshadow",
            "-Wmissing-prototypes", "-Wvla", "-Werror"]
_failed = False


def files(*folders, ends=()):
    """The project's files in these folders, as paths from its top."""
    out = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard", "--", *folders], cwd=TOP, text=True)
    return sorted(f for f in set(out.split("\0"))
                  if f and f.endswith(tuple(ends) or "")
                  and os.path.isfile(os.path.join(TOP, f)))


def c_files(*folders):
    return files(*(folders or LAYERS), ends=(".c", ".h"))


def read(path):
    with open(os.path.join(TOP, path), errors="replace") as file:
        return file.read()


def code(path):
    """The file with comments and the insides of strings blanked."""
    def blank(match):
        text = match[0]
        if text[0] == "/":
            return re.sub(r"[^\n]", " ", text)
        return text[0] + " " * (len(text) - 2) + text[-1]
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\""
                  r"|'(?:\\.|[^'\\\n])*'", blank, read(path), flags=re.S)


def grep(pattern, text, path):
    """path:line: what, for each match."""
    return [f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {m[0].strip()}"
            for m in re.finditer(pattern, text, re.M)]


def run(command, **options):
    """Its output when it fails, otherwise nothing."""
    done = subprocess.run(command, cwd=TOP, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    return done.stdout if done.returncode else ""


def result(name, problems):
    """One case: problems is a list, or text, of what is wrong."""
    global _failed
    if isinstance(problems, str):
        problems = problems.splitlines()
    if not problems:
        print("ok " + name, flush=True)
        return
    _failed = True
    print(f"not ok {name}: {len(problems)} of them, first {problems[0]}")
    for problem in problems[:20]:
        print("    " + problem, flush=True)


def finish():
    sys.exit(_failed)


def compile_commands():
    """Configure build/lint; the compile commands of our own C files."""
    import json
    out = run(["cmake", "-S", TOP, "-B", os.path.join(TOP, "build/lint"),
               "-G", "Ninja", "-DSMTPD_BOARD=linux", "-DSMTPD_PROFILE=full"])
    if out:
        print(out)
        result("configure", ["cmake failed"])
        finish()
    path = os.path.join(TOP, "build/lint/compile_commands.json")
    with open(path) as file:
        entries = json.load(file)
    ours = [e for e in entries if os.path.relpath(e["file"], TOP).split("/")[0]
            in ("core", "port", "boards")]
    return os.path.dirname(path), ours
