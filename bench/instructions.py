"""The instructions of an event, as callgrind counts them.

It counts those of a program and its libraries, not those of the system. Other
programs on the machine do not change the count. Each program runs with two
sizes, which differ in the number of events only.
"""

import contextlib
import pathlib
import re
import tempfile

import workloads
from processes import Failed
from tables import print_rows

SMALL, LARGE = 2_000, 12_000  # writes of the ring
SHORT, LONG = 650, 3250  # bytes of a poem
COUNT, DELAY_MS = 50, 20
PEERS = ("raw", "**core**", "libev", "libevent", "libuv", "Asio")


@contextlib.contextmanager
def counting(command):
    """Yields the command under callgrind, and a function that counts."""
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory) / "callgrind"

        def taken():
            found = re.search(r"^(?:summary|totals): (\d+)", file.read_text(),
                              re.MULTILINE)
            if not found:
                raise Failed(f"callgrind did not count {command[0]}")
            return int(found[1])

        yield ["valgrind", "--quiet", "--tool=callgrind",
               f"--callgrind-out-file={file}", *command], taken


def per_event(command, run):
    """`run` takes a command and a size, 0 or 1, and returns its events."""
    counts = []
    for size in (0, 1):
        with counting(command) as (counted, taken):
            events = run(counted, size)
            counts.append((taken(), events))
    (few, first), (many, second) = counts
    return (many - few) / (second - first)


def print_instructions(servers, peers):
    measured = workloads.Workloads(servers)

    def ring(command, size):
        writes = (SMALL, LARGE)[size]
        return measured.ring(command, 100, 100, writes)["reads"]

    def poems(command, size):
        return measured.poems(command, COUNT, DELAY_MS,
                              (SHORT, LONG)[size])["reads"]

    columns = []
    for program, run in (("ring", ring), ("poems", poems)):
        commands = {peer.name: peer.command(program) for peer in peers
                    if peer.name in PEERS}
        columns.append({
            name: f"{per_event(command, run):.0f}" if command else "–"
            for name, command in commands.items()})
    print("### Instructions per event\n")
    print_rows(["ring, a read and a write", "poems, a piece"], columns)
