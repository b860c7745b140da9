// Where the traced program's calls are noted: a mapped file, see format.h.
//
// Anything here may be called by any thread and in a signal handler, whatever
// the thread was just doing: there are no locks, and nothing is allocated.
#pragma once

#include <cerrno>
#include <cstdint>

#include "compare/trace/format.h"

namespace tracer {

using poetry_compare::Call;
using poetry_compare::Record;

// In ns on CLOCK_MONOTONIC.
std::int64_t now();

// Whether anything is to be noted at all.
bool is_tracing();

// Whether this is a child of vfork() that still runs in its parent's memory:
// what it does to its descriptors is not done to ours.
bool is_guest();

// About a descriptor, -1 for none; what came of the call is to be filled in.
inline Record about(Call call,
                    int fd,
                    std::uint16_t local = 0,
                    std::uint16_t peer = 0) {
  Record record{};
  record.call = call;
  record.fd = fd;
  record.queued = -1;
  record.local = local;
  record.peer = peer;
  return record;
}

// Sets the thread, and keeps a copy. Where there is no room the record is lost,
// and counted.
void note(Record& record);

// Calls real(), and notes what came of it in the record.
template <typename Real>
auto timed(Record& record, Real real) {
  record.time = now();
  const auto result = real();
  record.duration = now() - record.time;
  record.result = result;
  record.error = result < 0 ? errno : 0;
  return result;
}

}  // namespace tracer
