"""The cost of each piece of the core, from Google Benchmark."""

import json
import statistics

from processes import Program
from tables import print_rows


def print_pieces(program, quick):
    print("### Pieces: processor time, and its range\n", flush=True)
    if not program.exists():
        print("They are left out: Google Benchmark is not installed.\n")
        return
    seconds, repetitions = (0.02, 3) if quick else (0.2, 7)
    with Program([program, "--benchmark_format=json",
                  f"--benchmark_min_time={seconds}",
                  f"--benchmark_repetitions={repetitions}"]) as running:
        runs = json.loads(running.output())["benchmarks"]
    times = {}
    for run in runs:
        if run["run_type"] == "iteration":
            times.setdefault(run["name"], []).append(run["cpu_time"])
    print_rows(["ns"], [{
        f"`{name}`": f"{statistics.median(found):.0f} "
                     f"({min(found):.0f}–{max(found):.0f})"
        for name, found in times.items()}])
