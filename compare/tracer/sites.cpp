#include "compare/tracer/sites.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

using poetry_compare::CallSite;
using poetry_compare::LoadedModule;

constexpr std::size_t most_tries = 16;

// Notes that follow each other, each aligned to four bytes.
void find_build_id(const char* note, std::size_t size, LoadedModule& module) {
  const auto aligned = [](std::size_t n) { return (n + 3) / 4 * 4; };
  const char* const end = note + size;
  while (static_cast<std::size_t>(end - note) > sizeof(ElfW(Nhdr))) {
    const auto& header = *reinterpret_cast<const ElfW(Nhdr)*>(note);
    const char* const name = note + sizeof header;
    const char* const id = name + aligned(header.n_namesz);
    if (header.n_type == NT_GNU_BUILD_ID && std::strcmp(name, "GNU") == 0) {
      const auto length =
          std::min<std::size_t>(header.n_descsz, module.build_id.size());
      std::memcpy(module.build_id.data(), id, length);
      module.build_id_size = static_cast<std::uint32_t>(length);
      return;
    }
    note = id + aligned(header.n_descsz);
  }
}

// The file begins where the module begins in memory.
void add_build_id(const dl_find_object& found, LoadedModule& module) {
  const auto* const begin = static_cast<const char*>(found.dlfo_map_start);
  if (std::memcmp(begin, ELFMAG, SELFMAG) != 0) return;
  const auto& elf = *reinterpret_cast<const ElfW(Ehdr)*>(begin);
  const auto* part = reinterpret_cast<const ElfW(Phdr)*>(begin + elf.e_phoff);
  for (unsigned i = 0; i < elf.e_phnum; ++i, ++part) {
    if (part->p_type != PT_NOTE || module.build_id_size > 0) continue;
    const auto note = found.dlfo_link_map->l_addr + part->p_vaddr;
    find_build_id(reinterpret_cast<const char*>(note), part->p_memsz, module);
  }
}

// The main program has no name, and others may have a relative one.
void add_path(const char* name, LoadedModule& module) {
  auto& path = module.path;
  if (*name == '\0') {
    const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
    if (size == static_cast<ssize_t>(path.size())) path = {};
    return;
  }
  if (*name != '/' && ::getcwd(path.data(), path.size() - 1)) {
    std::strcat(path.data(), "/");
  }
  if (std::strlen(path.data()) + std::strlen(name) < path.size()) {
    std::strcat(path.data(), name);
  } else {
    path = {};
  }
}

// Its number, from 1; 0 if there is no room.
std::uint32_t number_of_module(Header& file, const dl_find_object& found) {
  const auto begin = reinterpret_cast<std::uint64_t>(found.dlfo_map_start);
  for (std::uint32_t i = 0; i < file.modules.size(); ++i) {
    LoadedModule& module = file.modules[i];
    std::uint64_t used = 0;
    if (module.begin.compare_exchange_strong(used, begin)) {
      add_path(found.dlfo_link_map->l_name, module);
      add_build_id(found, module);
      return i + 1;
    }
    if (used == begin) return i + 1;
  }
  return 0;
}

// Code that was made while the program runs is in no file.
void describe(Header& file, const void* address, CallSite& site) {
  const KeepErrno keep;
  dl_find_object found{};
  if (::_dl_find_object(const_cast<void*>(address), &found) != 0) return;
  site.address_in_file =
      reinterpret_cast<std::uint64_t>(address) - found.dlfo_link_map->l_addr;
  site.module = number_of_module(file, found);
}

std::size_t hash(std::uint64_t address) {
  return address * 0x9E3779B97F4A7C15U >> 56;
}

}  // namespace

std::uint16_t number_of_site(const void* returns_to) {
  Header* const file = header();
  if (!file || !returns_to) return 0;
  const auto address = reinterpret_cast<std::uint64_t>(returns_to);
  for (std::size_t i = 0; i < most_tries; ++i) {
    const auto index = (hash(address) + i) % file->sites.size();
    CallSite& site = file->sites[index];
    auto used = site.address.load(std::memory_order_relaxed);
    if (used == 0 && site.address.compare_exchange_strong(used, address)) {
      describe(*file, returns_to, site);
      used = address;
    }
    if (used == address) return static_cast<std::uint16_t>(index + 1);
  }
  return 0;
}

}  // namespace tracer
