// The command line of the poetry clients.             Python: import optparse
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/elapsed.h"
#include "net/address.h"

namespace cli {

// The options of a client.
struct Options {
  std::vector<net::Address> addresses;  // never empty
  std::size_t max_bytes = 0;  // a poem of more fails
  std::optional<Clock::duration> timeout;  // for one poem, connecting included
  std::string reactor;  // one of `reactors`; empty: the best one here
};

// Reads "[options] [host:]port ..." off the command line. `edition` is for the
// help; only a client that names its reactors has --reactor and --timeout.
//
// --help, --version, and a command line without an address print a text and end
// the program with 0, a command line that makes no sense with 2. Calls
// init_process(), see process.h.
Options parse_args(int argc,
                   char** argv,
                   const std::string& edition,
                   const std::vector<std::string>& reactors = {});

// For a program without arguments: --help, which shows `about`, and --version.
// Any other argument is an error. Does not call init_process().
void parse_no_args(int argc, char** argv, const std::string& about);

}  // namespace cli
