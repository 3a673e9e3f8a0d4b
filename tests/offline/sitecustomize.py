"""Put this folder on PYTHONPATH, and Python and every Python it starts can reach this machine alone.

Python reads a module of this name at its start. Whoever asks for another address gets an OSError and is written down
in the file that OFFLINE_LOG names, so that nobody can swallow the error and go unseen. `make offline` does it.
"""

import errno
import ipaddress
import os
import socket
import sys

ASKED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


def is_here(host):
    """Whether this is an address or a name of this machine; a name of a file, or of no host at all, is."""
    host = host.decode() if isinstance(host, bytes) else host
    if not isinstance(host, str) or host in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def watch(event, arguments):
    if event not in ASKED or len(arguments) <= ASKED[event]:
        return
    asked = arguments[ASKED[event]]
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        if not isinstance(asked, tuple):  # a socket in the file system
            return
        asked = asked[0]
    if not is_here(asked):
        write_down(event, asked)
        raise OSError(errno.ENETUNREACH, f"offline: {event} to {asked!r} is refused")


def write_down(event, asked):
    if os.environ.get("OFFLINE_LOG"):
        with open(os.environ["OFFLINE_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {asked} by {' '.join(sys.argv)[:200]}\n")


sys.addaudithook(watch)
