"""brand_mails.py - what devices of the known brands send, and its alert

SPDX-License-Identifier: BSD-3-Clause

The mails are those of brands/, written after manuals and users' mails with
names, numbers and pictures of our own; lines end in CRLF when they are sent.
They are played to the reader alone (../test_mail_brands) and to the running
program (../../integration/test_alerts).
"""
import os

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "brands")
# Decoded, all of them the same.
PICTURE_OCTETS = 91

# File -> the alert by its keys in JSON; "picture" is its name. What is not
# given is empty.
ALERTS = {
    "hikvision": {
        "brand": "hikvision", "device": "Garage NVR", "channel": "Front Door",
        "event": "Motion Detected", "date": 1794684108,
        "picture": "20261114202148_D3.jpg"},
    "hikvision_dvr_raw_boundary": {
        "brand": "hikvision", "device": "Embedded Net DVR", "channel": "A2",
        "event": "Video Signal Lost", "date": 1794684600},
    "dahua_start": {
        "brand": "dahua", "device": "Office", "channel": "Driveway",
        "event": "Motion Detection", "state": "start", "date": 1794684108,
        "picture": "CH03_20261114202148.jpg"},
    "dahua_stop": {
        "brand": "dahua", "device": "Office", "channel": "Driveway",
        "event": "Motion Detection", "state": "end", "date": 1794684130},
    "reolink": {
        "brand": "reolink", "device": "RLC", "channel": "Yard",
        "event": "Person Detected", "date": 1794687708,
        "picture": "Yard_01.jpg"},
    "axis": {
        "brand": "axis", "device": "axis-accc8e000000", "channel": "Gate",
        "event": "Motion detection triggered", "date": 1794684108,
        "picture": "image26-11-14_20-21-48-00.jpg"},
    "synology": {
        "brand": "synology", "device": "Attic",
        "event": "Storage Pool 1 on Attic has degraded", "date": 1794684108},
    "apc_on_battery": {
        "brand": "apc", "device": "Rack 2", "state": "start",
        "event": "On battery power in response to an input power problem.",
        "date": 1794684108},
    "apc_restored": {
        "brand": "apc", "device": "Rack 2", "state": "end",
        "event": "No longer on battery power.", "date": 1794684301},
    "hp": {
        "brand": "hp", "device": "Reception", "event": "Paper jam in tray 2",
        "date": 1794705708},
    "generic": {
        "device": "Shed", "channel": "2", "event": "Motion", "date": None},
    "generic_test": {
        "device": "Camera", "state": "test", "date": 1794684108},
}


def octets(name):
    """A mail as it is sent."""
    with open(os.path.join(FOLDER, f"{name}.eml"), "rb") as file:
        return file.read().replace(b"\n", b"\r\n")


def alert(name):
    """All that is compared."""
    empty = {"brand": "", "device": "", "channel": "", "event": "",
             "state": "event", "picture": None}
    return {**empty, **ALERTS[name]}
