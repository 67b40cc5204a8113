"""files.py - a folder for a case, and files in it

SPDX-License-Identifier: BSD-3-Clause
"""
import contextlib
import os
import shutil

from lwsmtpd import temp_dir


@contextlib.contextmanager
def folder():
    """A folder that is gone afterwards, as the current one."""
    path, before = temp_dir(), os.getcwd()
    os.chdir(path)
    try:
        yield path
    finally:
        os.chdir(before)
        shutil.rmtree(path)


def write(name, text):
    """Write a file; bytes or text."""
    with open(name, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
