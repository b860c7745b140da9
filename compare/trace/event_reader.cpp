#include "compare/trace/event_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

constexpr std::array<std::string_view, 21> members = {
    "time",        "duration", "pid",    "thread",   "call",   "fd",
    "local",       "peer",     "result", "error",    "queued", "checksum",
    "repeats",     "sockets",  "set",    "received", "cpu",    "delayed",
    "nonblocking", "wait_all", "site"};

template <typename Integer>
bool assign(Integer& member, std::int64_t number) {
  member = static_cast<Integer>(number);
  return std::in_range<Integer>(number);
}

// Is told what there is on a line while it is parsed: a tree of each line would
// take half as long again. The parser goes on as long as true is returned.
class EventHandler final : public nlohmann::json_sax<nlohmann::ordered_json> {
 public:
  explicit EventHandler(Event& event)
      : event_(event) {}

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(std::int64_t number) override { return integer(number); }
  bool number_unsigned(std::uint64_t number) override {
    if (!std::in_range<std::int64_t>(number)) return other();
    return integer(static_cast<std::int64_t>(number));
  }
  bool number_float(double, const std::string&) override { return other(); }
  bool binary(binary_t&) override { return other(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool key(std::string& name) override {
    if (depth_ == 1) key_ = std::move(name);
    return true;
  }
  bool string(std::string& text) override {
    if (depth_ != 1) return depth_ > 1;
    if (key_ == "checksum") return parse_checksum(text, event_.checksum);
    if (key_ == "set") return parse_checksum(text, event_.set);
    if (key_ != "call") return other();
    event_.call = std::move(text);
    return true;
  }
  bool parse_error(std::size_t,
                   const std::string&,
                   const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool integer(std::int64_t number);
  bool detail(std::int64_t number);  // a member since version 2

  // A value of a type that no known member has.
  bool other() const {
    const auto known = std::find(members.begin(), members.end(), key_);
    return depth_ > 1 || (depth_ == 1 && known == members.end());
  }
  // The line itself is an object; anything else within it has no members that
  // are known.
  bool enter() {
    const bool allowed = depth_ == 0 || other();
    ++depth_;
    return allowed;
  }
  bool leave() {
    --depth_;
    return true;
  }

  Event& event_;
  int depth_ = 0;
  std::string key_;
};

bool EventHandler::integer(std::int64_t number) {
  if (depth_ != 1) return depth_ > 1;
  if (key_ == "time") return assign(event_.time, number);
  if (key_ == "duration") return assign(event_.duration, number);
  if (key_ == "pid") return assign(event_.pid, number);
  if (key_ == "thread") return assign(event_.thread, number);
  if (key_ == "fd") return assign(event_.fd, number);
  if (key_ == "local") return assign(event_.local, number);
  if (key_ == "peer") return assign(event_.peer, number);
  if (key_ == "result") return assign(event_.result, number);
  if (key_ == "error") return assign(event_.error, number);
  if (key_ == "queued") return assign(event_.queued, number);
  return detail(number);
}

bool EventHandler::detail(std::int64_t number) {
  if (key_ == "repeats") return assign(event_.repeats, number);
  if (key_ == "sockets") return assign(event_.sockets, number);
  if (key_ == "received") return assign(event_.received, number);
  if (key_ == "cpu") return assign(event_.cpu, number);
  if (key_ == "delayed") return assign(event_.delayed, number);
  if (key_ == "site") return assign(event_.site, number);
  if (key_ == "nonblocking") event_.nonblocking = number != 0;
  if (key_ == "wait_all") event_.wait_all = number != 0;
  return key_ == "nonblocking" || key_ == "wait_all" || other();
}

}  // namespace

bool read_event(const std::string& line, Event& event) {
  EventHandler handler(event);
  return nlohmann::ordered_json::sax_parse(line, &handler) &&
         !event.call.empty() && event.duration >= 0;
}

}  // namespace poetry_compare
