// The sweep as one picture.
#pragma once

#include <string>

#include "compare/measure/growth.h"

namespace poetry_compare {

std::string make_svg(const Growth& growth);

}  // namespace poetry_compare
