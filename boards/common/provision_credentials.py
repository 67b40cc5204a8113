# provision_credentials.py - certificate, key and users; for provision
#
# SPDX-License-Identifier: BSD-3-Clause
import base64
import binascii
import hashlib
import os
import re
import secrets
import subprocess

DAYS = 3650
# 2,000 are 0.6 s on a Cortex-M3 of 100 MHz, at some 23,000 instructions each;
# with a random password one would do.
ITERATIONS, ITERATIONS_SLOW, ITERATIONS_MAX = 2000, 5000, 1000000
USER_MAX, LINE_MAX, SUBJECT_MAX = 64, 255, 255
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
SCHEME = "$pbkdf2-sha256$"
SCRAM = "$scram-sha-256$"
CERTIFICATE = "$cert-"
KEYS = ("PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY")
# Signs that are not taken for each other; 20 of 32 are 100 bits.
SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"


class Wrong(Exception):
    """A file that cannot be used, and why."""


def write_private(path, data):
    """All of it or nothing, for its owner only."""
    new = f"{path}.new"
    if os.path.lexists(new):
        os.unlink(new)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600),
              "wb") as file:
        file.write(data)
    os.replace(new, path)


def read_file(path, what):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as why:
        raise Wrong(f"cannot read {path}: {why.strerror}; give a file with "
                    f"the {what} in PEM") from None


# ---- PEM (RFC 7468) ----

def blocks(data, path):
    """Each (label, DER) of a file. Other text may stand between them."""
    text = data.decode("latin-1")
    for match in re.finditer(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)"
                             r"-----END \1-----", text, re.S):
        body = match[2]
        if "ENCRYPTED" in match[1] or "ENCRYPTED" in body:
            raise Wrong(f"the key in {path} has a passphrase, which a board "
                        "cannot ask for; give it without: openssl pkey -in "
                        f"{path} -out NEW")
        try:
            yield match[1], base64.b64decode("".join(body.split()),
                                             validate=True)
        except binascii.Error:
            raise Wrong(f"{path}: the base64 of {match[1]} is damaged") \
                from None


def openssl(*arguments, data=b""):
    """What the command prints; None: it refused."""
    try:
        done = subprocess.run(["openssl", *arguments], input=data,
                              capture_output=True, check=False)
    except FileNotFoundError:
        raise Wrong("there is no openssl command to check certificate and "
                    "key with; install openssl") from None
    return None if done.returncode else done.stdout


def public_of_certificate(der):
    out = openssl("x509", "-inform", "DER", "-noout", "-pubkey", data=der)
    return out if out and b"BEGIN PUBLIC KEY" in out else None


def public_of_key(der):
    return openssl("pkey", "-inform", "DER", "-pubout", data=der)


def is_p256(public):
    text = openssl("pkey", "-pubin", "-noout", "-text", data=public) or b""
    return b"ASN1 OID: prime256v1" in text


def plain_key(der, path):
    """The key as wolfSSL takes it everywhere: SEC 1 or PKCS #1."""
    for kind in "ec", "rsa":
        out = openssl(kind, "-inform", "DER", "-outform", "DER", data=der)
        if out:
            return out
    raise Wrong(f"no usable private key in {path}; give one in PEM, ECDSA "
                "P-256, without a passphrase")


def certificates(path):
    """Each certificate of a file, in DER; there is one at least."""
    found = [der for label, der in blocks(
        read_file(path, "authorities' certificates"), path)
        if label in ("CERTIFICATE", "X509 CERTIFICATE")]
    for i, der in enumerate(found, 1):
        if public_of_certificate(der) is None:
            raise Wrong(f"certificate {i} in {path} is none that openssl can "
                        "read")
    if not found:
        raise Wrong(f"no certificate in {path}; give those of the "
                    "authorities in PEM")
    return found


class Identity:
    """A certificate with its chain, and its key, in DER."""

    def __init__(self, cert_path, key_path):
        self.cert_path, self.key_path = cert_path, key_path
        self.chain = [der for label, der in blocks(
            read_file(cert_path, "certificate and its chain"), cert_path)
            if label in ("CERTIFICATE", "X509 CERTIFICATE")]
        keys = [der for label, der in blocks(
            read_file(key_path, "private key"), key_path) if label in KEYS]
        if not self.chain:
            raise Wrong(f"no certificate in {cert_path}; give one in PEM, "
                        "its chain behind it")
        if len(keys) != 1:
            raise Wrong(f"{'no' if not keys else 'more than one'} private key "
                        f"in {key_path}; give one in PEM, without a "
                        "passphrase")
        self.key = keys[0]

    def check(self, any_key):
        """Do they belong together? Returns what to know of them."""
        publics = [public_of_certificate(der) for der in self.chain]
        key = public_of_key(self.key)
        if None in publics:
            raise Wrong(f"certificate {publics.index(None) + 1} in "
                        f"{self.cert_path} is none that openssl can read")
        if key is None:
            raise Wrong(f"the private key in {self.key_path} is none that "
                        "openssl can read")
        if key in publics[1:] and key != publics[0]:
            raise Wrong(f"the certificate of the key in {self.key_path} is "
                        f"not the first one in {self.cert_path}; put it "
                        "first, then the one that signed it, and so on")
        if key != publics[0]:
            raise Wrong(f"the key in {self.key_path} does not belong to the "
                        f"certificate in {self.cert_path}; give the key that "
                        "this certificate was made for")
        if not any_key and not is_p256(key):
            raise Wrong(f"the key in {self.key_path} is not ECDSA P-256, the "
                        "only kind that these boards are built with; make "
                        "one with openssl ecparam -name prime256v1 -genkey, "
                        "or give --any-key if yours has SMTPD_TLS_RSA")
        self.key = plain_key(self.key, self.key_path)
        if openssl("x509", "-inform", "DER", "-noout", "-checkend", "0",
                   data=self.chain[0]) is None:
            return f"the certificate in {self.cert_path} has expired"
        return None


