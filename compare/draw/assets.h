// The files page.css, page.js and picture.css, as they were when the program
// was built.
#pragma once

namespace poetry_compare {

extern const char* const page_css;
extern const char* const page_js;
extern const char* const picture_css;

}  // namespace poetry_compare
