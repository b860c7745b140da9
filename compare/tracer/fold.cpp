#include "compare/tracer/fold.h"

#include <array>
#include <cstddef>

namespace tracer {
namespace {

constexpr std::int64_t most_gap = 1'000'000;  // between two repetitions, in ns
constexpr std::int64_t most_time = 10'000'000;  // of all in one record

// The records of a thread that can still be repeated: those with the newest
// generation. A call with an effect begins the next generation.
struct Memory {
  int pid;  // a child inherits the memory of its parent
  std::uint32_t generation;
  std::array<Record*, 64> slots;
  std::array<std::uint32_t, 64> generations;
};

thread_local Memory memory{};

bool is_wait(Call call) {
  switch (call) {
    case Call::epoll_pwait:
    case Call::epoll_pwait2:
    case Call::epoll_wait:
    case Call::poll:
    case Call::ppoll:
    case Call::pselect:
    case Call::select:
      return true;
    default:
      return false;
  }
}

bool has_effect(const Record& record) {
  if (record.duration > most_gap) return true;
  if (is_wait(record.call) || record.call == Call::peek) return false;
  return record.error != EAGAIN && record.error != EALREADY &&
         record.error != EINPROGRESS;
}

std::size_t place_of(const Record& record) {
  const auto call = static_cast<std::size_t>(record.call);
  return (static_cast<std::size_t>(record.fd + 1) + 11 * call) % 64;
}

bool is_same(const Record& one, const Record& other) {
  return one.call == other.call && one.site == other.site &&
         one.fd == other.fd && one.result == other.result &&
         one.error == other.error && one.queued == other.queued &&
         one.set == other.set && one.local == other.local &&
         one.peer == other.peer;
}

bool is_near(const Record& earlier, const Record& record) {
  return record.time - (earlier.time + earlier.duration) < most_gap &&
         record.time + record.duration - earlier.time < most_time;
}

}  // namespace

bool fold(const Record& record, int pid) {
  // A record with the processor time is kept.
  if (has_effect(record) || (record.flags & poetry_compare::flag_cpu)) {
    return false;
  }
  const auto place = place_of(record);
  if (memory.generations[place] != memory.generation) return false;
  Record* const earlier = memory.slots[place];
  if (!earlier || memory.pid != pid) return false;
  if (!is_same(*earlier, record) || !is_near(*earlier, record)) return false;
  earlier->duration = record.time + record.duration - earlier->time;
  ++earlier->repeats;
  return true;
}

void remember(Record& slot, int pid) {
  if (has_effect(slot)) {
    ++memory.generation;
    return;
  }
  if (memory.pid != pid) ++memory.generation;
  memory.pid = pid;
  const auto place = place_of(slot);
  memory.slots[place] = &slot;
  memory.generations[place] = memory.generation;
}

}  // namespace tracer
