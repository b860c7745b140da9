// Records the calls of the traced program in a mapped file, see format.h.
//
// All functions may be called by any thread and in a signal handler, at any
// time: there are no locks, and nothing is allocated.
#pragma once

#include <cerrno>
#include <cstdint>

#include "compare/trace/format.h"
#include "compare/tracer/sites.h"

namespace tracer {

using poetry_compare::block_size;
using poetry_compare::Call;
using poetry_compare::Header;
using poetry_compare::Record;

// In ns on CLOCK_MONOTONIC.
std::int64_t now();

// Whether calls are recorded.
bool is_tracing();

// The header of this process's file; null if there is no file. A child of
// vfork() has that of its parent.
Header* header();

// Whether this is a child of vfork() that still runs in its parent's memory:
// what it does to its descriptors does not concern those of the parent.
bool is_guest();

// A record of a call on a descriptor; fd is -1 if the call has none. The result
// is not yet set.
inline Record about(const CallFrom& from,
                    int fd,
                    std::uint16_t local = 0,
                    std::uint16_t peer = 0) {
  Record record{};
  record.call = from.call;
  record.site = number_of_site(from.returns_to);
  record.fd = fd;
  record.queued = -1;
  record.local = local;
  record.peer = peer;
  return record;
}

// Sets the thread, and copies the record into the file; or counts it as a
// repetition of an earlier one, see fold.h. Without room for it the record is
// lost, and counted.
void note(Record& record);

// Adds the processor time of the thread to the record, unless that was done
// shortly before. Returns the time.
std::int64_t begin(Record& record);

// Calls real(), and sets the times and the result in the record.
template <typename Real>
auto timed(Record& record, Real real) {
  record.time = begin(record);
  const auto result = real();
  record.duration = now() - record.time;
  record.result = static_cast<std::int32_t>(result);
  record.error = static_cast<std::uint16_t>(result < 0 ? errno : 0);
  return result;
}

}  // namespace tracer
