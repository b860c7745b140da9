// Runs what is to be compared.
#pragma once

#include <filesystem>

#include "compare/measure/run_manifest.h"
#include "compare/run/request.h"

namespace poetry_compare {

// How long all of it will take, in seconds; none if the servers are not ours.
std::optional<double> estimate(const Request& request);

// Serves the poems, runs each client against them, one after the other, and
// leaves the traces and the manifest in the directory. Nothing that was started
// is there any more afterwards. A client that fails has a complaint in the
// manifest; throws if a server does, and Interrupted.
RunManifest run_all(const Request& request,
                    const std::filesystem::path& directory);

}  // namespace poetry_compare
