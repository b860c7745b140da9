// Why bytes lay unread, and why a thread did not come back to its wait. Alarm,
// table, sentences, captions and JSON all use this list.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "compare/measure/settings.h"

namespace poetry_compare {

struct Picture;

enum class Cause {
  machine,  // the thread was in a right wait, or had no processor
  stuck,  // it waited for other tasks only
  computing,  // it was away from any wait
  asleep,  // likewise
  away,  // likewise, and the trace does not say what it did
};

// "stuck", for JSON.
std::string_view name_of(Cause cause);

// A time that was lost.
struct Finding {
  double begin = 0;
  double end = 0;
  Cause cause = Cause::machine;  // of most of it; the machine only if the
                                 // client has no part in it
  double blamed = 0;  // the part that is the client's, in seconds
  // Of the task that had to wait, and for stuck of the one that was waited for
  // most. Both are indices into Comparison::poems: tasks differ from run to
  // run.
  std::size_t poem = 0;
  std::size_t other = 0;
  bool only_other = true;  // and no other one
  std::optional<double> delayed = {};  // without a processor, if known

  double duration() const { return end - begin; }
};

// Whether a time is too long: more than 50 ms, and more than two pauses of a
// server. By then the next chunk should have been read.
bool is_long(const Settings& settings, double seconds);

// Of the times for which bytes lay unread, the one to which the client adds
// most. If it adds to none of them, the longest one. None without such a time.
std::optional<Finding> find_unread(const Picture& picture);

// Of one task.
std::optional<Finding> find_unread(const Picture& picture, std::size_t task);

// The same for the times in which a thread was away from its wait while a task
// was open.
std::optional<Finding> find_late_turn(const Picture& picture);

// For how many seconds a thread asked again and again in vain, instead of
// waiting; of several threads, the one that did it longest.
double find_polling(const Picture& picture);

// Whether that is more than a short attempt before each wait.
bool polls_busily(const Picture& picture, double polled);

}  // namespace poetry_compare
