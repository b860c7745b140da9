// How long a run should take.
#pragma once

#include <optional>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How long the pauses of the servers take. The poems come one after the other,
// or several at once, as the tasks did. None if the pauses are not known.
std::optional<double> expected_wall(const Comparison& comparison,
                                    const std::vector<Task>& tasks);

}  // namespace poetry_compare
