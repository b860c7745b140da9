// The line below the picture of a variant in which bytes lay unread.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Where to look, the activity of the thread meanwhile, and whether the wall
// time shows it.
std::string caption_of_unread(const Comparison& comparison,
                              const Variant& variant);

}  // namespace poetry_compare
