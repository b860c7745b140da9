#include "compare/measure/model.h"

#include <algorithm>

namespace poetry_compare {

Range time_of_tasks(const Picture& picture) {
  if (picture.tasks.empty()) return {};
  Range time{picture.tasks.front().connected, 0};
  for (const Task& task : picture.tasks) {
    time.least = std::min(time.least, task.connected);
    time.most = std::max(time.most, task.end);
  }
  return time;
}

double time_axis(const Comparison& comparison) {
  double end = 0;
  for (const Variant& variant : comparison.variants) {
    // Other runs may have taken longer, but are not shown.
    if (variant.shown < variant.runs.size()) {
      end = std::max(end, variant.runs[variant.shown].wall);
    }
    for (const Task& task : variant.picture.tasks)
      end = std::max(end, task.end);
  }
  return end;
}

}  // namespace poetry_compare
