// What a hostile peer may be told to do, and what has to come of it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "reactor/interfaces.h"

namespace soak {

enum class Kind {
  complete,  // the whole poem, then the end
  drip,  // the same, byte by byte
  reset,  // a reset after n bytes, for every n in turn
  ended,  // the end, too early; after no byte at all it is a port scan
  silent,  // nothing
  endless,  // more than anybody wants
  refused,  // nobody listens there
  unanswered,  // the queue is full
  talking,  // asks far too much, and then reads
  unread,  // asks, and never reads
};
constexpr std::size_t kinds = 10;

// Whom the peer has before it: a client of ours, a listening port of ours, or
// the slow poetry server.
enum class Victim { client, port, server };

std::string_view name_of(Kind kind);
std::string_view name_of(Victim victim);

// What the n-th peer of a victim is told to do.
Kind kind_of(Victim victim, std::size_t n);

// What the victim has to see of it.
std::string_view outcome_of(Kind kind);

// How many different n there are for Kind::reset and Kind::ended.
std::size_t offsets_of(Victim victim, Kind kind);

// All that is ever sent is this poem, again and again.
std::string_view poem();
std::string many_poems(std::size_t bytes);
// Whether `data` is what comes behind `before` bytes.
bool is_poetry(std::string_view data, std::size_t before);

constexpr std::size_t max_bytes = 65536;  // more is too large
constexpr std::size_t long_answer = 262144;  // more than a socket keeps

// How long a victim has patience with such a peer: too short for one, or for
// ever.
reactor::Clock::duration patience_for(Kind kind);

// What a victim has seen. Victims of one kind are counted together.
using Tally = std::map<std::string, std::size_t>;

// "client: reset"; what it saw is told only if it should not have been, or was
// to be at one of many places.
std::string row_of(Victim victim, Kind kind);
std::string seen_by(Victim victim,
                    Kind kind,
                    std::error_code reason,
                    std::size_t bytes,
                    bool right_bytes);

// What there should be after peers number `from` to `to` of that victim.
Tally expected(Victim victim, std::size_t from, std::size_t to);

}  // namespace soak
