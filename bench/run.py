"""Runs what scripts/bench has built: run.py [--quick] BUILD WORKLOAD..."""

import argparse
import os
import pathlib
import resource
import signal
import subprocess
import sys

import machine
from cases import Cases
from instructions import print_instructions
from pieces import print_pieces
from processes import SERVER, Failed
from tables import Patience, Peer, print_table
from workloads import Workloads

PYTHON = "/usr/bin/python3"  # the distribution's Twisted belongs to it
WORKLOADS = ("ring", "timers", "poems", "saga", "pingpong", "startup",
             "client", "pieces", "instructions")
QUICK, THOROUGH = Patience(3, 3), Patience(7, 3600)


class Ended(BaseException):
    """A signal asked the run to end."""


def end(number, _):
    raise Ended(number)


def compiled(directory, name, peer):
    def command(program):
        file = directory / peer / program
        return [str(file)] if file.exists() else None

    return Peer(name, command)


def twisted():
    script = pathlib.Path(__file__).resolve().parent / "twisted/peer.py"
    found = pathlib.Path(PYTHON).exists() and subprocess.run(
        [PYTHON, "-c", "import twisted"], check=False,
        stderr=subprocess.DEVNULL).returncode == 0

    def command(program):
        return [PYTHON, "-B", str(script), program] if found else None

    return Peer("Twisted", command, slow=True)


def everybody(directory):
    return [compiled(directory, "raw", "raw"),
            compiled(directory, "raw again", "raw"),
            compiled(directory, "**core**", "core"),
            compiled(directory, "raw, in place", "rawdirect"),
            compiled(directory, "libev", "libev"),
            compiled(directory, "libevent", "libevent"),
            compiled(directory, "libuv", "libuv"),
            compiled(directory, "Asio", "asio"),
            twisted()]


def raise_limit():
    """Permits as many descriptors as possible, and returns their number."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        most = 1_000_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("workloads", nargs="+", choices=WORKLOADS)
    return parser.parse_args()


def measure(arguments):
    load_before = machine.load()
    descriptors = raise_limit()
    directory = arguments.build / "bench"
    peers = everybody(directory)
    cases = Cases(Workloads(directory / "servers"), arguments.quick)
    patience = QUICK if arguments.quick else THOROUGH
    for name in arguments.workloads:
        if name == "pieces":
            print_pieces(directory / "pieces", arguments.quick)
        elif name == "instructions":
            print_instructions(directory / "servers", peers)
        else:
            table = (cases.client(arguments.build) if name == "client"
                     else getattr(cases, name)())
            print_table(table, peers, patience, descriptors)
    machine.print_settings(arguments.build, load_before)


def main():
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # the reader may end first
    os.sched_setaffinity(0, {SERVER})
    try:
        measure(parse_arguments())
    except Failed as failure:
        sys.exit(f"bench: {failure}")
    except Ended as ended:
        signal.signal(ended.args[0], signal.SIG_DFL)
        os.kill(os.getpid(), ended.args[0])


main()
