#include "support/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace rig {

// --- Sockets -----------------------------------------------------------------

net::Socket bound(const net::Address& address) {
  net::Socket sock(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  EXPECT_EQ(::inet_pton(AF_INET, address.host.c_str(), &name.sin_addr), 1);
  name.sin_port = htons(address.port);
  EXPECT_EQ(
      ::bind(sock.fd(), reinterpret_cast<const sockaddr*>(&name), sizeof name),
      0);
  return sock;
}

namespace {

// Bound and never listened on, so that no other program gets its port.
const net::Socket taken = bound();

}  // namespace

net::Address closed_address() {
  return net::local_address(taken);
}

FullQueue::FullQueue(const net::Address& wanted)
    : listener(bound(wanted)),
      address(net::local_address(listener)) {
  EXPECT_EQ(::listen(listener.fd(), 0), 0);
  first = net::connect(address);
}

net::Socket accept(const net::Socket& listener) {
  net::Socket sock(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_GE(sock.fd(), 0);
  return sock;
}

std::string receive(const net::Socket& sock, std::size_t size) {
  std::string data(size, '\0');
  const ssize_t n = ::recv(sock.fd(), data.data(), size, MSG_WAITALL);
  data.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return data;
}

Received receive_all(const net::Socket& sock) {
  Received rest;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::recv(sock.fd(), buffer, sizeof buffer, 0);
    if (n < 0) rest.error = net::last_error();
    if (n <= 0) return rest;
    rest.data.append(buffer, static_cast<std::size_t>(n));
  }
}

void make_buffers_small(int fd) {
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &one, sizeof one);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof one);
}

ScarceDescriptors::ScarceDescriptors() {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  if (max_descriptors == unlimited) return;
  const rlimit few{static_cast<rlim_t>(max_descriptors), before_.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &few);
}

ScarceDescriptors::~ScarceDescriptors() {
  const int error = errno;
  ::setrlimit(RLIMIT_NOFILE, &before_);
  errno = error;
}

// --- A reactor that runs in steps --------------------------------------------

SteppedReactor::SteppedReactor(std::unique_ptr<reactor::Poller> poller)
    : reactor(std::make_unique<CountingPoller>(std::move(poller), stats),
              clock) {}

void SteppedReactor::when(std::function<bool()> ready,
                          std::function<void()> then) {
  steps_.push_back({std::move(ready), std::move(then)});
}

void SteppedReactor::after(int iterations, std::function<void()> then) {
  when([iterations]() mutable { return iterations-- == 0; }, std::move(then));
}

void SteppedReactor::run() {
  deadline_ = std::chrono::steady_clock::now() + 15s;
  reactor.call_later(0s, [this] { step(); });
  reactor.run();
}

// A call that is due in each iteration keeps the reactor from waiting.
void SteppedReactor::step() {
  if (!reactor.running()) return;
  const bool late = std::chrono::steady_clock::now() > deadline_;
  if (late) ADD_FAILURE() << steps_.size() << " steps before the end";
  if (!late && !steps_.empty() && steps_.front().ready()) {
    const auto then = std::move(steps_.front().then);
    steps_.pop_front();
    then();
  }
  if (!reactor.running()) return;
  if (late || steps_.empty()) {
    reactor.stop();
  } else {
    reactor.call_later(0s, [this] { step(); });
  }
}

// --- Observers ---------------------------------------------------------------

// The protocol, which reports each callback to its record.
class RecordingProtocol final : public reactor::Protocol {
 public:
  explicit RecordingProtocol(std::shared_ptr<ProtocolRecord> record)
      : record_(std::move(record)) {}

  ~RecordingProtocol() override {
    using Stage = ProtocolRecord::Stage;
    record_->transport_ = nullptr;
    record_->note("gone", made_ ? Stage::lost : Stage::built, Stage::gone,
                  [](ProtocolRecord&) {});
  }

  void connection_made() override {
    made_ = true;
    record_->transport_ = &transport();
    record_->note("made", ProtocolRecord::Stage::built,
                  ProtocolRecord::Stage::made, record_->on_made);
  }

