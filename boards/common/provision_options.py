# provision_options.py - a configuration file into settings; for provision
#
# SPDX-License-Identifier: BSD-3-Clause
import difflib
import ipaddress
import os
import re

ROWS = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                    "option_rows.h")
QUIRKS = os.path.join(os.path.dirname(ROWS), "../../core/smtpd_quirk.h")
CHARSETS = os.path.join(os.path.dirname(ROWS), "../../core/charset.c")
LIMITS = {"UINT32_MAX": 2**32 - 1, "DAY_MS": 86400000}
FACTORS = {
    "COUNT": {"": 1},
    "BYTES": {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30},
    "TIME": {"": 1000, "ms": 1, "s": 1000, "m": 60000, "h": 3600000},
}
BOOLS = {"no", "yes", "off", "on", "false", "true", "0", "1"}
VALUE_MAX = 65535
JOINED = {"LIST": ",", "RULES": "\n"}
PORTS = "smtp", "submission", "smtps", "lmtp"
FLAGS = ("PROFILE", "MECHANISMS")


class Row:
    """One option: a line of option_rows.h."""

    def __init__(self, kind, arguments, where):
        self.kind, self.where = kind, where
        self.default = arguments[-2].strip('"')
        self.help = "".join(re.findall(r'"([^"]*)"', arguments[-1]))
        self.name = arguments[1].strip('"')
        if kind in FACTORS:
            self.least, self.most = map(number, arguments[3:5])
        if kind == "CHOICE":
            self.words = arguments[4].strip('"').split(",")


def number(text):
    return LIMITS[text] if text in LIMITS else int(text)


