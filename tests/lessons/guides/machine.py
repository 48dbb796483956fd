"""What the kernel tells of the processes and of the network that are in sight."""
import ctypes
import fcntl
import os
import platform
import socket
import struct

PATIENCE = float(os.environ.get("PRISE_PATIENCE", "60"))  # seconds for each thing that must come; a pass never waits so long

# What a system call that waits is called, by its number here.
CALLS = {
    "x86_64": {0: "read", 7: "poll", 34: "pause", 35: "sleep", 43: "accept", 44: "send", 45: "recv", 61: "wait", 202: "futex",
               230: "sleep", 232: "epoll_wait", 270: "poll", 271: "poll", 281: "epoll_wait", 288: "accept"},
    "aarch64": {22: "epoll_wait", 63: "read", 72: "poll", 73: "poll", 98: "futex", 101: "sleep", 115: "sleep", 202: "accept",
                206: "send", 207: "recv", 242: "accept", 260: "wait"}}.get(platform.machine(), {})


def call_of(thread):
    """The system call in which the thread (or a process's first) sleeps, by what it is for; None: it does not."""
    try:
        with open(f"/proc/{thread}/syscall", encoding="ascii") as file:
            word = file.read().split()[0]
    except OSError:
        return None
    return None if word in ("running", "-1") else CALLS.get(int(word), word)


def queued():
    """Bytes that are on their way in this network: sent and not acknowledged, or arrived and not read."""
    total = 0
    for row in sockets():
        if row[3] != "0A":  # a listener's count is of clients
            total += sum(int(one, 16) for one in row[4].split(":"))
    return total


def sockets():
    """The rows of the TCP sockets of this network."""
    for name in ("tcp", "tcp6"):
        with open(f"/proc/net/{name}", encoding="ascii") as file:
            yield from (row.split() for row in file.read().splitlines()[1:])


def listening(port):
    return any(row[3] == "0A" and row[1].endswith(f":{port:04X}") for row in sockets())


def named(name):
    """The processes of this name; those of other tests and people are not in sight."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
                if file.read().strip() == name[:15]:  # as much as the kernel keeps
                    found.append(int(pid))
        except OSError:  # it has just ended
            pass
    return found


def private_network():
    """This process, and what it starts from now on, are alone in a network: nothing lingers there from before."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "unshare: no private network")
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh22x", b"lo", 0x1))  # SIOCSIFFLAGS: up
