// The sweep as one page for a browser.
#pragma once

#include <string>

#include "compare/measure/growth.h"

namespace poetry_compare {

std::string make_page(const Growth& growth);

}  // namespace poetry_compare
