// The calls by which the process becomes, or starts, another program. The
// header has a note of each, so that a program that is not traced is missed.

#include <alloca.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>

#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

using poetry_compare::Execution;

// Whether a program with this environment is traced.
bool loads_tracer(char* const* environment) {
  bool preloads = false;
  bool has_directory = false;
  for (; environment && *environment; ++environment) {
    if (std::strncmp(*environment, "LD_PRELOAD=", 11) == 0) {
      preloads = std::strstr(*environment, poetry_compare::tracer_name);
    }
    const auto size = std::strlen(poetry_compare::trace_dir_variable);
    has_directory |=
        std::strncmp(*environment, poetry_compare::trace_dir_variable, size) ==
        0;
  }
  return preloads && has_directory;
}

// Null if nothing is recorded.
Execution* note_execution(const char* program, char* const* environment) {
  const KeepErrno keep;
  Header* const file = header();
  if (!file || !program) return nullptr;
  Execution& execution = file->executions[file->next_execution.fetch_add(1) %
                                          file->executions.size()];
  execution.pid = 0;
  execution.time = now();
  execution.user = ::geteuid();
  execution.inherits = loads_tracer(environment);
  execution.program = {};
  std::strncpy(execution.program.data(), program, execution.program.size() - 1);
  return &execution;
}

// The process becomes the program, unless real() returns.
template <typename Real>
int execute(const char* program, char* const* environment, Real real) {
  Execution* const execution = note_execution(program, environment);
  if (execution) execution->pid = ::getpid();
  const int result = real();
  if (execution) execution->pid = 0;
  return result;
}

template <typename Real>
int spawn(pid_t* pid,
          const char* program,
          char* const* environment,
          Real real) {
  pid_t child = 0;
  Execution* const execution = note_execution(program, environment);
  const int error = real(&child);
  if (error == 0 && pid) *pid = child;
  if (error == 0 && execution) execution->pid = child;
  return error;
}

// The arguments of execl() and the like, as an array with a null pointer at its
// end. The array is on the stack of the caller, as the child of vfork() must
// not allocate.
#define COLLECT(first, list, arguments)                                        \
  va_start(list, first);                                                       \
  std::size_t count = 1;                                                       \
  while (va_arg(list, char*)) ++count;                                         \
  va_end(list);                                                                \
  auto** arguments = static_cast<char**>(alloca((count + 1) * sizeof(char*))); \
  va_start(list, first);                                                       \
  arguments[0] = const_cast<char*>(first);                                     \
  for (std::size_t i = 1; i <= count; ++i) arguments[i] = va_arg(list, char*)

using Execve = int(const char*, char* const*, char* const*);
using Fexecve = int(int, char* const*, char* const*);
using Execveat = int(int, const char*, char* const*, char* const*, int);
using Spawn = int(pid_t*,
                  const char*,
                  const posix_spawn_file_actions_t*,
                  const posix_spawnattr_t*,
                  char* const*,
                  char* const*);

constinit Next<Execve> next_execve{"execve"};
constinit Next<Execve> next_execvpe{"execvpe"};
constinit Next<Fexecve> next_fexecve{"fexecve"};
constinit Next<Execveat> next_execveat{"execveat"};
constinit Next<Spawn> next_posix_spawn{"posix_spawn"};
constinit Next<Spawn> next_posix_spawnp{"posix_spawnp"};

}  // namespace
}  // namespace tracer

using tracer::execute;

INTERPOSED int execve(const char* path,
                      char* const* arguments,
                      char* const* environment) noexcept {
  return execute(path, environment, [=] {
    return tracer::next_execve(path, arguments, environment);
  });
}

INTERPOSED int execvpe(const char* file,
                       char* const* arguments,
                       char* const* environment) noexcept {
  return execute(file, environment, [=] {
    return tracer::next_execvpe(file, arguments, environment);
  });
}

INTERPOSED int execv(const char* path, char* const* arguments) noexcept {
  return ::execve(path, arguments, ::environ);
}

INTERPOSED int execvp(const char* file, char* const* arguments) noexcept {
  return ::execvpe(file, arguments, ::environ);
}

INTERPOSED int execl(const char* path, const char* first, ...) noexcept {
  va_list list;
  COLLECT(first, list, arguments);
  va_end(list);
  return ::execve(path, arguments, ::environ);
}

INTERPOSED int execlp(const char* file, const char* first, ...) noexcept {
  va_list list;
  COLLECT(first, list, arguments);
  va_end(list);
  return ::execvpe(file, arguments, ::environ);
}

INTERPOSED int execle(const char* path, const char* first, ...) noexcept {
  va_list list;
  COLLECT(first, list, arguments);
  char** const environment = va_arg(list, char**);
  va_end(list);
  return ::execve(path, arguments, environment);
}

INTERPOSED int fexecve(int fd,
                       char* const* arguments,
                       char* const* environment) noexcept {
  return execute(arguments[0], environment, [=] {
    return tracer::next_fexecve(fd, arguments, environment);
  });
}

INTERPOSED int execveat(int fd,
                        const char* path,
                        char* const* arguments,
                        char* const* environment,
                        int flags) noexcept {
  return execute(path, environment, [=] {
    return tracer::next_execveat(fd, path, arguments, environment, flags);
  });
}

INTERPOSED int posix_spawn(pid_t* pid,
                           const char* path,
                           const posix_spawn_file_actions_t* actions,
                           const posix_spawnattr_t* attributes,
                           char* const* arguments,
                           char* const* environment) {
  return tracer::spawn(pid, path, environment, [=](pid_t* child) {
    return tracer::next_posix_spawn(child, path, actions, attributes, arguments,
                                    environment);
  });
}

INTERPOSED int posix_spawnp(pid_t* pid,
                            const char* file,
                            const posix_spawn_file_actions_t* actions,
                            const posix_spawnattr_t* attributes,
                            char* const* arguments,
                            char* const* environment) {
  return tracer::spawn(pid, file, environment, [=](pid_t* child) {
    return tracer::next_posix_spawnp(child, file, actions, attributes,
                                     arguments, environment);
  });
}
