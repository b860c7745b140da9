#include "soak/hostile.h"

#include <utility>

namespace soak {
namespace {

using namespace std::chrono_literals;
using reactor::Error;

bool is_gone(std::error_code reason) {
  return reason == std::errc::connection_reset ||
         reason == std::errc::broken_pipe;
}

// The base of both kinds of peers: steps that a timer drives, and one
// end.
class Hostile : public reactor::Protocol {
 public:
  Hostile(reactor::Reactor& reactor, Kind kind, OnEnd on_end)
      : kind_(kind),
        reactor_(reactor),
        on_end_(std::move(on_end)) {}

  void data_received(std::string_view data) override {
    right_ = right_ && is_right(data);
    received_ += data.size();
  }

  void connection_lost(std::error_code reason) override {
    next_.cancel();
    on_end_(right_ && ended_as_expected(reason)
                ? ""
                : std::string(name_of(kind_)) + " peer: " + reason.message() +
                      " after " + std::to_string(received_) + " bytes");
  }

 protected:
  // Calls step() after each pause until it returns false.
  void step_by_step(reactor::Clock::duration pause) {
    next_ = reactor_.call_later(pause, [this, pause] {
      if (step()) step_by_step(pause);
    });
  }

  virtual bool step() = 0;
  virtual bool is_right(std::string_view data) const = 0;
  virtual bool ended_as_expected(std::error_code reason) const = 0;

  const Kind kind_;
  std::size_t received_ = 0;

 private:
  reactor::Reactor& reactor_;
  const OnEnd on_end_;
  bool right_ = true;
  reactor::DelayedCall next_;
};

// --- A peer of a client or a port --------------------------------------------

class Peer final : public Hostile {
 public:
  Peer(reactor::Reactor& reactor,
       Kind kind,
       Subject subject,
       std::size_t offset,
       OnEnd on_end)
      : Hostile(reactor, kind, std::move(on_end)),
        subject_(subject),
        offset_(offset) {}

  void connection_made() override {
    switch (kind_) {
      case Kind::complete:
        transport().write(poem());
        sent_all();
        break;
      case Kind::reset:
        transport().write(poem().substr(0, offset_));
        transport().abort_connection(Error::connection_aborted);
        break;
      case Kind::ended:
        transport().write(poem().substr(0, offset_));
        transport().lose_connection();
        break;
      case Kind::talking:
        transport().write(many_poems(max_bytes / 2));
        break;
      case Kind::unread:
        transport().write(poem());
        transport().pause_producing();
        step_by_step(100ms);
        break;
      case Kind::drip:
      case Kind::endless:
        step_by_step(0ms);
        break;
      default:
        break;  // silent
    }
  }

 private:
  void sent_all() {
    if (subject_ == Subject::client) transport().lose_connection();
  }

  bool step() override {
    static const std::string chunk = many_poems(poem().size() * 150);
    if (kind_ == Kind::drip) {
      transport().write(poem().substr(sent_++, 1));
      if (sent_ < poem().size()) return true;
      sent_all();
      return false;
    }
    // A peer that never reads sees the end only when it writes.
    transport().write(kind_ == Kind::endless
                          ? chunk
                          : poem().substr(sent_++ % poem().size(), 1));
    return true;
  }

  bool is_right(std::string_view data) const override {
    return is_poetry(data, received_);
  }

  bool ended_as_expected(std::error_code reason) const override {
    const bool answered =
        subject_ == Subject::client || received_ == poem().size();
    switch (kind_) {
      case Kind::complete:
      case Kind::drip:
        return answered && reason == Error::connection_done;
      case Kind::talking:
        return answered;  // unread bytes may turn the end into a reset
      case Kind::reset:
        return reason == Error::connection_aborted;
      case Kind::ended:
        return reason == Error::connection_done;
      default:
        return is_gone(reason);
    }
  }

  const Subject subject_;
  const std::size_t offset_;
  std::size_t sent_ = 0;
};

// --- A client of the slow poetry server --------------------------------------

class ServerClient final : public Hostile {
 public:
  ServerClient(reactor::Reactor& reactor,
               Kind kind,
               const std::string& poetry,
               OnEnd on_end)
      : Hostile(reactor, kind, std::move(on_end)),
        poetry_(poetry) {}

  void connection_made() override {
    if (kind_ == Kind::ended) {
      transport().lose_connection();
    } else if (kind_ == Kind::talking) {
      transport().write(many_poems(4096));
    } else if (kind_ == Kind::unread) {
      transport().pause_producing();
      step_by_step(100ms);
    }
  }

  void data_received(std::string_view data) override {
    Hostile::data_received(data);
    if (kind_ == Kind::reset) {
      transport().abort_connection(Error::connection_aborted);
    }
  }

 private:
  bool step() override {
    transport().write("x");
    return true;
  }

  bool is_right(std::string_view data) const override {
    return std::string_view(poetry_).substr(received_).starts_with(data);
  }

  bool ended_as_expected(std::error_code reason) const override {
    if (kind_ == Kind::reset) return reason == Error::connection_aborted;
    if (kind_ == Kind::unread) return is_gone(reason);
    if (kind_ == Kind::ended) return reason == Error::connection_done;
    // A talking client may be reset, but only after it has the whole poem.
    return received_ == poetry_.size() &&
           (kind_ == Kind::talking || reason == Error::connection_done);
  }

  const std::string& poetry_;
};

}  // namespace

std::unique_ptr<reactor::Protocol> make_peer(reactor::Reactor& reactor,
                                             Kind kind,
                                             Subject subject,
                                             std::size_t offset,
                                             OnEnd on_end) {
  return std::make_unique<Peer>(reactor, kind, subject, offset,
                                std::move(on_end));
}

std::unique_ptr<reactor::Protocol> make_server_client(reactor::Reactor& reactor,
                                                      Kind kind,
                                                      const std::string& poetry,
                                                      OnEnd on_end) {
  return std::make_unique<ServerClient>(reactor, kind, poetry,
                                        std::move(on_end));
}

}  // namespace soak