def alternative_names(name):
    names = [f"DNS:{name}"] + ([] if "." in name else [f"DNS:{name}.local"])
    return ",".join(names + ["DNS:localhost", "IP:127.0.0.1", "IP:::1"])


def make_certificate(name, cert_path, key_path):
    """A key on P-256 and a certificate that it signs itself. The key is there
    before the certificate that needs it."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?", name):
        raise Wrong(f'"{name}" is no name for a certificate; give 1 to 64 '
                    "letters, digits, '-' and '.'")
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                  "ec_paramgen_curve:prime256v1")
    if not key:
        raise Wrong("openssl cannot make a key on P-256")
    try:
        write_private(key_path, key)
        cert = openssl("req", "-x509", "-new", "-key", key_path, "-sha256",
                       "-days", str(DAYS), "-subj", f"/CN={name}", "-addext",
                       "subjectAltName=" + alternative_names(name))
        if not cert:
            raise Wrong("openssl cannot make a certificate")
        write_private(cert_path, cert)
    except OSError as why:
        raise Wrong(f"cannot write {why.filename}: {why.strerror}") from None


def fingerprint(der):
    """As browsers show it."""
    return hashlib.sha256(der).digest().hex(":").upper()


# ---- users: lines as boards/common/verifier.c reads them ----

def decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def octets(text):
    """How many octets of the file it was."""
    return len(text.encode("utf-8", "surrogateescape"))


def is_certificate(line):
    """Does it name a certificate, and no password?"""
    return line.partition(":")[2].startswith(CERTIFICATE)


def wrong_certificate(text):
    """The same of what stands behind the user. As certificate.c."""
    kind, value = re.fullmatch(r"([$]cert-[^$]*[$]?)(.*)", text,
                               re.S).groups()
    if kind == "$cert-sha256$":
        return None if re.fullmatch("[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}",
                                    value) else \
            "the fingerprint is not 64 hexadecimal digits"
    if kind != "$cert-subject$":
        return "the certificate is not $cert-sha256$ or $cert-subject$"
    if not 1 <= octets(value) <= SUBJECT_MAX:
        return f"the subject is not 1 to {SUBJECT_MAX} octets"
    return "the subject has controls" if CONTROLS.search(value) else None


def wrong_user(line):
    """What is wrong with a line, or None."""
    user, colon, hash_ = line.partition(":")
    if not colon:
        return "no ':' between user and hash"
    if not 1 <= octets(user) <= USER_MAX or CONTROLS.search(user):
        return "the user name is empty, too long or has controls"
    if is_certificate(line):
        return wrong_certificate(hash_)
    if octets(line) > LINE_MAX:
        return "the line is too long"
    if hash_.startswith(SCRAM):
        parts = re.split("[$:]", hash_[len(SCRAM):])
        if not re.fullmatch("[^$:]+:[^$:]+[$][^$:]+:[^$:]+",
                            hash_[len(SCRAM):]):
            return f"the hash is not {SCRAM}ITERATIONS:SALT$STOREDKEY:SERVERKEY"
    elif hash_.startswith(SCHEME):
        parts = hash_[len(SCHEME):].split("$")
        if len(parts) != 3:
            return f"the hash is not {SCHEME}ITERATIONS$SALT$KEY"
    else:
        return f"the hash does not begin with {SCHEME}"
    if not re.fullmatch(r"[0-9]{1,7}", parts[0]) or \
            not 1 <= int(parts[0]) <= ITERATIONS_MAX:
        return f"the iteration count is not 1 to {ITERATIONS_MAX}"
    if not 8 <= len(decoded(parts[1])) <= 32:
        return "the salt is not 8 to 32 octets in base64"
    if any(len(decoded(key)) != 32 for key in parts[2:]):
        return "the key is not 32 octets in base64"
    return None


def iterations(line):
    return int(re.split("[$:]", line.partition(":")[2].split("$", 2)[2])[0])


def read_users(path, problems):
    """The lines of a users file; what is wrong is said with its line."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except OSError as why:
        raise Wrong(f"cannot read {path}: {why.strerror}") from None
    lines, seen = [], set()
    for i, line in enumerate(text.split("\n"), 1):
        line, place = line.rstrip(" \r"), f"{path}:{i}"
        if not line or line[0] == "#":
            continue
        user, why = line.partition(":")[0], wrong_user(line)
        if not why and is_certificate(line):
            lines.append(line)
            continue
        if why or user in seen:
            problems.error(place, why or "this user is there already")
            continue
        if iterations(line) > ITERATIONS_SLOW:
            problems.note(place, f"warning: {iterations(line)} iterations "
                          f"take {iterations(line) * 0.0003:.0f} s on a "
                          "Cortex-M3 of 100 MHz for each AUTH; provision "
                          f"--hash-password makes {ITERATIONS}")
        seen.add(user)
        lines.append(line)
    return lines


def hash_password(user, password):
    """A line for a users file."""
    salt = secrets.token_bytes(16)
    key = hashlib.pbkdf2_hmac("sha256", password, salt, ITERATIONS)
    line = (f"{user}:{SCHEME}{ITERATIONS}${base64.b64encode(salt).decode()}$"
            f"{base64.b64encode(key).decode()}")
    why = wrong_user(line)
    if why or not password:
        raise Wrong(why or "the password is empty")
    return line


def make_password():
    return "".join(secrets.choice(SIGNS) for _ in range(20))
