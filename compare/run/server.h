// A server of ours.
#pragma once

#include <cstdint>
#include <memory>

#include "compare/run/program.h"
#include "compare/run/request.h"
#include "compare/trace/recorder.h"

namespace poetry_compare {

// A program that serves one poem, and the recorder of its calls.
struct Server {
  Recorder recorder;
  std::unique_ptr<Program> program;
};

// Starts the server of a poem and returns its port. Throws std::runtime_error
// if it does not serve.
std::uint16_t start(Server& server,
                    const Request& request,
                    const PoemRequest& poem);

}  // namespace poetry_compare
