// One setting that takes several values, one after the other.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/run/request.h"

namespace poetry_compare {

struct Sweep {
  std::string parameter;  // "servers", "delay", "bytes", "rcvbuf"
  std::vector<double> values;  // in ascending order
};

// "16 servers", "delay 0.01 s"
std::string describe(const Sweep& sweep, double value);

// The request with that value. A poem of another size is written to a file in
// the directory.
Request request_at(const Sweep& sweep,
                   double value,
                   const Request& request,
                   const std::filesystem::path& directory);

// Raises the limit of open descriptors to what the servers and the clients
// need, as far as the system permits.
void allow_descriptors(std::size_t servers);

}  // namespace poetry_compare
