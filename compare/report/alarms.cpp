#include "compare/report/alarms.h"

#include <algorithm>

namespace poetry_compare {

bool is_long(const Comparison& comparison, double seconds) {
  return seconds > std::max(0.05, 2 * comparison.settings.delay);
}

bool unread_is_long(const Comparison& comparison, const Variant& variant) {
  return is_long(comparison, variant.overall.worst_unread.value_or(0));
}

bool turn_is_long(const Comparison& comparison, const Variant& variant) {
  return is_long(comparison, variant.overall.awaited_turn.value_or(0));
}

}  // namespace poetry_compare
