// A program or a library: its build ID, its debug information, its functions.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace poetry_compare {

// The file, mapped. Nothing is known about a file that cannot be read, is of
// another kind or is damaged.
class ElfFile {
 public:
  explicit ElfFile(const std::string& path);
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile();

  // In hexadecimal digits; empty: it has none.
  std::string build_id() const;

  // Whether there is debug information, in the file or where the distribution
  // installs it.
  bool has_lines() const;

  // The name that the linker knows; empty: no function is known to be there.
  std::string function_at(std::uint64_t address) const;

 private:
  // Null if the file is too short.
  template <typename T>
  const T* at(std::uint64_t offset, std::uint64_t count = 1) const;
  std::string_view text_at(std::uint64_t offset) const;
  const Elf64_Shdr* section(std::size_t index) const;
  const Elf64_Shdr* find_section(std::string_view name) const;
  std::string function_in(const Elf64_Shdr& table, std::uint64_t address) const;

  const char* data_ = nullptr;
  std::uint64_t size_ = 0;
  const Elf64_Ehdr* elf_ = nullptr;
};

}  // namespace poetry_compare
