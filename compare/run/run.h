// Runs the clients of a comparison.
#pragma once

#include <filesystem>

#include "compare/measure/run_manifest.h"
#include "compare/run/progress.h"
#include "compare/run/request.h"

namespace poetry_compare {

// Serves the poems, runs the clients against them, one after the other, and
// writes the traces and the manifest to the directory. Everything that it has
// started has ended when it returns or throws. A client that fails has a
// complaint in the manifest. Throws std::runtime_error if a server fails, and
// Interrupted.
RunManifest run_all(const Request& request,
                    const std::filesystem::path& directory,
                    Progress& progress);

}  // namespace poetry_compare
