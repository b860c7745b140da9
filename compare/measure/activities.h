// The activity of a thread while it is in no wait.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

enum class Activity {
  computing,  // or it had no processor; or the trace does not tell
  asleep,  // or it waited for something that is not one of its sockets
  polling,  // it asked again and again whether there are bytes
};

// A time in which the thread was in no wait.
struct Away {
  double begin = 0;
  double end = 0;
  Activity activity = Activity::computing;

  double duration() const { return end - begin; }
};

// From the first call of the thread to its last one, in the order of time. The
// trace has the processor time every 10 ms or less often: in between, the
// activity that takes most of the time counts for all of it.
std::vector<Away> find_activities(const Picture& picture, std::size_t thread);

// The time between two moments that a thread spent in this way, in seconds.
double sum_of(const std::vector<Away>& activities,
              Activity activity,
              double begin,
              double end);

}  // namespace poetry_compare