  void data_received(std::string_view data) override {
    EXPECT_FALSE(data.empty());
    EXPECT_FALSE(record_->ending_) << "data after the connection was given up";
    EXPECT_FALSE(record_->paused_) << "data while paused";
    if (record_->keeps_data) record_->data += data;
    record_->received += data.size();
    ++record_->pieces;
    record_->note(nullptr, ProtocolRecord::Stage::made,
                  ProtocolRecord::Stage::made, record_->on_data);
  }

  void connection_lost(std::error_code reason) override {
    EXPECT_TRUE(reason);
    record_->reason = reason;
    record_->note("lost", ProtocolRecord::Stage::made,
                  ProtocolRecord::Stage::lost, record_->on_lost);
  }

 private:
  const std::shared_ptr<ProtocolRecord> record_;
  bool made_ = false;
};

ProtocolRecord::ProtocolRecord(std::shared_ptr<Lines> lines)
    : lines_(std::move(lines)) {
  lines_->push_back("built");
}

int ProtocolRecord::fd() const {
  return dynamic_cast<reactor::FileDescriptor&>(*transport_).fileno();
}

void ProtocolRecord::note(const char* what,
                          Stage from,
                          Stage to,
                          const Hook& hook) {
  EXPECT_EQ(stage_, from) << (what ? what : "data") << " in the wrong order";
  EXPECT_EQ(busy_, 0) << (what ? what : "data") << " from within";
  stage_ = to;
  if (what) lines_->push_back(what);
  struct Busy {
    explicit Busy(int& c)
        : count(c) {
      ++count;
    }
    ~Busy() { --count; }
    int& count;
  } busy(busy_);
  hook(*this);
}

template <typename Call>
void ProtocolRecord::without_callbacks(Call call) {
  if (!transport_) return;
  ++busy_;
  call(*transport_);
  --busy_;
}

void ProtocolRecord::write(std::string_view what) {
  if (is_open() && !ending_) written += what.size();
  without_callbacks([&](auto& transport) { transport.write(what); });
}

void ProtocolRecord::lose() {
  ending_ = true;
  without_callbacks([](auto& transport) { transport.lose_connection(); });
}

void ProtocolRecord::abort(std::error_code why) {
  ending_ = true;
  without_callbacks([&](auto& transport) { transport.abort_connection(why); });
}

void ProtocolRecord::pause() {
  paused_ = true;
  without_callbacks([](auto& transport) { transport.pause_producing(); });
}

void ProtocolRecord::resume() {
  paused_ = false;
  without_callbacks([](auto& transport) { transport.resume_producing(); });
}

std::unique_ptr<reactor::Protocol> RecordingFactory::build(
    const net::Address& address) {
  EXPECT_GT(factory_starts, 0);
  addresses.push_back(address);
  on_build();
  if (refuses) return nullptr;
  const auto record = std::make_shared<ProtocolRecord>(lines);
  records.push_back(record);
  prepare(*record);
  return std::make_unique<RecordingProtocol>(record);
}

std::size_t RecordingFactory::still_open() const {
  std::size_t count = 0;
  for (const auto& record : records) {
    if (!record->lost()) ++count;
  }
  return count;
}

void Client::told(const char* what, reactor::Connector& by) {
  EXPECT_TRUE(is_in_use()) << what << " without start_factory()";
  EXPECT_TRUE(!connector || connector == &by) << "another connector";
  connector = &by;
  lines->push_back(what);
}

void Client::started_connecting(reactor::Connector& by) {
  EXPECT_LE(starts, outcomes()) << "started while another attempt goes on";
  ++starts;
  told("started", by);
  on_started(by);
}

void Client::client_connection_failed(reactor::Connector& by,
                                      std::error_code why) {
  EXPECT_TRUE(why);
  EXPECT_TRUE(empty() || !last().is_open()) << "failed, but there it is";
  ++failures;
  reason = why;
  told("failed", by);
  on_failed(by);
}

void Client::client_connection_lost(reactor::Connector& by,
                                    std::error_code why) {
  EXPECT_TRUE(why);
  EXPECT_TRUE(lost()) << "the factory was told before the protocol";
  EXPECT_EQ(why, last().reason);
  ++losses;
  reason = why;
  told("client lost", by);
  on_lost(by);
}

std::string pattern(std::size_t from, std::size_t size) {
  std::string data(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t at = from + i;
    data[i] = static_cast<char>((at * 31 + (at >> 8) * 7 + (at >> 16)) & 0xff);
  }
  return data;
}

}  // namespace rig
