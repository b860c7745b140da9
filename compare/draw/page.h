// The comparison as one page for a browser.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// A whole file that asks the network for nothing. Without JavaScript only the
// zoom, the choice of variants and the details of a read are missing.
std::string make_page(const Comparison& comparison);

}  // namespace poetry_compare
