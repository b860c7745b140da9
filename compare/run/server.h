// The servers of ours.
#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "compare/measure/run_manifest.h"
#include "compare/run/program.h"
#include "compare/run/request.h"
#include "compare/trace/recorder.h"

namespace poetry_compare {

// A program that serves one poem, at one port or several, and the recorder of
// its calls.
struct Server {
  Recorder recorder;
  std::unique_ptr<Program> program;
  std::size_t first = 0;  // the index of the poem at its first port
};

using Servers = std::list<Server>;

// Starts the servers of the poems that have no address, and sets the ports and
// the names of the traces. Throws std::runtime_error if one does not serve.
Servers start_servers(const Request& request, RunManifest& manifest);

}  // namespace poetry_compare
