// The reads of a comparison, for the script of the page.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// {"seconds":4.6,"variants":[[[...],...],...]}: for each task of each variant a
// list with three numbers for each tick: 10 us since the one before, bytes,
// reads.
std::string reads_json(const Comparison& comparison);

}  // namespace poetry_compare
