// The variant that the others are compared with.
#pragma once

#include "compare/measure/model.h"

namespace poetry_compare {

// Sets `vs_reference` of each variant.
void compare_with_reference(Comparison& comparison);

// The variant that the others are compared with; null: there is none.
const Variant* find_reference(const Comparison& comparison);

// Whether the difference of the times means nothing: it is below 50 ms, or the
// typical runs of both take equally long. A single run is taken to be precise
// to 5 %.
bool is_noise(const Variant& one, const Variant& other);

}  // namespace poetry_compare
