"""The counts and reports of the workloads, as in bench/common/*.h.

Each class here is the one of the same name there: the same arguments, the same
work, the same line of figures in the end.
"""

import socket
import sys
import time

PING_SIZE = 64
SAGA_PERIOD = 65521


def peak_memory_kb():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def finish(name, good, **figures):
    """Prints the line and ends the program."""
    words = (f"{key}={value:.6f}" if isinstance(value, float)
             else f"{key}={value}" for key, value in figures.items())
    print(name, *words, f"rss_kb={peak_memory_kb()}", flush=True)
    sys.exit(0 if good else 1)


class Span:
    def start(self):
        self.cpu, self.wall = time.process_time(), time.monotonic()

    def stop(self):
        self.wall = time.monotonic() - self.wall
        self.cpu = time.process_time() - self.cpu


class Ring:
    def __init__(self, words):
        size, self.active, self.total = map(int, words)
        self.reads = self.writes = 0
        self.readers, self.writers = [], []
        for _ in range(size):
            reader, writer = socket.socketpair()
            reader.setblocking(False)
            writer.setblocking(False)
            self.readers.append(reader)
            self.writers.append(writer)
        self.hits = [0] * size
        self.span = Span()

    def start(self):
        self.span.start()
        for k in range(self.active):
            self.write(k * len(self.hits) // self.active)

    def write(self, i):
        self.writers[i].send(b"x")
        self.writes += 1

    def readable(self, i):
        if len(self.readers[i].recv(1)) != 1:
            sys.exit("nothing to read")
        self.reads += 1
        self.hits[i] += 1
        if self.writes < self.total:
            self.write((i + 1) % len(self.hits))
        if self.reads < self.total:
            return False
        self.span.stop()
        return True

    def report(self):
        finish("ring", self.reads == self.writes == self.total,
               n=len(self.hits), active=self.active, writes=self.writes,
               reads=self.reads, hits=f"{min(self.hits)}..{max(self.hits)}",
               wall_s=self.span.wall, cpu_s=self.span.cpu,
               ns_per_event=self.span.wall * 1e9 / self.reads,
               cpu_ns_per_event=self.span.cpu * 1e9 / self.reads)


class Timers:
    def __init__(self, words):
        self.count, self.spread_ms = map(int, words)
        self.done = self.cancelled = self.sum = 0
        state, mask, self.delays = 42, (1 << 64) - 1, []
        for _ in range(self.count):  # splitmix64
            state = (state + 0x9E3779B97F4A7C15) & mask
            mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
            mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
            mixed ^= mixed >> 31
            self.delays.append(mixed % (self.spread_ms * 1000) / 1e6)

    def lap(self):
        now = time.process_time()
        passed, self.mark = now - self.mark, now
        return passed

    def begin(self):
        self.mark = time.process_time()

    def all_scheduled(self):
        self.scheduling = self.lap()

    def all_cancelled(self):
        self.cancelling = self.lap()
        time.sleep((self.spread_ms + 10) / 1000)
        self.mark = time.process_time()

    def called(self, i):
        self.sum += i
        self.done += 1
        if self.done < self.count - self.count // 2:
            return False
        self.calling = self.lap()
        return True

    def report(self):
        good = (self.sum == sum(range(0, self.count, 2))
                and self.cancelled == self.count // 2)
        everything = self.scheduling + self.cancelling + self.calling
        finish("timers", good, n=self.count, fired=self.done,
               cancelled=self.cancelled, ok=int(good), cpu_s=everything,
               sched_ns=self.scheduling * 1e9 / self.count,
               cancel_ns=self.cancelling * 1e9 / self.cancelled,
               fire_ns=self.calling * 1e9 / self.done,
               ns_per_timer=everything * 1e9 / self.count)


class Poems:
    def __init__(self, words):
        self.host, (self.port, self.count, size) = words[0], map(int, words[1:])
        self.expected = bytes(97 + (i * 7 + i // 26) % 26 for i in range(size))
        self.good = self.bad = self.bytes = self.reads = 0
        self.span = Span()

    def done(self, poem, reads):
        if poem == self.expected:
            self.good += 1
        else:
            self.bad += 1
        self.bytes += len(poem)
        self.reads += reads
        if self.good + self.bad < self.count:
            return False
        self.span.stop()
        return True

    def report(self):
        finish("poems", self.good == self.count, p=self.count, ok=self.good,
               bad=self.bad, bytes=self.bytes, reads=self.reads,
               wall_s=self.span.wall, cpu_s=self.span.cpu)


class Saga:
    def __init__(self, words):
        self.keep, self.size, self.host = (
            words[0] == "keep", int(words[1]), words[2])
        self.ports = [int(port) for port in words[3:]]
        self.bytes = self.reads = self.finished = self.good = 0
        self.span = Span()

    def done(self):
        self.finished += 1
        if self.finished < len(self.ports):
            return False
        self.span.stop()
        return True

    def check(self, poem):
        period = bytes(97 + (k * 31 + k // 251) % 26
                       for k in range(SAGA_PERIOD))
        whole, rest = divmod(self.size, SAGA_PERIOD)
        if len(poem) == self.size and poem[self.size - rest:] == period[:rest]:
            self.good += all(
                poem[i * SAGA_PERIOD:(i + 1) * SAGA_PERIOD] == period
                for i in range(whole))

    def report(self, poems):
        for poem in poems:
            self.check(poem)
        good = (self.bytes == self.size * len(self.ports)
                and (not self.keep or self.good == len(self.ports)))
        finish("saga", good, mode="keep" if self.keep else "discard",
               bytes=self.bytes, reads=self.reads, ok=int(good),
               wall_s=self.span.wall, cpu_s=self.span.cpu,
               mb_per_s=self.bytes / 1e6 / self.span.wall)


class PongServer:
    def __init__(self, count):
        self.count, self.lost, self.bytes = count, 0, 0

    def serving(self, port):
        print(f"port={port}", flush=True)
        self.cpu = time.process_time()

    def gone(self):
        self.lost += 1
        return self.lost == self.count

    def report(self):
        finish("pingpong-server", True, c=self.count, bytes=self.bytes,
               cpu_s=time.process_time() - self.cpu)


class PingClient:
    def __init__(self, words):
        self.host = words[0]
        self.port, self.count, total = map(int, words[1:])
        self.each = total // self.count
        self.up = self.finished = self.answers = 0
        self.message = b"p" * PING_SIZE
        self.span = Span()

    def connected(self):
        self.up += 1
        if self.up < self.count:
            return False
        self.span.start()
        return True

    def again(self, answers):
        self.answers += 1
        if answers < self.each:
            return True
        self.finished += 1
        if self.finished == self.count:
            self.span.stop()
        return False

    def report(self):
        finish("pingpong", self.answers == self.each * self.count,
               c=self.count, messages=self.answers, wall_s=self.span.wall,
               cpu_s=self.span.cpu,
               msg_per_s=self.answers / self.span.wall,
               cpu_us_per_msg=self.span.cpu * 1e6 / self.answers)
