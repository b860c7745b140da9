// From traces to a picture: whom did the client wait for, and what lay unread?
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compare/measure/model.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// Where a poem is to be had, and what it should be.
struct Source {
  std::uint16_t port = 0;
  std::optional<std::size_t> bytes;
  std::optional<std::uint64_t> checksum;  // see Checksum
};

// The servers' traces may be of several runs, in any order, or none. The
// client's is without a pid if it left none.
Picture measure(const Trace& client,
                const std::vector<Trace>& servers,
                const std::vector<Source>& sources,
                const Span& span);

}  // namespace poetry_compare
