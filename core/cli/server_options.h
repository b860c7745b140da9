// The command line of the poetry server.              Python: import optparse
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/elapsed.h"
#include "net/address.h"

namespace cli {

// The options of a server.
struct ServerOptions {
  std::string poetry_file;  // readable when the server starts
  std::vector<net::Address> addresses;  // never empty: see net::listen()
  Clock::duration delay;  // after each chunk; fits into a time_point
  std::size_t num_bytes = 0;  // in a chunk
  std::size_t repeat = 1;  // how often the poem is sent to each client
  bool quiet = false;  // nothing on stdout about clients and chunks
  bool once = false;  // ends after one client
  std::optional<int> sndbuf;  // SO_SNDBUF, in bytes
  std::optional<Clock::duration> send_timeout;  // SO_SNDTIMEO
  std::optional<std::size_t> fail_after;  // that many bytes of the poem
  std::string fail;  // how: "close", "reset" or "stall"
  std::string reactor;  // one of `reactors`; empty: the best one here
};

// Reads "[options] poetry-file" off the command line, as parse_args() does for
// the clients: `edition` is for the help, and only a server that names its
// reactors has --reactor and takes more than one --port. SIGINT and SIGTERM end
// the program, see process.h, and -v and -q set the level of its log.
ServerOptions parse_server_args(int argc,
                                char** argv,
                                const std::string& edition,
                                const std::vector<std::string>& reactors = {});

}  // namespace cli
