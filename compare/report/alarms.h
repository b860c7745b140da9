// Which numbers are marked: those that a stopwatch does not show.
#pragma once

#include "compare/measure/model.h"

namespace poetry_compare {

// Whether so many seconds unread, or away from the wait, are too long: two
// pauses of a server, in which the next chunk should have been read.
bool is_long(const Comparison& comparison, double seconds);

// Whether bytes lay unread for too long.
bool unread_is_long(const Comparison& comparison, const Variant& variant);

// Whether a turn was too long, as far as a task waited for its end.
bool turn_is_long(const Comparison& comparison, const Variant& variant);

}  // namespace poetry_compare
