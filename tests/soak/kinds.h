// The kinds of hostile peers, and the outcome that each subject must see.
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
  complete,  // sends the whole poem and closes
  drip,  // the same, byte by byte
  reset,  // resets the connection after n bytes, for every n in turn
  ended,  // closes too early; with no byte at all it is like a port scan
  silent,  // sends nothing
  endless,  // never stops sending
  refused,  // a port on which nothing listens
  unanswered,  // a port whose queue is full
  talking,  // sends far too much, and then reads
  unread,  // sends a request, and never reads
};
constexpr std::size_t kinds = 10;

// The side that is tested: a client of our core, a listening port of our core,
// or one of the two slow poetry servers.
enum class Subject { client, port, blocking_server, reactor_server };

std::string_view name_of(Kind kind);
std::string_view name_of(Subject subject);

// The kind of the n-th peer of a subject.
Kind kind_of(Subject subject, std::size_t n);

// The outcome that the subject must see.
std::string_view outcome_of(Kind kind);

// How many different n there are for Kind::reset and Kind::ended.
std::size_t offsets_of(Subject subject, Kind kind);

// Every peer sends this poem, again and again.
std::string_view poem();
std::string many_poems(std::size_t bytes);
// Whether `data` is the poem after `before` bytes of it.
bool is_poetry(std::string_view data, std::size_t before);

constexpr std::size_t max_bytes = 65536;  // more is too large
constexpr std::size_t long_answer = 262144;  // more than a socket keeps

// How long a subject waits for such a peer: a short time for one that does not
// answer, and long enough for any other.
reactor::Clock::duration timeout_for(Kind kind);

// How often each outcome was seen, by all subjects of one kind.
using Counts = std::map<std::string, std::size_t>;

// "client: reset". seen_by() adds the outcome if it is a wrong one, and the
// number of bytes if peers break off at different places.
std::string row_of(Subject subject, Kind kind);
std::string seen_by(Subject subject,
                    Kind kind,
                    std::error_code reason,
                    std::size_t bytes,
                    bool right_bytes);

// The outcomes to expect of the peers number `from` to `to` of that subject.
Counts expected(Subject subject, std::size_t from, std::size_t to);

}  // namespace soak