def split(text):
    """The arguments of a macro; strings side by side are one."""
    parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+|[^,"]+', text)
    return [part.strip() for part in parts if part.strip()]


def read_rows(path=ROWS):
    """Every option by name; where: "LINUX", "FIRMWARE" or None for both."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    rows, stack = {}, []
    pattern = re.compile(
        r'^#if (?P<test>.*)$|^#(?P<end>endif)$|^(?P<kind>[A-Z]+)\('
        r'(?P<arguments>(?:[^()"]|"(?:[^"\\]|\\.)*")*)\),', re.M)
    for match in pattern.finditer(text):
        if match["end"]:
            stack.pop()
        elif match["test"]:
            found = re.match(r"BOARD_(LINUX|FIRMWARE)$", match["test"])
            stack.append(found[1] if found else None)
        else:
            where = next((x for x in stack if x), None)
            row = Row(match["kind"], split(match["arguments"]), where)
            rows[row.name] = row
    return rows


class Problems:
    """What is wrong with the input, each with its place."""

    def __init__(self, say):
        self.say, self.count = say, 0

    def error(self, place, text):
        self.count += 1
        self.say(f"{place}: {text}")

    def note(self, place, text):
        self.say(f"{place}: {text}")


# ---- values ----

def time_text(ms):
    return f"{ms}ms" if ms % 1000 else f"{ms // 1000}s"


def range_text(row):
    if row.kind == "TIME":
        return (f"a time (ms, s, m, h) from {time_text(row.least)} to "
                f"{time_text(row.most)}")
    what = "a number" if row.kind == "COUNT" else \
        "octets (with K, M or G if you like)"
    return f"{what} from {row.least} to {row.most}"


def quirks():
    """Names of what a listener can forgive."""
    with open(QUIRKS, encoding="utf-8") as file:
        text = file.read().split("#define SMTPD_QUIRKS_REFUSED")[0]
    return re.findall(r'^X\(\w+, "([a-z0-9-]+)"', text, re.M)


MECHANISMS = ("EXTERNAL", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN",
              "LOGIN")


def flags(row):
    """The words for none and all, and the names. As boards/common/flags.c."""
    return (("strict", "tolerant"), quirks()) if row.kind == "PROFILE" else \
        (("none", "all"), MECHANISMS)


def wrong_words(row, value):
    """The words of a set of flags that are none."""
    words, names = flags(row)
    return [word for word in (x.strip(" ") for x in value.split(","))
            if word not in words and
            word[word[:1] in ("+", "-"):] not in names]


def wrong_type(row, value):
    """What would be right instead, or None. As boards/common/setting.c."""
    if row.kind == "CHOICE":
        return None if value in row.words else \
            "one of " + ",".join(row.words)
    if row.kind in FLAGS:
        words, names = flags(row)
        return f"{' or '.join(words)}, then +NAME or -NAME of " + ", ".join(
            names) if wrong_words(row, value) else None
    if row.kind == "FLAG":
        return None if value in BOOLS else "yes or no"
    if row.kind not in FACTORS:
        return None
    match = re.fullmatch(r"([0-9]+)([A-Za-z]*)", value)
    factor = FACTORS[row.kind].get(match[2]) if match else None
    if factor and int(match[1]) < 2**32 and \
            row.least <= int(match[1]) * factor <= row.most:
        return None
    return range_text(row)


def wrong_address(value):
    try:
        if not re.fullmatch(r"[0-9.]+", value):
            return True
        ipaddress.IPv4Address(value)
        return False
    except ValueError:
        return True


PORTS = "smtp", "submission", "smtps", "lmtp"


def wrong_block(entry):
    """An entry of allow and deny. As boards/common/access.c."""
    port, equals, block = entry.rpartition("=")
    return equals and port not in PORTS or wrong_cidr(block)


def wrong_cidr(block):
    """An address, or a block of them. As core/cidr.c."""
    if not re.fullmatch(r"[0-9A-Fa-f.:]+(/(0|[1-9][0-9]{0,2}))?", block):
        return True
    try:
        ipaddress.ip_network(block)
        return False
    except ValueError:
        return True


RULE_WORD = r'(?:"[^";\n]+"|[^ \t\r|;#"\n]+)'
RULE_WORDS = rf"{RULE_WORD}(?:\|{RULE_WORD})*"
RULE_WHERE = "(?:from|subject|text|brand)"
RULE_LINE = re.compile(
    rf"[ \t\r]*(?:{RULE_WHERE}~{RULE_WORDS}[ \t\r]*)*"
    rf"(?:(?:brand|device|channel|event|state)={RULE_WHERE}:{RULE_WORDS}"
    rf"[ \t\r]*|(?:brand|device|channel|event)=(?!{RULE_WHERE}:){RULE_WORD}"
    r'[ \t\r]*|state=(?i:"(?:start|end|test)"|(?:start|end|test)(?![^ \t\r|;#"]))'
    r"[ \t\r]*)*(?:#[^\n]*)?")


def wrong_rule(value):
    """The first of some rules that is none. As core/alert_rules.c."""
    at = 0
    while at < len(value):
        match = RULE_LINE.match(value, at)
        if match.end() < len(value) and value[match.end()] not in ";\n":
            return value[match.end():match.end() + 40]
        at = match.end() + 1
    return None


def charsets():
    """Names of those that a board may know, and none."""
    with open(CHARSETS, encoding="utf-8") as file:
        text = file.read()
    return [""] + re.findall(r'\{"([a-z0-9-]+)", SMTPD_CHARSET_', text)


ROUTE_WORD = r'(?:[^ \t|>"]+|"[^"]*")'
ROUTE_CONDITION = (r"(?:listener|peer|user|from|to|subject):"
                   rf"{ROUTE_WORD}(?:\|{ROUTE_WORD})*")
ROUTE_HEAD = re.compile(rf"[ \t]*(?:{ROUTE_CONDITION}[ \t]*)*")


def wrong_words_of_route(head):
    """The first word of its conditions that is none."""
    for condition in re.findall(ROUTE_CONDITION, head):
        where, _, words = condition.partition(":")
        for word in re.findall(ROUTE_WORD, words):
            word = word.strip('"')
            if where == "peer" and wrong_cidr(word) or \
                    where == "listener" and word not in PORTS:
                return condition
    return None


def wrong_route(routes):
    """Where the first of some routes is wrong, or None. As
    boards/common/sinks/route.c."""
    for route in routes.split(","):
        head = ROUTE_HEAD.match(route)[0]
        at = wrong_words_of_route(head)
        if at:
            return at
        if not re.match(r">[ \t]*[^ \t]", route[len(head):]):
            return route[len(head):] or route
    return None


def route_sinks(routes):
    """The names of the sinks of some routes, which are right."""
    return [name for route in routes.split(",") if route for name in
            re.split(r"[ \t]+", route[ROUTE_HEAD.match(route).end() + 1:])
            if name]


def wrong_text(name, value):
    """As boards/common/firmware/settings.c: what would be right, or None."""
    if name == "myhostname" and not re.fullmatch(
            r"[A-Za-z0-9.:\[\]-]{0,255}", value):
        return "a name of letters, digits, '-' and '.'"
    if name == "mdns_name" and not re.fullmatch(r"[A-Za-z0-9-]{0,63}", value):
        return "one label of letters, digits and '-', at most 63"
    if name == "ip" and value:
        address, _, length = value.partition("/")
        if wrong_address(address) or not re.fullmatch(r"[0-9]{1,2}", length) \
                or not 1 <= int(length) <= 30:
            return "ADDRESS/LENGTH, such as 192.0.2.25/24"
    if name in ("allow", "deny") and value and any(
            wrong_block(entry.strip(" ")) for entry in value.split(",")):
        return ("ADDRESS/LENGTH or ADDRESS with no bits set behind the "
                "length, PORT= before it for one port, with commas between")
    if name == "alert_rules" and wrong_rule(value):
        return ("rules: from~, subject~, text~ or brand~ and words, then "
                "brand=, device=, channel=, event= or state= and a word; it "
                f'is wrong at "{wrong_rule(value)}"')
    if name == "alert_charset" and value.lower() not in charsets():
        return "one of " + ", ".join(charsets()[1:])
    if name == "sink_route" and value and wrong_route(value) is not None:
        return ("CONDITION... > SINK...; a condition is listener:, peer:, "
                "user:, from:, to: or subject: and words with | between; it "
                f'is wrong at "{wrong_route(value)}"')
    if name == "page_password" and len(value.encode()) > 63:
        return "at most 63 octets"
    if name == "gateway" and value and wrong_address(value):
        return "an IPv4 address"
    return None


# ---- the file ----

class Config:
    """Options of a file: values as text, and where each stands."""

    def __init__(self, problems):
        self.values, self.places = {}, {}
        self.problems = problems

    def get(self, name, default=""):
        return self.values.get(name, default)

    def yes(self, name, default):
        return self.get(name, default) in ("yes", "on", "true", "1")

    def place(self, name, otherwise="provision"):
        return self.places.get(name, otherwise)


def unknown(rows, key):
    near = difflib.get_close_matches(key, rows, 1)
    return "no such option" + (f"; did you mean {near[0]}?" if near else "")


def take(config, rows, place, key, value):
    """One option of the file into config."""
    error = config.problems.error
    name = key.replace("-", "_")
    place = f"{place}: {name}"
    row = rows.get(name)
    if not row:
        error(place, unknown(rows, name))
        return
    if name in config.places and row.kind not in JOINED:
        error(place, "given twice; remove one")
        return
    if row.where == "LINUX" and row.kind != "FILES":
        config.places[name] = place
        config.problems.note(place, "only on Linux, left out")
        return
    right = wrong_type(row, value) or wrong_text(name, value)
    if right:
        shown = wrong_words(row, value)[0] if row.kind in FLAGS else value
        error(place, f'"{shown}" is not right; give {right}')
    if "\0" in value:
        error(place, "the value has a NUL octet; remove it")
    if row.kind in JOINED and config.get(name):
        value = config.values[name] + JOINED[row.kind] + value
    if len(value.encode()) > VALUE_MAX:
        error(place, f"the value is too long; at most {VALUE_MAX} octets fit")
    config.values[name], config.places[name] = value, place


SINKS = "inbox", "log", "mqtt", "null"


def default_sinks(config, page):
    """As board_sinks_default(), of a board that has them all."""
    page = (page or config.get("page_password")) and \
        config.get("page_port") != "0"
    return ["log"] + ["inbox"] * bool(page) + \
        ["mqtt"] * bool(config.get("mqtt_server"))


def sinks(config, page):
    """The sinks that a board can have, and what names them. page: it has a
    password, whatever the options say."""
    kept = []
    place = config.place("sink")
    for sink in (x.strip(" ") for x in config.get("sink").split(",")):
        if sink.partition(":")[0] == "maildir":
            config.problems.note(place, f"{sink}: only on Linux, left out")
        elif sink and (sink not in SINKS or sink in kept):
            config.problems.error(
                place, f'"{sink}" is given twice; remove one'
                if sink in kept else f'"{sink}": no such sink; '
                f'{", ".join(SINKS)} are right')
        elif sink:
            kept.append(sink)
    config.values.pop("sink", None)
    if kept:
        config.values["sink"] = ",".join(kept)
    check_names(config, kept or default_sinks(config, page))


def check_names(config, kept):
    """Do the options that name sinks name some of these?"""
    best_effort = [x.strip(" ") for x in
                   config.get("sink_best_effort").split(",")]
    for option, names, right in (
            ("sink_route", route_sinks(config.get("sink_route")),
             [*kept, "null"]),
            ("sink_best_effort", [x for x in best_effort if x], kept)):
        for name in names:
            if name not in right:
                config.problems.error(config.place(option),
                                      f'"{name}" is none of the sinks')


def check_ports(config):
    seen = {}
    defaults = {"smtp_port": "25", "submission_port": "587",
                "smtps_port": "465", "lmtp_port": "0"}
    for name, default in defaults.items():
        value = config.get(name, default).lstrip("0")
        if value and value in seen:
            given = name if name in config.places else seen[value]
            config.problems.error(
                config.place(given), f"{value} is the port of "
                f"{seen[value] if given == name else name} already; give "
                "another")
        seen[value] = name


def asks(config):
    """Which option has a port ask for certificates, or None."""
    names = (f"{port}_client_cert" for port in PORTS)
    return next((name for name in names
                 if (config.get(name) or "off") != "off"), None)


def mechanisms(config, port):
    """What a port may offer of AUTH. As board_policy_mechanisms()."""
    external = config.yes("smtpd_sasl_external", "no")
    built = {m for m in MECHANISMS if external or m != "EXTERNAL"}
    left = set(MECHANISMS)
    words = config.get(f"{port}_auth_mechanisms", "all").split(",")
    for i, word in enumerate(x.strip(" ") for x in words):
        if word in ("none", "all"):
            left = set(MECHANISMS if word == "all" else ())
        elif word[:1] == "-":
            left.discard(word[1:])
        else:
            left = (left if i or word[:1] == "+" else set()) | \
                {word.lstrip("+")}
    return left & built


def check_mechanisms(config):
    """As boards/linux/server.c."""
    error = config.problems.error
    if config.yes("smtps_auth_required", "no") and \
            not mechanisms(config, "smtps"):
        error(config.place("smtps_auth_mechanisms"),
              "smtps_auth_required = yes needs a mechanism")
    for port in PORTS:
        name = f"{port}_auth_mechanisms"
        if config.get(name, "all") != "none" and not mechanisms(config, port):
            error(config.place(name), "none of them can be had; give "
                  "smtpd_sasl_external = yes for EXTERNAL, or PLAIN")


def check_together(config):
    """What is wrong only with other options."""
    error = config.problems.error
    check_mechanisms(config)
    check_ports(config)
    if config.get("gateway") and not config.get("ip"):
        error(config.place("gateway"), "DHCP names the router; give ip too, "
              "or leave it out")
    if config.yes("smtpd_enforce_tls", "no") and \
            not config.yes("smtpd_use_tls", "yes"):
        error(config.place("smtpd_enforce_tls"),
              "yes needs smtpd_use_tls = yes")
    if config.yes("smtps_auth_required", "no") and \
            not config.yes("smtpd_sasl_auth_enable", "yes"):
        error(config.place("smtps_auth_required"),
              "yes needs smtpd_sasl_auth_enable = yes")
    if config.yes("smtpd_sasl_external", "no") and not asks(config):
        error(config.place("smtpd_sasl_external"), "yes needs a port that "
              "asks for certificates, such as submission_client_cert = ask")


def read_file(config, rows, path):
    """Every line of a file into config."""
    problems = config.problems
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError as why:
        problems.error(path, "cannot read this configuration file: "
                       f"{why.strerror}")
        return
    for i, line in enumerate(text.split("\n"), 1):
        line = line.strip(" \t\r")
        if not line or line[0] == "#":
            continue
        key, equals, value = line.partition("=")
        key = key.strip(" \t\r")
        if not equals or not key:
            problems.error(f"{path}:{i}", "not a line of key = value; begin "
                           "a comment with #")
        else:
            take(config, rows, f"{path}:{i}", key, value.strip(" \t\r"))


def read_config(path, lines, page, problems):
    """Read a file, and NAME=VALUE that win over it; every problem is said,
    with its line. page: see sinks()."""
    config, rows = Config(problems), read_rows()
    if path is not None:
        read_file(config, rows, path)
    given = {}
    for line in lines:
        key, _, value = line.partition("=")
        given.setdefault(key.replace("-", "_"), []).append(value)
    for name, values in given.items():
        config.values.pop(name, None)
        config.places.pop(name, None)
        for value in values:
            take(config, rows, "--set", name, value.strip(" \t"))
    if not problems.count:
        sinks(config, page)
        check_together(config)
    return config
