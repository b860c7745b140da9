#include "compare/measure/model.h"

#include <algorithm>

namespace poetry_compare {

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
