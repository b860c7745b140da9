// Shows a comparison or a sweep: files, text and the page.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/growth.h"
#include "compare/measure/model.h"
#include "compare/options.h"

namespace poetry_compare {

// The variants that make other tasks wait.
std::vector<std::string> find_alarming(const Comparison& comparison);

// Both return whether all files could be written. They come first: if stdout is
// full, or the reader of a pipe has left, printing ends the program.
bool show(const Comparison& comparison, const Options& options);
bool show(const Growth& growth, const Options& options);

}  // namespace poetry_compare
