#include "coroutine/stream.h"

#include <utility>

namespace reactor {

// The owners are on the left:
//
//   reactor -> TcpConnection -> Receiver -> StreamState
//                            -> TcpConnector -> StreamState, as the factory
//   coroutine -> Stream -> StreamState
//
// A StreamState knows its connector and its connection, and owns neither.
class StreamState final : public ClientFactory,
                          public Producer,
                          public std::enable_shared_from_this<StreamState> {
 public:
  enum class Wait { nothing, connection, data, room };

  // --- For the awaitables ---

  void wait(Wait what, std::coroutine_handle<> waiter) {
    wait_ = what;
    waiter_ = waiter;
    if (what != Wait::data || !is_paused_) return;
    is_paused_ = false;
    transport_->resume_producing();
  }

  // The coroutine is destroyed while it waits, or has gone on.
  void forget(Wait what) {
    if (wait_ != what) return;
    wait_ = Wait::nothing;
    waiter_ = nullptr;
  }

  void connect(ReactorTcp& tcp, const net::Address& address, Duration timeout) {
    connector_ = tcp.connect_tcp(address.host, address.port, shared_from_this(),
                                 timeout);
  }

  void cancel() {
    if (const auto connector = connector_.lock()) connector->disconnect();
  }

  void close() {
    if (!transport_) return;
    transport_->unregister_producer();
    transport_->lose_connection();
  }

  Transport* transport() const { return transport_; }
  bool is_full() const { return is_full_; }
  std::string_view bytes() const { return bytes_; }
  std::error_code reason() const { return reason_; }

  // --- For the connection ---

  std::unique_ptr<Protocol> build_protocol(const net::Address&) override;

  void client_connection_failed(Connector&, std::error_code reason) override {
    lost(reason);
  }

  void made(Transport& transport) {
    transport_ = &transport;
    transport.register_producer(shared_from_this(), true);
    resume();
    pause_unless_reading();
  }

  void received(std::string_view data) {
    bytes_ = data;
    resume();
    bytes_ = {};
    pause_unless_reading();
  }

  void lost(std::error_code reason) {
    transport_ = nullptr;
    reason_ = reason;
    resume();
  }

  void pause_producing() override { is_full_ = true; }
  void resume_producing() override {
    is_full_ = false;
    if (wait_ == Wait::room) resume();
  }
  void stop_producing() override {}

 private:
  void resume() {
    wait_ = Wait::nothing;
    if (const auto waiter = std::exchange(waiter_, nullptr)) waiter.resume();
  }

  void pause_unless_reading() {
    if (!transport_ || is_paused_ || wait_ == Wait::data) return;
    is_paused_ = true;
    transport_->pause_producing();
  }

  Wait wait_ = Wait::nothing;
  std::coroutine_handle<> waiter_;
  std::weak_ptr<Connector> connector_;
  Transport* transport_ = nullptr;  // null when there is no connection
  std::string_view bytes_;  // for the coroutine that is being resumed
  std::error_code reason_;  // why there is no connection
  bool is_full_ = false;
  bool is_paused_ = false;
};

namespace {

using Wait = StreamState::Wait;

class Receiver final : public Protocol {
 public:
  explicit Receiver(std::shared_ptr<StreamState> state)
      : state_(std::move(state)) {}

  void connection_made() override { state_->made(transport()); }
  void data_received(std::string_view data) override { state_->received(data); }
  void connection_lost(std::error_code reason) override {
    state_->lost(reason);
  }

 private:
  const std::shared_ptr<StreamState> state_;
};

}  // namespace

std::unique_ptr<Protocol> StreamState::build_protocol(const net::Address&) {
  return std::make_unique<Receiver>(shared_from_this());
}

// --- Stream ------------------------------------------------------------------

Stream::Stream(std::shared_ptr<StreamState> state)
    : state_(std::move(state)) {}

Stream::~Stream() {
  if (state_) state_->close();
}

Stream::Read Stream::read() const {
  return Read(*state_);
}

Stream::Write Stream::write(std::string_view data) const {
  return Write(*state_, data);
}

void Stream::abort(std::error_code reason) const {
  if (state_->transport()) state_->transport()->abort_connection(reason);
}

// --- read() ------------------------------------------------------------------

Stream::Read::~Read() {
  state_.forget(Wait::data);
}

bool Stream::Read::await_ready() const {
  return !state_.transport();
}

void Stream::Read::await_suspend(std::coroutine_handle<> waiter) {
  state_.wait(Wait::data, waiter);
}

std::string_view Stream::Read::await_resume() const {
  if (state_.transport() || state_.reason() == Error::connection_done) {
    return state_.bytes();
  }
  throw std::system_error(state_.reason());
}

// --- write() -----------------------------------------------------------------

Stream::Write::Write(StreamState& state, std::string_view data)
    : state_(state) {
  if (state_.transport()) state_.transport()->write(data);
}

Stream::Write::~Write() {
  state_.forget(Wait::room);
}

bool Stream::Write::await_ready() const {
  return !state_.transport() || !state_.is_full();
}

void Stream::Write::await_suspend(std::coroutine_handle<> waiter) {
  state_.wait(Wait::room, waiter);
}

void Stream::Write::await_resume() const {
  if (!state_.transport()) throw std::system_error(state_.reason());
}

// --- connect() ---------------------------------------------------------------

Connect::Connect(ReactorTcp& tcp, net::Address address, Duration timeout)
    : tcp_(tcp),
      address_(std::move(address)),
      timeout_(timeout),
      state_(std::make_shared<StreamState>()) {}

Connect::~Connect() {
  if (!state_) return;  // it has become a Stream
  state_->forget(Wait::connection);
  state_->cancel();
}

void Connect::await_suspend(std::coroutine_handle<> waiter) {
  state_->connect(tcp_, address_, timeout_);
  state_->wait(Wait::connection, waiter);
}

Stream Connect::await_resume() {
  if (!state_->transport()) throw std::system_error(state_->reason());
  return Stream(std::exchange(state_, nullptr));
}

Connect connect(ReactorTcp& tcp,
                const net::Address& address,
                Duration timeout) {
  return {tcp, address, timeout};
}

}  // namespace reactor
