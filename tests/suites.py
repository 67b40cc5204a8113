# suites.py - build and run the suites, count their cases; for tests/run
#
# SPDX-License-Identifier: BSD-3-Clause
import argparse
import base64
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time

TESTS = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(TESTS)
BUILD = os.path.join(TOP, "build")
LOGS = os.path.join(BUILD, "tests")
BOARD = os.path.join(BUILD, "linux")

# Folder of C programs -> build folder, and arguments for cmake.
PROGRAMS = {
    "unit": ("tests-asan", ["-DSMTPD_TESTS=ON", "-DSMTPD_SANITIZE=ON"]),
    "vectors": ("tests-asan", ["-DSMTPD_TESTS=ON", "-DSMTPD_SANITIZE=ON"]),
    "bench": ("tests-plain", ["-DSMTPD_TESTS=ON"]),
    "fuzz": ("tests-fuzz", ["-DSMTPD_FUZZ=ON", "-DSMTPD_SANITIZE=ON",
                            "-DCMAKE_C_COMPILER=clang"]),
}
FOLDERS = ("lint", "unit", "vectors", "size", "proofs", "fuzz", "boards",
           "integration", "bench")
# Suites of these may run beside another one.
PARALLEL = ("lint", "unit", "vectors", "size", "proofs", "fuzz", "boards",
            "integration")
# A short run is the same every time; a long one goes on where it stopped.
FUZZ_S = 5
FUZZ_LONG_S = 600

RESULT = re.compile(r"^(ok|not ok|skip)\b[ :]*(.*)")


class Suite:
    """One program or script, and what came of it."""

    def __init__(self, folder, path):
        self.folder = folder
        self.source = path
        self.base = os.path.splitext(os.path.basename(path))[0]
        self.name = f"{folder}/{self.base}"
        self.keys = directives(path)
        self.timeout = int(self.keys.get("timeout", "300"))
        self.parallel = "serial" not in self.keys and (
            folder in PARALLEL or "parallel" in self.keys)
        self.log = os.path.join(LOGS, folder, self.base + ".log")
        self.passed, self.skipped = 0, []
        self.failed = []
        self.seconds = 0

    def program(self):
        if not self.source.endswith(".c"):
            return self.source
        return os.path.join(BUILD, PROGRAMS[self.folder][0], self.folder,
                            self.base)

    def command(self, long):
        if self.folder != "fuzz" or not self.source.endswith(".c"):
            return [self.program()] + (["--long"] if long and
                                       "long-option" in self.keys else [])
        seconds = FUZZ_LONG_S if long else FUZZ_S
        self.timeout = seconds + 120
        made = os.path.join(BUILD, "tests-fuzz/corpus", self.base)
        kept = os.path.join(TESTS, "fuzz/corpus", self.base)
        if not long:
            shutil.rmtree(made, ignore_errors=True)
        os.makedirs(made, exist_ok=True)
        words = os.path.join(TESTS, "fuzz", self.base + ".dict")
        command = [self.program(), f"-max_total_time={seconds}",
                   "-timeout=10", "-rss_limit_mb=2048",
                   "-print_final_stats=1",
                   f"-artifact_prefix={self.artifact_prefix()}"]
        if not long:
            command.append("-seed=1")
        if os.path.exists(words):
            command.append(f"-dict={words}")
        return command + [made] + ([kept] if os.path.isdir(kept) else [])

    def artifact_prefix(self):
        return os.path.join(BUILD, "tests-fuzz", self.base + "-")

    def fuzz_input(self):
        """What the fuzz target failed on, for whoever cannot reach us."""
        found = glob.glob(self.artifact_prefix() + "[a-z]*-*")
        if not found:
            return ""
        with open(max(found, key=os.path.getmtime), "rb") as file:
            octets = file.read()
        return "\n    input: " + base64.b64encode(octets).decode()

    def count(self, status):
        """Read the log; add what the protocol says of its end."""
        with open(self.log, errors="replace") as file:
            for line in file:
                self.count_line(line.rstrip("\n"))
        if self.folder == "fuzz" and self.source.endswith(".c"):
            if not status:
                self.passed = 1
        elif not status and not (self.passed or self.failed or self.skipped):
            self.failed.append(f"not ok {self.name}: it ran no case")
        if status and not self.failed:
            why = "timeout" if status == "timeout" else \
                f"exit status {status}"
            self.failed.append(f"not ok {self.name}: {why}\n" +
                               tail(self.log) + self.fuzz_input())

    def count_line(self, line):
        match = RESULT.match(line)
        if not match:
            return
        kind, rest = match.groups()
        if kind == "skip" or re.search(r"# *skip\b", rest, re.I):
            self.skipped.append(line)
        elif kind == "ok":
            self.passed += 1
        else:
            self.failed.append(line)


