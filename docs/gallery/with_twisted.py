"""Gets all poems at once, with Twisted:  with_twisted.py PORT..."""
import sys

from twisted.internet import reactor
from twisted.internet.protocol import ClientFactory, Protocol

sizes = []


class Poem(Protocol):
    def __init__(self):
        self.size = 0

    def dataReceived(self, data):
        self.size += len(data)

    def connectionLost(self, reason):
        sizes.append(self.size)
        if len(sizes) == len(sys.argv) - 1:
            reactor.stop()


factory = ClientFactory.forProtocol(Poem)
for port in sys.argv[1:]:
    reactor.connectTCP("127.0.0.1", int(port), factory)
reactor.run()
print(f"Got {len(sizes)} poems, {sum(sizes)} bytes.")
