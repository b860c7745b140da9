// Summary, table, complaints and sentences, for a page written in Markdown.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

std::string write_markdown(const Comparison& comparison);

}  // namespace poetry_compare
