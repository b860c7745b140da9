// The tutorial's figures, drawn from a run.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Four <figure>s, with time from top to bottom. Whoever was not run is missed
// in words.
std::string make_figures(const Comparison& comparison);

}  // namespace poetry_compare
