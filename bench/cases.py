"""The tables of a run: the workloads and their sizes."""

from tables import Case, Peer, Table

MIB = 2**20
SPARE = 100  # descriptors, for everything that is not counted


def number(count):
    return f"{count:,}".replace(",", " ")


class Cases:
    """The tables; `quick` ones have fewer columns and smaller numbers."""

    def __init__(self, workloads, quick):
        self.workloads, self.quick = workloads, quick

    def ring(self):
        writes = 20_000 if self.quick else 500_000

        def case(pairs, active):
            def run(command, slow):
                return self.workloads.ring(command, pairs, active,
                                           writes // (5 if slow else 1))
            return Case(f"N={pairs} A={active}", run, 2 * pairs + SPARE)

        sizes = [(100, 100), (1000, 1)] if self.quick else [
            (pairs, active) for pairs in (100, 1000, 9000)
            for active in (1, 100)]
        return Table("Ring: processor time per event", "ring", "us", "µs",
                     [case(*size) for size in sizes])

    def timers(self):
        def case(count):
            def run(command, slow):
                return self.workloads.timers(command, count)
            return Case(f"N={number(count)}", run)

        sizes = (30_000,) if self.quick else (100_000, 1_000_000)
        return Table("Timers: processor time per timer", "timers",
                     "ns_per_timer", "ns", [case(count) for count in sizes],
                     memory=True)

    def poems(self):
        def case(count, delay_ms):
            def run(command, slow):
                return self.workloads.poems(command, count, delay_ms)
            return Case(f"P={count}", run, count + SPARE)

        sizes = [(300, 15)] if self.quick else [(1000, 40), (9000, 75)]
        return Table("Poems: processor time per piece", "poems", "us", "µs",
                     [case(*size) for size in sizes], memory=True)

    def saga(self):
        size = (16 if self.quick else 128) * MIB

        def case(mode, heading):
            def run(command, slow):
                return self.workloads.saga(command, mode, size)
            return Case(heading, run)

        return Table(f"Sagas, 3 of {size // MIB} MiB: processor time", "saga",
                     "ms", "ms", [case("keep", "kept"),
                                  case("discard", "thrown away")], memory=True)

    def pingpong(self):
        messages = 5_000 if self.quick else 100_000

        def case(connections):
            def run(command, slow):
                return self.workloads.pingpong(
                    command, connections, messages // (5 if slow else 1))
            return Case(f"C={connections}", run, connections + SPARE)

        sizes = (1, 100) if self.quick else (1, 100, 1000)
        return Table("Ping-pong: processor time per message, both sides",
                     "pingpong", "us", "µs",
                     [case(connections) for connections in sizes])

    def startup(self):
        def run(command, slow):
            return self.workloads.startup(command, 2 if self.quick else 10)

        return Table("Start-up: processor time of an empty program", "startup",
                     "ms", "ms", [Case("start, stop", run)], memory=True)

    def client(self, build):
        """A benchmark and a program of the suite that do the same work."""
        poems = [str(build / "bench/core/poems")]
        simple = [str(build / "reactor-client-2/get-poetry-simple")]
        count, delay_ms = (300, 15) if self.quick else (9000, 75)

        def run(command, slow):
            if command == poems:
                figures = self.workloads.poems(command, count, delay_ms)
            else:
                figures = self.workloads.client(command, count, delay_ms)
            return {"ms": figures["process_cpu_s"] * 1e3}

        def peer(name, command):
            return Peer(name, lambda program: command)

        return Table("Client: processor time of a program of the suite",
                     "client", "ms", "ms",
                     [Case(f"P={count}", run, count + SPARE)],
                     peers=[peer("core, poems", poems),
                            peer("get-poetry-simple", simple)])
