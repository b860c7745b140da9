#include "compare/trace/programs.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/core.h>

namespace poetry_compare {
namespace {

std::string find_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  if (program.find('/') != program.npos || !path) return program;
  std::istringstream directories(path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    const auto file = directory + '/' + program;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return program;
}

// A structure of the file; none if it is cut off.
template <typename T>
std::optional<T> read_at(std::ifstream& file, std::uint64_t offset) {
  T value{};
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(&value), sizeof value);
  if (file) return value;
  return {};
}

// The program that runs the script; empty if it is not a script.
std::string interpreter_of(std::ifstream& file) {
  std::string line;
  std::getline(file, line);
  file.clear();
  if (!line.starts_with("#!")) return {};
  std::istringstream words(line.substr(2));
  std::string interpreter;
  words >> interpreter;
  return interpreter;
}

// The program that loads the libraries; empty without one.
std::string loader_of(std::ifstream& file, const Elf64_Ehdr& elf) {
  for (unsigned i = 0; i < elf.e_phnum; ++i) {
    const auto part =
        read_at<Elf64_Phdr>(file, elf.e_phoff + i * sizeof(Elf64_Phdr));
    if (!part || part->p_type != PT_INTERP) continue;
    std::string name(part->p_filesz, '\0');
    file.seekg(static_cast<std::streamoff>(part->p_offset));
    file.read(name.data(), static_cast<std::streamsize>(name.size()));
    return name;
  }
  return {};
}

Elf64_Half own_machine() {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  const auto elf = read_at<Elf64_Ehdr>(self, 0);
  return elf ? elf->e_machine : Elf64_Half{EM_NONE};
}

std::string why_not_loaded(std::ifstream& file) {
  const auto elf = read_at<Elf64_Ehdr>(file, 0);
  if (!elf || std::memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != own_machine()) {
    return "it is made for another kind of processor";
  }
  const auto loader = loader_of(file, *elf);
  if (loader.empty()) return "it is statically linked";
  if (loader.find("musl") != loader.npos) {
    return "it is linked with another C library";
  }
  return {};
}

// Such a program gets other rights than its caller has.
bool changes_rights(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  return ((status.st_mode & S_ISUID) && status.st_uid != ::getuid()) ||
         ((status.st_mode & S_ISGID) && status.st_gid != ::getgid());
}

}  // namespace

std::string why_not_loaded(const std::string& program) {
  const auto path = find_in_path(program);
  std::ifstream file(path, std::ios::binary);
  const auto interpreter = interpreter_of(file);
  if (!interpreter.empty() && interpreter != program) {
    return why_not_loaded(interpreter);
  }
  if (changes_rights(path)) {
    return "the system does not load other libraries into a program that gets "
           "other rights (set-user-ID)";
  }
  return why_not_loaded(file);
}

void Programs::add(const Header& header) {
  traced_.push_back({header.pid, header.started});
  for (const Execution& execution : header.executions) {
    if (execution.pid.load() == 0) continue;
    started_.push_back({execution.pid.load(), execution.time, execution.user,
                        execution.inherits != 0, execution.program.data()});
  }
}

bool Programs::was_traced(const Started& started) const {
  return std::any_of(traced_.begin(), traced_.end(), [&](const Traced& traced) {
    return traced.pid == started.pid && traced.started >= started.time;
  });
}

std::string Programs::why_unseen(const Started& started) {
  const auto reason = why_not_loaded(started.name);
  if (!reason.empty()) return reason;
  if (!started.inherits) {
    return "its environment was cleared, and with it what loads the tracer";
  }
  if (started.user != ::geteuid()) {
    return "it runs as another user, who cannot write the trace";
  }
  return {};  // It may have been killed at once.
}

std::string Programs::why_unseen(const std::string& program) const {
  if (traced_.empty()) {
    auto reason = why_not_loaded(program);
    if (reason.empty()) {
      reason = "the system did not load the tracer, or ended it at once";
    }
    return "nothing was seen: " + reason;
  }
  for (const Started& started : started_) {
    if (was_traced(started)) continue;
    const auto reason = why_unseen(started);
    if (reason.empty()) continue;
    return fmt::format("nothing was seen of {}, which it started: {}",
                       started.name, reason);
  }
  return {};
}

}  // namespace poetry_compare