def directives(path):
    """The `tests: KEY VALUE` lines at the start of a file."""
    with open(path, errors="replace") as file:
        head = file.read(2048)
    found = re.findall(r"^[ #*/]*tests: ([\w-]+) *(.*?)(?: *\*/)?$", head,
                       re.M)
    return dict(found)


def tail(path, count=30):
    """The end of a log, or what a sanitizer said in it."""
    with open(path, errors="replace") as file:
        lines = file.read().splitlines()
    said = [line for line in lines if re.search(
        r"ERROR: |runtime error|SUMMARY: |^ +#\d+ ", line)]
    return "\n".join("    " + line
                     for line in said[:count] or lines[-count:])


def has_main(path):
    with open(path, errors="replace") as file:
        return re.search(r"^int (main|LLVMFuzzerTestOneInput)\(",
                         file.read(), re.M)


def candidates(folder):
    """The programs and scripts in a folder; what lies below is theirs."""
    top = os.path.join(TESTS, folder)
    for name in sorted(os.listdir(top)) if os.path.isdir(top) else ():
        file = os.path.join(top, name)
        if not os.path.isfile(file):
            continue
        if name.endswith(".c"):
            if folder in PROGRAMS and has_main(file):
                yield file
        elif name.startswith("test_") and os.access(file, os.X_OK):
            yield file


def collect(names, long):
    suites = [Suite(folder, file) for folder in FOLDERS
              for file in candidates(folder)]
    if names:
        return [s for s in suites if any(n in s.name for n in names)]
    return [s for s in suites if long or "long" not in s.keys]


# ---- building ----


def run_logged(command, log):
    os.makedirs(os.path.dirname(log), exist_ok=True)
    with open(log, "ab") as file:
        return subprocess.run(command, stdout=file, stderr=file,
                              stdin=subprocess.DEVNULL).returncode


def build_programs(name, arguments, targets):
    folder = os.path.join(BUILD, name)
    log = os.path.join(LOGS, f"build-{name}.log")
    if os.path.exists(log):
        os.unlink(log)
    print(f"building build/{name}", flush=True)
    for library in "lwip", "wolfssl":
        variable = library.upper() + "_DIR"
        path = os.environ.get(variable) or os.path.join(BUILD, "deps", library)
        arguments = arguments + [f"-D{variable}={path}"]
    if run_logged(["cmake", "-S", TOP, "-B", folder, "-G", "Ninja",
                   *arguments], log):
        print(tail(log))
        return False
    if run_logged(["ninja", "-C", folder, "-k", "0", *targets], log):
        with open(log, errors="replace") as file:
            errors = [line for line in file if re.search(
                r"^FAILED|error:|undefined reference", line)]
        print("".join(errors[:40]) or tail(log), flush=True)
        return False
    return True


def want(wanted, folder, target):
    name, arguments = PROGRAMS[folder]
    wanted.setdefault(name, (arguments, []))[1].append(target)


def build_image(name, log):
    """Build a board's program with boards/run; whether that worked."""
    print(f"building build/{name}", flush=True)
    return not subprocess.run(
        [os.path.join(TOP, "boards/run"), name, "--image-only"],
        stdin=subprocess.DEVNULL, stderr=log).returncode


