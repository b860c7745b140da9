// Text and numbers as XML and HTML have them.
#pragma once

#include <string>
#include <string_view>

namespace poetry_compare {

// The text, fit for a place between tags or between quotes. Bytes that are not
// UTF-8, and characters that XML forbids, become U+FFFD.
std::string escape(std::string_view text);

// As short as it gets, with at most so many digits after the point: "12.3",
// "12", "-0.5".
std::string number(double value, int digits = 1);

}  // namespace poetry_compare
