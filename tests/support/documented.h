// How system calls fail, according to their man pages.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rig {

// One call that fails: "recv 3 ECONNRESET", see faults/script.h.
struct Fault {
  std::string call;
  int number = 0;
  std::string what;
};

std::string to_string(const Fault& fault);

// Each way in which each of these calls may fail. `counts` has the number of
// calls of each name; an unknown name throws std::out_of_range.
std::vector<Fault> faults_in(const std::map<std::string, int>& counts);

std::vector<std::string> documented_calls();

}  // namespace rig
