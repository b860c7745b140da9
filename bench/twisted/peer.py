"""The workloads on Twisted and its epoll reactor: peer.py WORKLOAD WORDS..."""

import sys

from twisted.internet import epollreactor

epollreactor.install()
from twisted.internet import protocol, reactor  # noqa: E402

import counts  # noqa: E402


class Node:
    """A pair of the ring."""

    def __init__(self, counted, i):
        self.counted, self.i = counted, i
        self.fd = counted.readers[i].fileno()

    def fileno(self):
        return self.fd

    def logPrefix(self):
        return "node"

    def connectionLost(self, reason):
        pass

    def doRead(self):
        if self.counted.readable(self.i):
            reactor.stop()


def ring(words):
    counted = counts.Ring(words)
    for i in range(len(counted.readers)):
        reactor.addReader(Node(counted, i))
    reactor.callWhenRunning(counted.start)
    reactor.run()
    counted.report()


def timers(words):
    counted = counts.Timers(words)

    def call(i):
        if counted.called(i):
            reactor.stop()

    def schedule():
        counted.begin()
        calls = [reactor.callLater(delay, call, i)
                 for i, delay in enumerate(counted.delays)]
        counted.all_scheduled()
        for i in range(1, counted.count, 2):
            calls[i].cancel()
            counted.cancelled += 1
        counted.all_cancelled()

    reactor.callWhenRunning(schedule)
    reactor.run()
    counted.report()


class Factory(protocol.ClientFactory):
    """Builds the given protocol; a failed attempt ends the program."""

    noisy = False

    def __init__(self, build):
        self.build = build

    def buildProtocol(self, address):
        return self.build()

    def clientConnectionFailed(self, connector, reason):
        reactor.callWhenRunning(sys.exit, str(reason))


class PoetryProtocol(protocol.Protocol):
    def __init__(self, counted):
        self.counted, self.poem, self.reads = counted, b"", 0

    def dataReceived(self, data):
        self.poem += data
        self.reads += 1

    def connectionLost(self, reason):
        if self.counted.done(self.poem, self.reads):
            reactor.stop()


def poems(words):
    counted = counts.Poems(words)
    factory = Factory(lambda: PoetryProtocol(counted))

    def start():
        counted.span.start()
        for _ in range(counted.count):
            reactor.connectTCP(counted.host, counted.port, factory)

    reactor.callWhenRunning(start)
    reactor.run()
    counted.report()


class SagaProtocol(protocol.Protocol):
    def __init__(self, counted, kept):
        self.counted, self.kept, self.parts = counted, kept, []

    def dataReceived(self, data):
        self.counted.bytes += len(data)
        self.counted.reads += 1
        if self.counted.keep:
            self.parts.append(data)

    def connectionLost(self, reason):
        if self.counted.keep:
            self.kept.append(b"".join(self.parts))
            self.parts = None
        if self.counted.done():
            reactor.stop()


def saga(words):
    counted, kept = counts.Saga(words), []
    factory = Factory(lambda: SagaProtocol(counted, kept))

    def start():
        counted.span.start()
        for port in counted.ports:
            reactor.connectTCP(counted.host, port, factory)

    reactor.callWhenRunning(start)
    reactor.run()
    counted.report(kept)


class Echo(protocol.Protocol):
    def __init__(self, counted):
        self.counted = counted

    def dataReceived(self, data):
        self.counted.bytes += len(data)
        self.transport.write(data)

    def connectionLost(self, reason):
        if self.counted.gone():
            reactor.stop()


class Ping(protocol.Protocol):
    received = answers = 0

    def __init__(self, counted, connections):
        self.counted, self.connections = counted, connections

    def connectionMade(self):
        self.connections.append(self)
        if self.counted.connected():
            for connection in self.connections:
                connection.transport.write(self.counted.message)

    def dataReceived(self, data):
        self.received += len(data)
        if self.received < counts.PING_SIZE:
            return
        self.received = 0
        self.answers += 1
        if self.counted.again(self.answers):
            self.transport.write(self.counted.message)
        else:
            self.transport.loseConnection()

    def connectionLost(self, reason):
        self.connections.remove(self)
        if not self.connections:
            reactor.stop()


def serve(count):
    counted = counts.PongServer(int(count))
    port = reactor.listenTCP(0, Factory(lambda: Echo(counted)), backlog=4096,
                             interface="127.0.0.1")
    counted.serving(port.getHost().port)
    reactor.run()
    counted.report()


def pingpong(words):
    if words[0] == "server":
        serve(words[1])
    counted, connections = counts.PingClient(words[1:]), []
    factory = Factory(lambda: Ping(counted, connections))
    for _ in range(counted.count):
        reactor.connectTCP(counted.host, counted.port, factory)
    reactor.run()
    counted.report()


def startup(words):
    reactor.callWhenRunning(reactor.stop)
    reactor.run()


WORKLOADS = {"ring": ring, "timers": timers, "poems": poems, "saga": saga,
             "pingpong": pingpong, "startup": startup}

if __name__ == "__main__":
    WORKLOADS[sys.argv[1]](sys.argv[2:])
