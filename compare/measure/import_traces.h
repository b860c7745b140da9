// A manifest for traces that were made with poetry-trace, and have none.
#pragma once

#include <filesystem>
#include <vector>

#include "compare/measure/run_manifest.h"

namespace poetry_compare {

// A trace in which connections were accepted is a server's; the others are the
// clients'. Traces that cannot be read are taken for clients':
// make_comparison() says what is wrong with them.
RunManifest import_traces(const std::vector<std::filesystem::path>& traces);

}  // namespace poetry_compare
