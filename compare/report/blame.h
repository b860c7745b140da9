// The sentence about a variant in which bytes or tasks had to wait.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Whether a number of the variant has a mark: the client blocks, is away or
// polls while other tasks wait. This is what --check looks at.
bool alarming(const Comparison& comparison, const Variant& variant);

// The cause of the first mark: "polls", or the name of the cause; empty: there
// is no mark.
std::string find_alarm(const Comparison& comparison, const Variant& variant);

// `good` is a variant to compare it with, or null.
std::string blame(const Comparison& comparison,
                  const Variant& variant,
                  const Variant* good);

}  // namespace poetry_compare
