// From traces to a picture: what did the client wait for, and what lay unread?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compare/measure/model.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// The port of a poem's server, and what the poem should be.
struct Source {
  std::uint16_t port = 0;
  std::optional<std::size_t> bytes;
  std::optional<std::uint64_t> checksum;  // see Checksum
};

// The servers' traces may be of several runs, in any order, or missing. The
// client's has pid 0 if the client was not traced.
Picture measure(const Trace& client,
                const std::vector<Trace>& servers,
                const std::vector<Source>& sources,
                const Span& span);

}  // namespace poetry_compare
