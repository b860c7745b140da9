// Numbers as people read them, the same in every table and sentence.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace poetry_compare {

// "4.62 s", "0.462 s", "0.0462 s": at least three digits that differ, as far as
// four behind the point can show them.
std::string format_seconds(double seconds);

// "0.1 ms", "1 332 ms"
std::string format_milliseconds(double seconds);

// "4 279", in groups of three.
std::string format_count(std::size_t count);

// "1 read", "2 reads", "4 279 reads".
std::string plural(std::size_t count, std::string_view noun);

// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& names);

// "no", "one", "two" ... "nine", "10"; or "No", "One".
std::string in_words(std::size_t count, bool capital = false);

}  // namespace poetry_compare
