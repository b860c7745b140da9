#include "cli/stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

namespace cli {
namespace {

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return readable ? readable.get() : name;
}

// The function a call will return to; empty if it has no name.
std::string function_at(const void* return_address) {
  Dl_info info{};
  // The call itself stands before its return address. A call that never returns
  // may be the last one in its function; another function begins behind it.
  const auto call = static_cast<const char*>(return_address) - 1;
  if (::dladdr(call, &info) == 0 || !info.dli_sname) return "";
  return demangled(info.dli_sname);
}

}  // namespace

void print_stack() {
  std::array<void*, 100> frames{};
  const int size = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  // Our own frame comes first, and with a sanitizer more than one: skip to our
  // caller.
  const auto innermost =
      std::find(frames.begin(), frames.end(), __builtin_return_address(0));
  for (auto frame = frames.begin() + size; frame > innermost;) {
    const std::string function = function_at(*--frame);
    if (!function.empty()) std::fputs((function + '\n').c_str(), stderr);
  }
}

}  // namespace cli
