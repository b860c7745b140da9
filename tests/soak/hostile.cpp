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

// What peers and guests have in common: they take things step by step, and have
// one end.
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
    on_end_(right_ && fared_as_told(reason)
                ? ""
                : std::string(name_of(kind_)) + " peer: " + reason.message() +
                      " after " + std::to_string(received_) + " bytes");
  }

 protected:
  // Calls step() in a while, again and again, until it says that it is done.
  void step_by_step(reactor::Clock::duration pause) {
    next_ = reactor_.call_later(pause, [this, pause] {
      if (step()) step_by_step(pause);
    });
  }

  virtual bool step() = 0;
  virtual bool is_right(std::string_view data) const = 0;
  virtual bool fared_as_told(std::error_code reason) const = 0;

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
       Victim victim,
       std::size_t offset,
       OnEnd on_end)
      : Hostile(reactor, kind, std::move(on_end)),
        victim_(victim),
        offset_(offset) {}

  void connection_made() override {
    switch (kind_) {
      case Kind::complete:
        transport().write(poem());
        said_all();
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
  void said_all() {
    if (victim_ == Victim::client) transport().lose_connection();
  }

  bool step() override {
    static const std::string chunk = many_poems(poem().size() * 150);
    if (kind_ == Kind::drip) {
      transport().write(poem().substr(sent_++, 1));
      if (sent_ < poem().size()) return true;
      said_all();
      return false;
    }
    // Who never reads does not learn of the end unless it writes.
    transport().write(kind_ == Kind::endless
                          ? chunk
                          : poem().substr(sent_++ % poem().size(), 1));
    return true;
  }

  bool is_right(std::string_view data) const override {
    return is_poetry(data, received_);
  }

  bool fared_as_told(std::error_code reason) const override {
    const bool answered =
        victim_ == Victim::client || received_ == poem().size();
    switch (kind_) {
      case Kind::complete:
      case Kind::drip:
        return answered && reason == Error::connection_done;
      case Kind::talking:
        return answered;  // what nobody read may have become a reset
      case Kind::reset:
        return reason == Error::connection_aborted;
      case Kind::ended:
        return reason == Error::connection_done;
      default:
        return is_gone(reason);
    }
  }

  const Victim victim_;
  const std::size_t offset_;
  std::size_t sent_ = 0;
};

// --- A guest of the slow poetry server ---------------------------------------

class Guest final : public Hostile {
 public:
  Guest(reactor::Reactor& reactor,
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

  bool fared_as_told(std::error_code reason) const override {
    if (kind_ == Kind::reset) return reason == Error::connection_aborted;
    if (kind_ == Kind::unread) return is_gone(reason);
    if (kind_ == Kind::ended) return reason == Error::connection_done;
    // Who has talked to the end may be reset, but not before it has everything.
    return received_ == poetry_.size() &&
           (kind_ == Kind::talking || reason == Error::connection_done);
  }

  const std::string& poetry_;
};

}  // namespace

std::unique_ptr<reactor::Protocol> make_peer(reactor::Reactor& reactor,
                                             Kind kind,
                                             Victim victim,
                                             std::size_t offset,
                                             OnEnd on_end) {
  return std::make_unique<Peer>(reactor, kind, victim, offset,
                                std::move(on_end));
}

std::unique_ptr<reactor::Protocol> make_guest(reactor::Reactor& reactor,
                                              Kind kind,
                                              const std::string& poetry,
                                              OnEnd on_end) {
  return std::make_unique<Guest>(reactor, kind, poetry, std::move(on_end));
}

}  // namespace soak
