"""mail_cases.py - the mails of section g of the case table, rows 104 to 114

SPDX-License-Identifier: BSD-3-Clause

Each is played to the parser alone (../test_mail_cases) and to the running
program (../../integration/test_cases_mail.py).
"""
import base64
import dataclasses
import typing

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) + b"\xff\xd9"
# Of the full profile.
FIELD_MAX, SUBJECT_MAX, DEPTH = 4096, 512, 8

FLAGS = ("coding", "charset", "no-end", "deep", "cut", "no-header")


@dataclasses.dataclass
class Mail:
    """A mail, and what must come of it.

    parts   type, file name and octets of each; None: see majority
    flags   how it ends: words of FLAGS
    alert   what the alert has, by its keys in JSON; "picture" is the name
            and the octets
    majority  parts and subject are as most of three other parsers have them
    """
    row: int
    name: str
    octets: bytes
    parts: typing.Optional[list] = None
    flags: tuple = ()
    alert: dict = dataclasses.field(default_factory=dict)
    majority: bool = False


def mail(*lines):
    """Lines of text or octets, each with CRLF."""
    return b"".join((x.encode() if isinstance(x, str) else x) + b"\r\n"
                    for x in lines)


def of_type(kind, *body, subject="alarm", more=()):
    """A mail whose body has this type."""
    return mail(f"Subject: {subject}", "MIME-Version: 1.0",
                f"Content-Type: {kind}", *more, "", *body)


def picture(coding, *body, name="a.jpg"):
    """A mail that is a picture."""
    return of_type(f'image/jpeg; name="{name}"', *body,
                   more=(f"Content-Transfer-Encoding: {coding}",))


def plain(text):
    return ("text/plain", "", text)


def jpeg(octets, name="a.jpg"):
    return ("image/jpeg", name, octets)


def coded(octets):
    return base64.b64encode(octets).decode()


def row_104():
    yield Mail(104, "no_header_block", mail("Motion at the door", "Zone 3"),
               [plain(b"Motion at the door\r\nZone 3\r\n")], ("no-header",),
               {"subject": "", "text": "Motion at the door\nZone 3"})
    yield Mail(104, "no_blank_line", mail("Subject: alarm", "To: y@z"),
               [plain(b"")], (), {"subject": "alarm", "text": ""})
    for name, value in (("field_of_64_kb", b"x" * 70000),
                        ("field_folded_to_1_mb", b"x" * 70 + b"\r\n " +
                         (b"y" * 70 + b"\r\n ") * 14000 + b"z")):
        yield Mail(104, name, mail(b"Subject: " + value, "From: <a@b.c>", "",
                                   "text"),
                   [plain(b"text\r\n")], ("cut",),
                   {"cut": ["subject"], "from": "a@b.c", "text": "text"})
    yield Mail(104, "header_block_of_10000_fields",
               mail(*(f"X-{i}: {i}" for i in range(10000)),
                    "Subject: alarm", "", "text"),
               [plain(b"text\r\n")], (), {"subject": "alarm", "text": "text"})
    yield Mail(104, "from_is_cut_before_its_address",
               mail(b"From: " + b"x y " * 2000 + b"<a@b.c>", "", "text"),
               [plain(b"text\r\n")], ("cut",), {"cut": ["from"]})


def row_105():
    body = ("--b", "", "one", "--b--")
    raw = mail(*body)
    for name, parameter in (("no_boundary", ""), ("empty_boundary",
                                                  '; boundary=""'),
                            ("boundary_of_71", "; boundary=" + "b" * 71)):
        yield Mail(105, name, of_type("multipart/mixed" + parameter, *body),
                   [plain(raw)], (), {"text": raw.decode().strip().replace(
                       "\r\n", "\n")})
    yield Mail(105, "boundary_twice",
               of_type("multipart/mixed; boundary=b; boundary=c", *body),
               [plain(b"one")], (), {"text": "one"})
    long = "b" * 70
    yield Mail(105, "boundary_of_70",
               of_type(f"multipart/mixed; boundary={long}", f"--{long}", "",
                       "one", f"--{long}--"),
               [plain(b"one")], (), {"text": "one"})
    yield Mail(105, "boundary_begins_like_another",
               of_type("multipart/mixed; boundary=b", "--b",
                       "Content-Type: multipart/mixed; boundary=bb", "",
                       "--bb", "", "one", "--bb", "Content-Type: image/jpeg",
                       "", "x", "--bb--", "--b", "", "two", "--b--"),
               [plain(b"one"), jpeg(b"x", ""), plain(b"two")], (),
               {"text": "one", "picture": ("", 1)})
    yield Mail(105, "no_final_boundary",
               of_type("multipart/mixed; boundary=b", "--b", "", "one"),
               [plain(b"one\r\n")], ("no-end",), {"text": "one"})


