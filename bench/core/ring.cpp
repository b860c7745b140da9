// The ring on our reactor: a ReadDescriptor for each pair.
#include "common/ring.h"

#include "reactor/reactor.h"

namespace {

class Node final : public reactor::ReadDescriptor {
 public:
  Node(bench::Ring& ring, std::size_t i, reactor::Reactor& reactor)
      : ring_(ring),
        i_(i),
        fd_(ring.fd(i)),
        reactor_(reactor) {}

  int fileno() const override { return fd_; }
  std::error_code do_read() override {
    if (ring_.readable(i_)) reactor_.stop();
    return {};
  }
  void connection_lost(std::error_code) override {}

 private:
  bench::Ring& ring_;
  std::size_t i_;
  int fd_;
  reactor::Reactor& reactor_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Ring ring(argc, argv);
  reactor::Reactor reactor;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    reactor.add_reader(std::make_shared<Node>(ring, i, reactor));
  }
  ring.start();
  reactor.run();
  return ring.report();
}
