"""Runs the peers in turn, and makes Markdown tables of the results."""

import statistics
import sys
import time
from typing import Callable, NamedTuple


class Peer(NamedTuple):
    name: str
    command: Callable  # from a program's name to its arguments, or None
    slow: bool = False  # gets smaller numbers, where that makes no difference


class Case(NamedTuple):
    """A column. `run` takes a peer's command, and whether the peer is slow."""

    heading: str
    run: Callable
    descriptors: int = 0  # that one process needs


class Table(NamedTuple):
    title: str
    program: str
    figure: str  # the one to compare
    unit: str
    cases: list
    memory: bool = False
    peers: list = []  # if they are not all peers; the first is 1.00


class Patience(NamedTuple):
    """How often to repeat, unless a case has taken so many seconds."""

    repetitions: int
    seconds: float


def take_turns(case, commands, patience):
    """All figures of each peer, in the order of the repetitions."""
    results = {peer.name: [] for peer in commands}
    peers = list(commands)
    begin = time.monotonic()
    for repetition in range(patience.repetitions):
        if repetition and time.monotonic() - begin > patience.seconds:
            break
        first = repetition % len(peers)
        for peer in peers[first:] + peers[:first]:
            results[peer.name].append(case.run(commands[peer], peer.slow))
    return results


def ratio(results, name, base, figure):
    """The median of the ratios within each repetition, and their range."""
    ratios = [ours[figure] / theirs[figure]
              for ours, theirs in zip(results[name], results[base])]
    return (f"{statistics.median(ratios):.2f} "
            f"({min(ratios):.2f}–{max(ratios):.2f})")


def median(results, figure):
    return statistics.median(figures[figure] for figures in results)


def column(table, results):
    """The text of a case's column, by peer."""
    base = next(iter(results))
    cells = {name: ratio(results, name, base, table.figure)
             for name in results}
    cells[base] = f"{median(results[base], table.figure):.2f} {table.unit}"
    return cells


def memory_column(results):
    return {name: f"{median(figures, 'rss_kb') / 1024:.1f}"
            for name, figures in results.items()}


def print_rows(heads, columns):
    print("| | " + " | ".join(heads) + " |")
    print("| --- |" + " --: |" * len(heads))
    for name in columns[0]:
        print("| " + " | ".join([name, *(cells[name] for cells in columns)])
              + " |")
    print(flush=True)


def print_table(table, all_peers, patience, descriptors):
    """Measures and prints it, if there are enough descriptors."""
    peers = table.peers or all_peers
    commands = {peer: command for peer in peers
                if (command := peer.command(table.program))}
    print(f"### {table.title}\n", flush=True)
    heads, columns = [], []
    for case in table.cases:
        if case.descriptors > descriptors:
            print(f"{case.heading} is left out: it needs {case.descriptors} "
                  f"descriptors, and the limit here is {descriptors}.\n")
            continue
        print(f"{table.program}, {case.heading}", file=sys.stderr)
        results = take_turns(case, commands, patience)
        heads.append(case.heading)
        columns.append(column(table, results))
        if table.memory:
            heads.append("MiB")
            columns.append(memory_column(results))
    if columns:
        print_rows(heads, columns)