def row_106():
    for name, kinds in (("multipart", ("multipart/mixed; boundary=b", "--b")),
                        ("rfc822", ("message/rfc822",))):
        kind, *behind = kinds
        lines = []
        for _ in range(1000):
            lines += [f"Content-Type: {kind}", "", *behind]
        parts = name == "multipart"    # boundaries of those that are opened
        ends = ("no-end",) * parts
        yield Mail(106, f"{name}_1000_deep",
                   mail("Subject: alarm", *lines, "", "text"), None,
                   ("deep", "cut", *ends),
                   {"subject": "alarm", "text": "text" * parts})
        yield Mail(106, f"{name}_at_the_depth_that_is_opened",
                   mail("Subject: alarm", *lines[:DEPTH * len(lines) // 1000],
                        "", "text"),
                   [plain(b"text\r\n")], ends, {"text": "text"})


def row_107():
    yield Mail(107, "first_type_wins",
               of_type("text/html", "a<br>b", more=(
                   "Content-Type: text/plain",)),
               [("text/html", "", b"a<br>b\r\n")], (), {"text": "a\nb"})
    yield Mail(107, "type_with_nul", of_type("text/pl\0ain; charset=utf-8\0",
                                             "text"),
               [("text/pl\0ain", "", b"text\r\n")], (), {"subject": "alarm"})
    yield Mail(107, "type_with_comments", of_type(
        'text/plain (a "comment"; x=y); charset=iso-8859-1 (Latin)',
        b"\xe4"), [plain("\u00e4\r\n".encode())], (), {"text": "\u00e4"})
    yield Mail(107, "unbalanced_quotes", of_type(
        'image/jpeg; name="a.jpg; x=y', "x"),
        [jpeg(b"x\r\n", "a.jpg; x=y")], (), {"picture": ("a.jpg; x=y", 3)})
    yield Mail(107, "quote_and_backslash_last", of_type(
        'image/jpeg; name="a\\', "x"), [jpeg(b"x\r\n", "a\\")], (),
        {"subject": "alarm"})
    yield Mail(107, "only_signs", of_type(';;==;"=";;', "text"),
               [plain(b"text\r\n")], (), {"text": "text"})


def row_108():
    text = coded(JPEG)
    whole = {"picture": ("a.jpg", len(JPEG))}
    yield Mail(108, "line_of_1_mb", picture("base64", coded(JPEG * 2900)),
               [jpeg(JPEG * 2900)], (),
               {"picture": ("a.jpg", len(JPEG) * 2900)}, True)
    yield Mail(108, "nothing", picture("base64"), [jpeg(b"")], (),
               {"picture": ("a.jpg", 0)}, True)
    yield Mail(108, "no_padding", picture("base64", coded(b"abcd")[:-2]),
               [jpeg(b"abcd")], (), {"picture": ("a.jpg", 4)}, True)
    yield Mail(108, "too_much_padding", picture("base64", text + "===="),
               [jpeg(JPEG)], (), whole, True)
    yield Mail(108, "not_of_the_alphabet",
               picture("base64", text[:40] + " *-_\t" + text[40:]),
               [jpeg(JPEG)], ("coding",), whole, True)
    yield Mail(108, "padding_mid_stream",
               picture("base64", coded(b"a"), coded(b"bc")),
               [jpeg(b"a")], ("coding",), {"picture": ("a.jpg", 1)}, True)


def row_109():
    for name, lines, octets, flags in (
            ("equals_at_the_end", ("a=",), b"a", ()),
            ("not_hexadecimal", ("a=G1b",), b"a=G1b\r\n", ("coding",)),
            ("lower_case", ("a=e4=3db",), b"a\xe4=b\r\n", ()),
            ("one_digit", ("a=4", "b"), b"a=4\r\nb\r\n", ("coding",))):
        yield Mail(109, name, of_type("text/plain; charset=iso-8859-1",
                   *lines, more=(
                       "Content-Transfer-Encoding: quoted-printable",)),
                   [plain(octets.decode("latin-1").encode())], flags,
                   {"text": octets.decode("latin-1").strip().replace(
                       "\r\n", "\n")}, True)
    yield Mail(109, "soft_break_before_a_boundary",
               of_type("multipart/mixed; boundary=b", "--b",
                       "Content-Transfer-Encoding: quoted-printable", "",
                       "a=", "--b--"), [plain(b"a")], (), {"text": "a"}, True)
    octets = mail("Content-Type: text/plain", "Content-Transfer-Encoding: "
                  "quoted-printable", "", "a=")[:-2]
    yield Mail(109, "equals_is_the_last_octet", octets, [plain(b"a")],
               (), {"text": "a"}, True)


def row_110():
    def subject(name, value, want, **more):
        return Mail(110, name, of_type("text/plain", "text", subject=value),
                    [plain(b"text\r\n")], alert={"subject": want}, **more)

    octets = of_type("text/plain", "text", subject="\r\n ".join(
        ["=?utf-8?Q?x?="] * 10000))
    yield Mail(110, "10000_words", octets, [plain(b"text\r\n")], ("cut",),
               {"cut": ["subject"], "text": "text"})

    yield subject("unknown_charset", "=?none?Q?=E4?= x", "=?none?Q?=E4?= x")
    yield subject("unknown_encoding", "=?utf-8?X?a?=", "=?utf-8?X?a?=")
    yield subject("bad_q", "=?utf-8?Q?a=G1=4?=", "a=G1=4", majority=True)
    yield subject("bad_b", "=?utf-8?B?YW*Jj?=", "abc")
    yield subject("no_end", "=?utf-8?Q?a", "=?utf-8?Q?a", majority=True)
    yield subject("character_across_words",
                  "=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "\u20ac",
                  majority=True)


def row_111():
    def named(name, parameters, want, flags=(), **more):
        octets = mail("Subject: alarm", "Content-Type: image/jpeg",
                      "Content-Disposition: attachment" + parameters, "", "x")
        return Mail(111, name, octets, [jpeg(b"x\r\n", want)], flags,
                    {"picture": (want[:127], 3)}, **more)

    yield named("continuations",
                ";\r\n filename*0*=utf-8'en'a%c3%a4;\r\n filename*1=b.jpg",
                "a\u00e4b.jpg", majority=True)
    yield named("one_encoded_value", "; filename*=iso-8859-1''%e4.jpg",
                "\u00e4.jpg", majority=True)
    yield named("gap", "; filename*0=a; filename*2=c", "ac", majority=True)
    yield named("out_of_order", "; filename*2=c; filename*1=b; filename*0=a",
                "abc", majority=True)
    yield named("no_first", "; filename*1=b", "b", majority=True)
    yield named("in_one_piece_too", "; filename=z; filename*0=a", "a",
                majority=True)
    yield named("encoded_behind_plain", "; filename=z; filename*=utf-8''y",
                "y", majority=True)
    yield named("100_segments", "".join(
        f";\r\n filename*{i}=a{i % 10}" for i in range(100)),
        "".join(f"a{i % 10}" for i in range(100)), majority=True)
    yield named("1000_segments", "".join(
        f"; filename*{i}=abcdefgh" for i in range(1000)), ("abcdefgh" * 32)[:255],
        ("cut",))


def row_112():
    def text(name, charset, octets, want, *flags, shown=None):
        return Mail(112, name, of_type(f"text/plain; charset={charset}",
                                       octets),
                    [plain(want.encode() + b"\r\n")], flags,
                    {"text": shown or want})

    yield text("utf_7", "utf-7", b"a+AOQ-b", "a+AOQ-b")
    yield text("iso_2022_jp", "iso-2022-jp", b"\x1b$B$\"\x1b(B",
               "\x1b$B$\"\x1b(B", shown=" $B$\" (B")
    yield text("invalid_utf_8", "utf-8", b"a\xffb\xc3", "a\ufffdb\ufffd",
               "charset")
    yield text("overlong", "utf-8", b"\xc0\xafx\xe0\x80\xaf",
               "\ufffd\ufffdx\ufffd\ufffd\ufffd", "charset")
    yield text("surrogate", "utf-8", b"\xed\xa0\x80x",
               "\ufffd\ufffd\ufffdx", "charset")
    yield text("byte_order_mark", "utf-8", b"\xef\xbb\xbfCamera: 7",
               "\ufeffCamera: 7")
    yield text("unknown_charset", "x-unknown", b"\xe4", "\ufffd", "charset")


def row_113():
    inner = of_type("multipart/alternative; boundary=\"b c\"", "--b c",
                    "Content-Type: text/plain; charset=iso-8859-1",
                    "Content-Transfer-Encoding: quoted-printable", "",
                    "caf=E9 =", "bar", "--b c", "Content-Type: text/html", "",
                    "<p>caf&eacute;</p>", "--bad", "--b c--",
                    subject="=?utf-8?B?w6Q=?=\r\n =?utf-8?Q?=C3?=\r\n"
                    " =?utf-8?Q?=A4?=")
    yield Mail(113, "everything_at_once",
               of_type("multipart/mixed; boundary=b", "--b",
                       "Content-Type: message/rfc822", "", inner[:-2], "--b",
                       "Content-Type: image/jpeg;\r\n name*0*=utf-8''%c3%a4;"
                       "\r\n name*1=.jpg", "Content-Transfer-Encoding: base64",
                       "", coded(JPEG[:198]), coded(JPEG[198:]), "--b--",
                       "end"),
               [plain("caf\u00e9 bar".encode()),
                ("text/html", "", b"<p>caf&eacute;</p>\r\n--bad"),
                jpeg(JPEG, "\u00e4.jpg")], (),
               {"text": "caf\u00e9 bar", "subject": "alarm",
                "picture": ("\u00e4.jpg", len(JPEG))})


def traps(count):
    """Row 114: what costs a careless parser its square, so many octets of
    it; in a field, in a parameter, in a body."""
    units = {"comments": "(", "angles": "<", "addresses": "a@b.c, ",
             "quotes": '"', "backslashes": "\\", "semicolons": ";x=y",
             "words": "=?utf-8?q?x?= ", "word_begins": "=?utf-8?q?a",
             "half_words": "=?utf-8?q", "dashes": "--", "lines": "--b\r\n -",
             "tags": "<a", "characters": "&amp", "equals": "=", "nuls": "\0"}
    for name, unit in units.items():
        text = (unit * (count // len(unit) + 1))[:count]
        flat = text.replace("\r\n", "  ")
        for field in "From", "To", "Subject", "Date":
            yield f"{name}_{field.lower()}", mail(f"{field}: {flat}", "", "x")
        yield f"{name}_type", of_type(f"text/html; name={flat}; boundary="
                                      f"{flat}; charset={flat}", "x")
        yield f"{name}_disposition", mail(
            f"Content-Disposition: attachment; filename={flat}", "", "x")
        for kind in "plain", "html":
            yield f"{name}_{kind}", of_type(f"text/{kind}", text)
        yield f"{name}_parts", of_type("multipart/mixed; boundary=b", "--b",
                                       "", text)
        yield f"{name}_block", mail("Subject: x", text)
        yield f"{name}_nothing_else", mail(text)


def rows():
    """Every mail but those of row 114."""
    for function in (row_104, row_105, row_106, row_107, row_108, row_109,
                     row_110, row_111, row_112, row_113):
        yield from function()
