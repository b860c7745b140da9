// From the manifest of a run and its traces to a comparison.
#pragma once

#include <filesystem>

#include "compare/measure/model.h"
#include "compare/measure/run_manifest.h"

namespace poetry_compare {

// Reads the traces and measures what they show. A problem with the trace of a
// client is the complaint of its variant, one with the trace of a server is a
// complaint of the comparison. Relative names of traces start at the directory.
Comparison make_comparison(const RunManifest& manifest,
                           const std::filesystem::path& directory);

}  // namespace poetry_compare