def build_images(suites):
    """The images that suites name as `tests: image`, once each."""
    done = True
    for name in sorted({name for s in suites
                        for name in s.keys.get("image", "").split()}):
        log = os.path.join(LOGS, f"build-{name}.log")
        os.makedirs(LOGS, exist_ok=True)
        with open(log, "w") as file:
            built = build_image(name, file)
        if not built:
            print(tail(log), flush=True)
        done = built and done
    return done


def build(suites):
    """Build what the suites need; whether all of it was built."""
    done = build_images(suites)
    board = [s for s in suites if s.folder in ("integration", "bench")
             or "board" in s.keys]
    if board:
        done = build_image("linux", None) and done
    wanted = {}
    for suite in suites:
        if suite.source.endswith(".c"):
            want(wanted, suite.folder, f"{suite.folder}_{suite.base}")
    if any("sanitized" in s.keys for s in board):
        want(wanted, "unit", "lwsmtpd")
    for name, (arguments, targets) in wanted.items():
        done = build_programs(name, arguments, targets) and done
    return done


# ---- running ----


def environment(suite):
    temporary = os.path.join(LOGS, "tmp", suite.folder, suite.base)
    os.makedirs(temporary, exist_ok=True)
    return dict(
        os.environ, LWSMTPD=os.path.join(BOARD, "lwsmtpd"),
        LWSMTPD_ASAN=os.path.join(BUILD, "tests-asan/lwsmtpd"),
        SMTPD_BUILD=BOARD, SMTPD_TOP=TOP, SMTPD_TMP=temporary,
        TMPDIR=temporary, CMOCKA_MESSAGE_OUTPUT="TAP",
        PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1",
        UBSAN_OPTIONS="print_stacktrace=1",
        PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")


def execute(suite, long):
    """Run it in a process group of its own; its status or "timeout"."""
    with open(suite.log, "wb") as log:
        process = subprocess.Popen(
            suite.command(long), stdout=log, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, cwd=TOP, env=environment(suite),
            start_new_session=True)
        try:
            status = process.wait(timeout=suite.timeout)
        except subprocess.TimeoutExpired:
            status = "timeout"
    # What it left behind goes with it.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    return status


def run(suite, long):
    os.makedirs(os.path.dirname(suite.log), exist_ok=True)
    start = time.monotonic()
    if not os.path.exists(suite.program()):
        suite.failed = [f"not ok {suite.name}: it was not built"]
    else:
        suite.count(execute(suite, long))
    suite.seconds = time.monotonic() - start
    report(suite)


def report(suite):
    counts = f"{suite.passed} passed"
    if suite.failed:
        counts += f", {len(suite.failed)} failed"
    if suite.skipped:
        counts += f", {len(suite.skipped)} skipped"
    word = "FAIL" if suite.failed else "ok"
    lines = [f"{word:5}{suite.name:40} {counts}  {suite.seconds:.1f} s"]
    lines += ["     " + line for line in suite.failed + suite.skipped]
    print("\n".join(lines), flush=True)


def main():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("--long", action="store_true",
                        help="also what takes long")
    parser.add_argument("--list", action="store_true",
                        help="only name the suites")
    parser.add_argument("name", nargs="*",
                        help="suites that have this in their name")
    options = parser.parse_args()
    suites = collect(options.name, options.long)
    if options.list:
        print("\n".join(s.name for s in suites))
        return 0
    start = time.monotonic()
    built = build(suites)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda s: run(s, options.long),
                      [s for s in suites if s.parallel]))
    for suite in suites:
        if not suite.parallel:
            run(suite, options.long)
    return total(suites, built, time.monotonic() - start)


def total(suites, built, seconds):
    passed = sum(s.passed for s in suites)
    failed = sum(len(s.failed) for s in suites)
    skipped = sum(len(s.skipped) for s in suites)
    if not suites:
        print("no such suite; tests/run --list names them")
    if not built and not failed:
        failed = 1
    bad = [s.name for s in suites if s.failed]
    print(f"{len(suites)} suites in {seconds:.0f} s, logs in build/tests" +
          (f"; failed: {', '.join(bad)}" if bad else ""))
    print(f"{passed} passed, {failed} failed" +
          (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not suites else 0


sys.exit(main())
