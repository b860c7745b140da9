// The command line the poetry clients share.          Python: import optparse
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/elapsed.h"
#include "net/address.h"

namespace cli {

// What a client is asked to do.
struct Options {
  std::vector<net::Address> addresses;  // never empty
  std::size_t max_bytes = 0;  // a poem of more fails
  std::optional<Clock::duration> timeout;  // for one poem, connecting included
  std::string reactor;  // one of `reactors`; empty: the best one here
};

// Reads "[options] [host:]port ..." off the command line. `edition` is for the
// help; only a client that names its reactors has --reactor and --timeout.
//
// Prints and ends the program where that is asked for (--help, --version, no
// address at all: 0), or where the command line makes no sense (2). Also makes
// the program a well-mannered one, see manners.h.
Options parse_args(int argc,
                   char** argv,
                   const std::string& edition,
                   const std::vector<std::string>& reactors = {});

}  // namespace cli
