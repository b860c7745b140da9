// The settings of a comparison, and the poems.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace poetry_compare {

// The same for all variants.
struct Settings {
  double delay = 0;  // of the servers after each chunk; 0: not known
  std::size_t repeat = 1;  // how often each server sends its poem
  std::optional<int> rcvbuf;  // of the clients, in bytes; none: the system's
  std::optional<int> sndbuf;  // of the servers, likewise
  std::size_t runs = 1;  // of each variant
  std::size_t warmup = 0;  // runs before them, which do not count
  std::string reference = "blocking";  // the variant to compare with
  std::string reactor;  // of the clients that have one; empty: their default
  std::string server;  // "blocking" or "reactor"; empty: not known
  std::string version;  // of poetry-compare
  std::string host;  // "pinguin, Linux 6.1.0 x86_64, 4 CPUs"
  std::string date;  // "2024-05-01 12:00 UTC"
  std::string command;  // repeats this comparison
};

// A poem and the server that serves it.
struct Poem {
  std::string name;  // "ecstasy.txt"; an address if the poem is not known
  std::uint16_t port = 0;
  std::optional<std::size_t> bytes;  // as a client gets it: repeated
  std::size_t num_bytes = 0;  // in a chunk; 0: not known
};

}  // namespace poetry_compare
