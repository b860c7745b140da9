// Text for SVG and HTML: what is shared by all pictures.
#pragma once

#include <string>
#include <string_view>

namespace poetry_compare {

// Text from outside as XML and HTML have it, between tags and between quotes.
// What is no UTF-8, or may not be in XML at all, becomes U+FFFD.
std::string escape(std::string_view text);

// Short for files: "12.3", "12", "-.5" is "-0.5"; at most so many digits.
std::string number(double value, int digits = 1);

// The files page.css, page.js and picture.css, as they were when the program
// was built.
extern const char* const page_css;
extern const char* const page_js;
extern const char* const picture_css;

}  // namespace poetry_compare
