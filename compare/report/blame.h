// The sentence against a variant in which bytes or tasks had to wait.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Whether a stopwatch held by hand could not tell the times apart.
bool about_equal(double one, double two);

// Whether a number of the variant has a mark.
bool alarming(const Comparison& comparison, const Variant& variant);

// `good` is a variant to compare it with, or null.
std::string blame(const Comparison& comparison,
                  const Variant& variant,
                  const Variant* good);

}  // namespace poetry_compare
