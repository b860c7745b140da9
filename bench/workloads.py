"""Runs one workload with one peer, and returns its figures."""

import contextlib
import os
import statistics
import tempfile

from processes import SERVER, Failed, Program, expect

HOST = "127.0.0.1"
POEM_SIZE, PIECE = 653, 10
PIECES = -(-POEM_SIZE // PIECE)
PING_SIZE = 64
SAGAS = 3


class Workloads:
    """`servers` is the directory with the servers of the benchmarks."""

    def __init__(self, servers):
        self.servers = servers

    def ring(self, command, pairs, active, writes):
        with Program([*command, pairs, active, writes]) as program:
            figures = program.finish()
            expect(program, figures, reads=writes, writes=writes)
        figures["us"] = figures["cpu_ns_per_event"] / 1e3
        return figures

    def timers(self, command, count, spread_ms=500):
        with Program([*command, count, spread_ms]) as program:
            figures = program.finish()
            expect(program, figures, ok=1, fired=count - count // 2,
                   cancelled=count // 2)
        return figures

    @contextlib.contextmanager
    def poem_server(self, count, delay_ms, size=POEM_SIZE):
        """Yields the port. Afterwards the server must have sent everything."""
        command = [self.servers / "poem_server", size, PIECE, delay_ms, count]
        with Program(command, SERVER) as server:
            yield server.port()
            expect(server, server.finish(), poems=count,
                   sends=count * -(-size // PIECE))

    def poems(self, command, count, delay_ms, size=POEM_SIZE):
        with self.poem_server(count, delay_ms, size) as port, Program(
                [*command, HOST, port, count, size]) as client:
            figures = client.finish()
            expect(client, figures, ok=count, bad=0, bytes=count * size)
        figures["us"] = figures["cpu_s"] * 1e6 / (count * PIECES)
        return figures

    def client(self, command, count, delay_ms):
        """A client of the suite; every byte of its output is checked."""
        poem = bytes(97 + (i * 7 + i // 26) % 26 for i in range(POEM_SIZE))
        with tempfile.TemporaryFile() as output, self.poem_server(
                count, delay_ms) as port, Program(
                    [*command, *[f"{HOST}:{port}"] * count],
                    output=output) as client:
            figures = client.finish()
            output.seek(0)
            if output.read() != poem * count:
                raise Failed(f"{client}: did not print the poems")
        return figures

    def saga(self, command, mode, size):
        if mode == "keep":
            # On a virtual machine, memory costs more when it is used first.
            with Program([self.servers / "touch_memory",
                          SAGAS * size * 5 // 2 // 2**20 + 1]) as toucher:
                toucher.finish()
        with contextlib.ExitStack() as stack:
            servers = [stack.enter_context(
                Program([self.servers / "saga_server", size], SERVER))
                for _ in range(SAGAS)]
            ports = [server.port() for server in servers]
            client = stack.enter_context(
                Program([*command, mode, size, HOST, *ports]))
            figures = client.finish()
            expect(client, figures, ok=1, bytes=SAGAS * size)
            for server in servers:
                expect(server, server.finish(), bytes=size)
        figures["ms"] = figures["cpu_s"] * 1e3
        return figures

    def pingpong(self, command, connections, messages):
        """Both programs on one processor: while one works, the other waits."""
        with Program([*command, "server", connections]) as server, Program(
                [*command, "client", HOST, server.port(), connections,
                 messages]) as client:
            figures = client.finish()
            expect(client, figures, messages=messages)
            served = server.finish()
            expect(server, served, bytes=PING_SIZE * messages)
        figures["us"] = (figures["cpu_s"] + served["cpu_s"]) * 1e6 / messages
        return figures

    def startup(self, command, runs):
        command = [str(word) for word in command]
        times = []
        for _ in range(runs):
            pid = os.posix_spawn(command[0], command, os.environ)
            _, status, used = os.wait4(pid, 0)
            times.append(used.ru_utime + used.ru_stime)
            if status != 0:
                raise Failed(f"{' '.join(command)}: fails")
        # If this process started it, its own memory would count, too.
        with Program(["/usr/bin/time", "--format=rss_kb=%M",
                      "--output=/dev/stdout", *command]) as measured:
            figures = measured.finish()
        return {"ms": statistics.median(times) * 1000, **figures}
