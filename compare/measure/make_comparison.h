// From the manifest of a run and its traces to a comparison.
#pragma once

#include <filesystem>

#include "compare/measure/model.h"
#include "compare/measure/run_manifest.h"

namespace poetry_compare {

// Reads the traces and measures what there is to see. What is wrong with a
// trace is the complaint of its variant, or, for a server's, one of the
// comparison's. Relative names of traces start at the directory.
Comparison make_comparison(const RunManifest& manifest,
                           const std::filesystem::path& directory);

}  // namespace poetry_compare
