// The sections of the page, as HTML.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// The hatches, once for all pictures of the page.
std::string hatch_sheet();

// The table, and below a row what is wrong with it.
std::string numbers(const Comparison& comparison);

// Legend, controls, and for each variant its picture and what to look for.
std::string pictures(const Comparison& comparison);

// A row for each connection.
std::string tasks(const Comparison& comparison);

// Settings, versions and commands.
std::string provenance(const Comparison& comparison);

// For the script of the page: {"seconds":4.6,"variants":[[[...],...],...]}, for
// each task of each variant three numbers a tick: 10 us since the one before,
// bytes, reads.
std::string reads_json(const Comparison& comparison);

}  // namespace poetry_compare
