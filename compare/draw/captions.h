// What a picture says of itself, in words.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// "Three poems, six ways to wait".
std::string headline(const Comparison& comparison);

// "2.04 s, 2.27x faster than blocking, working 3 ms, worst unread 0.001 s".
std::string headline(const Comparison& comparison, const Variant& variant);

// The same as markup: what is alarming in it is in a <tspan> or a <span>.
std::string headline(const Comparison& comparison,
                     const Variant& variant,
                     const std::string& tag);

// The kinds of picture that there are.
enum class Kind {
  unread,  // something lay unread for long, though the program has a wait
  threads,  // several threads, each of them stuck for itself
  several,  // several threads, but each with a wait of its own
  one_by_one,  // one thread, stuck in one read after the other
  anybody,  // one thread that waits for whoever comes first
  other,
};

// Of a variant that was seen.
Kind kind_of(const Comparison& comparison, const Variant& variant);

// Why there is no picture of a variant, or what went wrong with it; empty: all
// is well.
std::string complaint(const Variant& variant);

// What is to be seen in the picture of a variant.
std::string what_to_look_for(const Comparison& comparison, std::size_t variant);

// Of a picture, for those who cannot see it.
std::string description(const Comparison& comparison);

}  // namespace poetry_compare
