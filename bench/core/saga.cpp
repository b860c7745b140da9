// The sagas on our reactor: a kept saga is received where it stays.
//
// That place grows by realloc(3), which at these sizes moves pages, not bytes.
#include "common/saga.h"

#include <cstdlib>
#include <memory>
#include <utility>

#include "reactor/reactor.h"

namespace {

constexpr std::size_t at_once = 256 * 1024;

class Poem {
 public:
  Poem() = default;
  Poem(Poem&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        room_(std::exchange(other.room_, 0)) {}
  Poem& operator=(Poem&&) = delete;
  ~Poem() { std::free(data_); }

  std::span<char> end() {
    if (room_ - size_ < at_once) grow();
    return {data_ + size_, at_once};
  }
  void add(std::size_t size) { size_ += size; }
  std::string_view text() const { return {data_, size_}; }

 private:
  void grow() {
    room_ = room_ == 0 ? 2 * at_once : 2 * room_;
    void* moved = std::realloc(data_, room_);
    if (!moved) bench::fail_last("realloc");
    data_ = static_cast<char*>(moved);
  }

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

struct Sagas {
  bench::Saga& saga;
  reactor::Reactor& reactor;
  std::vector<Poem> kept;
};

class SagaProtocol final : public reactor::Protocol {
 public:
  explicit SagaProtocol(Sagas& sagas)
      : sagas_(sagas) {}

  std::span<char> get_buffer() override {
    if (!sagas_.saga.keep()) return {};
    return poem_.end();
  }
  void data_received(std::string_view data) override {
    sagas_.saga.got(data.size());
    if (sagas_.saga.keep()) poem_.add(data.size());
  }
  void connection_lost(std::error_code reason) override {
    if (reason != reactor::Error::connection_done) {
      bench::fail(reason.message());
    }
    sagas_.kept.push_back(std::move(poem_));
    if (sagas_.saga.done()) sagas_.reactor.stop();
  }

 private:
  Sagas& sagas_;
  Poem poem_;
};

class SagaFactory final : public reactor::ClientFactory {
 public:
  explicit SagaFactory(Sagas& sagas)
      : sagas_(sagas) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address&) override {
    return std::make_unique<SagaProtocol>(sagas_);
  }
  void client_connection_failed(reactor::Connector&,
                                std::error_code reason) override {
    bench::fail(reason.message());
  }

 private:
  Sagas& sagas_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Saga saga(argc, argv);
  reactor::Reactor reactor;
  Sagas sagas{saga, reactor, {}};
  const auto factory = std::make_shared<SagaFactory>(sagas);
  saga.start();
  for (const int port : saga.ports()) {
    reactor.connect_tcp(saga.host(), static_cast<std::uint16_t>(port), factory);
  }
  reactor.run();
  if (saga.keep()) {
    for (const Poem& poem : sagas.kept) saga.check(poem.text());
  }
  return saga.report();
}
