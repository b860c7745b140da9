// This is loaded into programs of any kind, and called from their signal
// handlers: it needs the C library only, and allocates no memory.
#include "support/faults/script.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace faults {

std::string_view take_word(std::string_view& rest) {
  const auto blanks = rest.find_first_not_of(' ');
  rest.remove_prefix(blanks == rest.npos ? rest.size() : blanks);
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

namespace {

using std::string_view;

struct Rule {
  string_view name;
  int first = 1;
  int last = INT_MAX;
  string_view what;  // as it was written
  Verdict verdict;
};

struct Name {
  string_view name;
  string_view ip_addresses;
};

struct Counter {
  std::atomic<const char*> name = nullptr;
  std::atomic<int> calls = 0;
};

constinit std::array<char, 4096> text{};  // the rules are views of it
constinit std::array<Rule, 32> rules;
constinit std::size_t rule_count = 0;
constinit Name only_name{};
constinit std::array<Counter, 64> counters;
constinit std::atomic<int> all_calls = 0;
constinit int most_calls = INT_MAX;
constinit int log_file = -1;
constinit std::atomic<bool> obeying = false;

// --- Saying something --------------------------------------------------------

// Writes one line with one call, because there may be threads.
class Line {
 public:
  Line& operator<<(string_view word) {
    const std::size_t n = std::min(word.size(), line_.size() - size_);
    std::memcpy(line_.data() + size_, word.data(), n);
    size_ += n;
    return *this;
  }
  Line& operator<<(int number) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return *this << string_view(digits, static_cast<std::size_t>(end - digits));
  }
  // Not with write(), which this library replaces.
  void write(int fd) {
    *this << "\n";
    const int error = errno;
    ::syscall(SYS_write, fd, line_.data(), size_);
    errno = error;
  }

 private:
  std::array<char, 256> line_;
  std::size_t size_ = 0;
};

[[noreturn]] void refuse(string_view statement) {
  (Line() << "faults: this makes no sense: " << statement).write(STDERR_FILENO);
  ::_exit(125);
}

// --- Reading a script --------------------------------------------------------

int number(string_view word, string_view statement) {
  int value = 0;
  const char* const end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || value < 0) {
    refuse(statement);
  }
  return value;
}

int error_called(string_view name, string_view statement) {
  constexpr std::pair<string_view, int> resolver_errors[] = {
      {"EAI_ADDRFAMILY", EAI_ADDRFAMILY},
      {"EAI_AGAIN", EAI_AGAIN},
      {"EAI_FAIL", EAI_FAIL},
      {"EAI_FAMILY", EAI_FAMILY},
      {"EAI_MEMORY", EAI_MEMORY},
      {"EAI_NODATA", EAI_NODATA},
      {"EAI_NONAME", EAI_NONAME},
      {"EAI_OVERFLOW", EAI_OVERFLOW},
      {"EAI_SERVICE", EAI_SERVICE},
      {"EAI_SYSTEM", EAI_SYSTEM},
  };
  for (const auto& [known, error] : resolver_errors) {
    if (name == known) return error;
  }
  for (int error = 1; error < 200; ++error) {
    const char* const known = ::strerrorname_np(error);
    if (known && name == known) return error;
  }
  refuse(statement);
}

void add_rule(string_view name, string_view rest, string_view statement) {
  if (rule_count == rules.size()) refuse(statement);
  Rule rule;
  rule.name = name;
  const string_view which = take_word(rest);
  if (which != "*") {
    string_view last = which;
    const string_view first = which.substr(0, which.find('-'));
    last.remove_prefix(first.size() == which.size() ? 0 : first.size() + 1);
    rule.first = number(first, statement);
    rule.last = number(last, statement);
  }
  rule.what = rest;
  const string_view what = take_word(rest);
  if (what == "short") {
    const int most = number(take_word(rest), statement);
    rule.verdict.most = static_cast<std::size_t>(most);
  } else {
    rule.verdict.error = error_called(what, statement);
  }
  if (!take_word(rest).empty()) refuse(statement);
  rules[rule_count++] = rule;
}

// A high number, so that the program's descriptors have the same numbers as
// without this library.
// without us.
int open_log(string_view path, string_view statement) {
  std::array<char, PATH_MAX> name{};
  if (path.size() >= name.size()) refuse(statement);
  std::memcpy(name.data(), path.data(), path.size());
  const long fd = ::syscall(SYS_openat, AT_FDCWD, name.data(),
                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) refuse(statement);
  const long high = ::syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 500);
  if (high < 0) return static_cast<int>(fd);
  ::syscall(SYS_close, fd);
  return static_cast<int>(high);
}

// Whether the script is for this program.
bool read(string_view statement) {
  string_view rest = statement;
  const string_view word = take_word(rest);
  if (word.empty()) return true;
  string_view arguments = rest;
  if (word == "only") {
    return take_word(arguments) == program_invocation_short_name;
  } else if (word == "log") {
    log_file = open_log(take_word(arguments), statement);
  } else if (word == "name") {
    only_name.name = take_word(arguments);
    only_name.ip_addresses = arguments;
  } else if (word == "most") {
    most_calls = number(take_word(arguments), statement);
  } else {
    add_rule(word, rest, statement);
  }
  return true;
}

// --- Counting ----------------------------------------------------------------

// The counter of this name, made if necessary. The name has to stay valid.
Counter* counter(const char* name) {
  for (Counter& counter : counters) {
    const char* found = counter.name;
    if (!found && counter.name.compare_exchange_strong(found, name)) {
      return &counter;
    }
    if (std::strcmp(found, name) == 0) return &counter;
  }
  return nullptr;
}

__attribute__((constructor)) void obey_the_environment() {
  if (const char* const script = std::getenv("FAULTS")) obey(script);
}

}  // namespace

void obey(const char* script) {
  obeying = false;
  rule_count = 0;
  only_name = {};
  all_calls = 0;
  most_calls = INT_MAX;
  for (Counter& counter : counters) {
    counter.calls = 0;
  }
  const std::size_t size = std::strlen(script);
  if (size >= text.size()) refuse("a script that is too long");
  std::memcpy(text.data(), script, size + 1);

  bool meant = true;
  string_view rest(text.data(), size);
  while (!rest.empty() && meant) {
    const string_view statement = rest.substr(0, rest.find_first_of(";\n"));
    rest.remove_prefix(std::min(statement.size() + 1, rest.size()));
    meant = read(statement);
  }
  obeying = meant;
}

string_view addresses_of(string_view host) {
  return host == only_name.name ? only_name.ip_addresses : string_view();
}

int calls(const char* name) {
  for (const Counter& counter : counters) {
    const char* const found = counter.name;
    if (found && std::strcmp(found, name) == 0) return counter.calls;
  }
  return 0;
}

Verdict judge(const char* name) {
  Counter* const found = obeying ? counter(name) : nullptr;
  if (!found) return {};
  const int call = ++found->calls;
  Line line;
  line << name << " " << call;
  Verdict verdict;
  for (std::size_t i = 0; i < rule_count; ++i) {
    const Rule& rule = rules[i];
    if (rule.name != name || call < rule.first || call > rule.last) continue;
    verdict = rule.verdict;
    line << rule.what;
    break;
  }
  if (log_file >= 0) line.write(log_file);
  if (++all_calls > most_calls) {
    (Line() << "faults: too many calls, " << name << " is the last one")
        .write(STDERR_FILENO);
    std::abort();
  }
  return verdict;
}

}  // namespace faults
