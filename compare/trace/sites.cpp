#include "compare/trace/sites.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace poetry_compare {
namespace {

Module to_module(const LoadedModule& loaded) {
  Module module;
  module.path.assign(loaded.path.data(),
                     ::strnlen(loaded.path.data(), loaded.path.size()));
  const auto size =
      std::min<std::size_t>(loaded.build_id_size, loaded.build_id.size());
  for (std::size_t i = 0; i < size; ++i) {
    module.build_id += fmt::format("{:02x}", loaded.build_id[i]);
  }
  add_size_and_time(module);
  return module;
}

// The index of the item, which is added if it is not there yet.
template <typename T>
std::size_t index_of(const T& item, std::vector<T>& items) {
  const auto found = std::find(items.begin(), items.end(), item);
  const auto index = static_cast<std::size_t>(found - items.begin());
  if (found == items.end()) items.push_back(item);
  return index;
}

}  // namespace

void add_size_and_time(Module& module) {
  struct stat status {};
  if (::stat(module.path.c_str(), &status) != 0) return;
  module.size = status.st_size;
  module.modified =
      status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::vector<int> add_sites(const Header& header, Trace& trace) {
  std::vector<int> indices = {-1};
  for (const CallSite& site : header.sites) {
    const std::uint32_t number = site.module.load(std::memory_order_acquire);
    indices.push_back(-1);
    if (number == 0 || number > header.modules.size()) continue;
    const auto module = to_module(header.modules[number - 1]);
    if (module.path.empty()) continue;
    const auto index = index_of(
        {index_of(module, trace.modules), site.address_in_file}, trace.sites);
    indices.back() = static_cast<int>(index);
  }
  return indices;
}

}  // namespace poetry_compare
