#include "soak/kinds.h"

#include <array>

namespace soak {
namespace {

struct Row {
  std::string_view name;
  std::string_view outcome;
  std::array<std::size_t, 4> shares;  // of a thousand, for each subject
};

constexpr std::array<Row, kinds> rows{{
    {"complete", "complete", {400, 449, 700, 700}},
    {"byte by byte", "complete", {60, 50, 0, 0}},
    {"reset", "reset", {200, 250, 150, 150}},
    {"ended early", "ended", {150, 200, 100, 100}},
    {"silent", "timed out", {20, 20, 0, 0}},
    {"endless", "too large", {20, 20, 0, 0}},
    {"refused", "refused", {140, 0, 0, 0}},
    {"not answered", "timed out", {10, 0, 0, 0}},
    {"talking", "complete", {0, 10, 49, 49}},
    {"never reading", "timed out", {0, 1, 1, 1}},
}};

const Row& row(Kind kind) {
  return rows[static_cast<std::size_t>(kind)];
}

std::size_t share(Subject subject, std::size_t kind) {
  return rows[kind].shares[static_cast<std::size_t>(subject)];
}

std::string outcome_of(std::error_code reason, std::size_t bytes) {
  using reactor::Error;
  if (reason == Error::connection_done) {
    return bytes < poem().size() ? "ended" : "complete";
  }
  if (reason == std::errc::connection_reset) return "reset";
  if (reason == std::errc::timed_out) return "timed out";
  if (reason == std::errc::message_size) return "too large";
  if (reason == std::errc::connection_refused) return "refused";
  return reason.message();
}

}  // namespace

std::string_view name_of(Kind kind) {
  return row(kind).name;
}

std::string_view name_of(Subject subject) {
  constexpr std::array names{"client", "port", "blocking server",
                             "reactor server"};
  return names[static_cast<std::size_t>(subject)];
}

// Each thousand has every kind in its share, well mixed, because 389 and 1000
// have no common divisor.
Kind kind_of(Subject subject, std::size_t n) {
  std::size_t place = n * 389 % 1000;
  std::size_t kind = 0;
  while (place >= share(subject, kind)) {
    place -= share(subject, kind++);
  }
  return static_cast<Kind>(kind);
}

std::string_view outcome_of(Kind kind) {
  return row(kind).outcome;
}

// A client may lose its connection after the last byte, too. A port has
// answered by then.
std::size_t offsets_of(Subject subject, Kind kind) {
  const bool last = kind == Kind::reset && subject == Subject::client;
  return poem().size() + (last ? 1 : 0);
}

std::string_view poem() {
  return "A million came to hear me speak;\n"
         "some hung up first, and some were meek,\n"
         "and one said nothing all the week.\n";
}

std::string many_poems(std::size_t bytes) {
  std::string poems;
  while (poems.size() < bytes) {
    poems += poem();
  }
  poems.resize(bytes);
  return poems;
}

bool is_poetry(std::string_view data, std::size_t before) {
  static const std::string poems = many_poems(max_bytes + poem().size());
  while (!data.empty()) {
    const auto part = data.substr(0, max_bytes);
    if (!std::string_view(poems)
             .substr(before % poem().size())
             .starts_with(part)) {
      return false;
    }
    before += part.size();
    data.remove_prefix(part.size());
  }
  return true;
}

reactor::Clock::duration timeout_for(Kind kind) {
  if (outcome_of(kind) == "timed out") return std::chrono::milliseconds(200);
  return std::chrono::minutes(2);
}

std::string row_of(Subject subject, Kind kind) {
  return std::string(name_of(subject)) + ": " + std::string(name_of(kind));
}

std::string seen_by(Subject subject,
                    Kind kind,
                    std::error_code reason,
                    std::size_t bytes,
                    bool right_bytes) {
  const std::string seen =
      right_bytes ? outcome_of(reason, bytes) : "wrong bytes";
  std::string line = row_of(subject, kind);
  if (seen != outcome_of(kind)) return line + ", but " + seen;
  if (kind == Kind::reset || kind == Kind::ended) {
    line += " after " + std::to_string(bytes);
  }
  return line;
}

Counts expected(Subject subject, std::size_t from, std::size_t to) {
  Counts counts;
  std::array<std::size_t, kinds> turns{};
  // The peers of a server break off wherever they are.
  const bool is_counting =
      subject == Subject::client || subject == Subject::port;
  for (std::size_t n = from; n < to; ++n) {
    const Kind kind = kind_of(subject, n);
    std::string line = row_of(subject, kind);
    if (is_counting && (kind == Kind::reset || kind == Kind::ended)) {
      std::size_t& turn = turns[static_cast<std::size_t>(kind)];
      line += " after " + std::to_string(turn++ % offsets_of(subject, kind));
    }
    ++counts[line];
  }
  return counts;
}

}  // namespace soak
