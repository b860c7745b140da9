// The programs of a trace that were not seen, and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compare/trace/format.h"

namespace poetry_compare {

// The processes of a trace, and the programs that they start.
class Programs {
 public:
  // Adds a process that was traced.
  void add(const Header& header);

  // One line about the first program that is known to be missing: `program`, or
  // another that a traced process has started. Empty: there is none.
  std::string why_unseen(const std::string& program) const;

 private:
  struct Traced {
    int pid;
    std::int64_t started;
  };
  struct Started {
    int pid;
    std::int64_t time;
    std::uint32_t user;
    bool inherits;
    std::string name;
  };

  bool was_traced(const Started& started) const;
  // Empty: not known.
  static std::string why_unseen(const Started& started);

  std::vector<Traced> traced_;
  std::vector<Started> started_;
};

// Why the system does not load the tracer into a program: "it is statically
// linked". Empty: it does, as far as the file shows it. The name is searched
// for in PATH, as a shell does it.
std::string why_not_loaded(const std::string& program);

}  // namespace poetry_compare
