#include "compare/symbols/elf_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "net/socket.h"

namespace poetry_compare {

ElfFile::ElfFile(const std::string& path) {
  // A FIFO may have taken the place of the program: do not wait for its writer.
  const net::Socket file(
      ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size == 0) return;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (data == MAP_FAILED) return;
  data_ = static_cast<const char*>(data);
  size_ = size;
  const auto* elf = at<Elf64_Ehdr>(0);
  if (!elf || std::memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0) return;
  if (elf->e_ident[EI_CLASS] == ELFCLASS64) elf_ = elf;
}

ElfFile::~ElfFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

template <typename T>
const T* ElfFile::at(std::uint64_t offset, std::uint64_t count) const {
  if (offset > size_ || offset % alignof(T) != 0) return nullptr;
  if (count > (size_ - offset) / sizeof(T)) return nullptr;
  return reinterpret_cast<const T*>(data_ + offset);
}

std::string_view ElfFile::text_at(std::uint64_t offset) const {
  if (offset >= size_) return {};
  return {data_ + offset, ::strnlen(data_ + offset, size_ - offset)};
}

const Elf64_Shdr* ElfFile::section(std::size_t index) const {
  if (!elf_ || index >= elf_->e_shnum) return nullptr;
  return at<Elf64_Shdr>(elf_->e_shoff + index * sizeof(Elf64_Shdr));
}

const Elf64_Shdr* ElfFile::find_section(std::string_view name) const {
  if (!elf_) return nullptr;
  const auto* const names = section(elf_->e_shstrndx);
  for (std::size_t i = 0; names && i < elf_->e_shnum; ++i) {
    const auto* const found = section(i);
    if (found && text_at(names->sh_offset + found->sh_name) == name) {
      return found;
    }
  }
  return nullptr;
}

std::string ElfFile::build_id() const {
  const auto* const note = find_section(".note.gnu.build-id");
  const auto* const header = note ? at<Elf64_Nhdr>(note->sh_offset) : nullptr;
  if (!header) return {};
  const auto name_size = (header->n_namesz + 3U) / 4 * 4;
  const auto* const bytes = at<std::uint8_t>(
      note->sh_offset + sizeof *header + name_size, header->n_descsz);
  std::string text;
  for (std::size_t i = 0; bytes && i < header->n_descsz; ++i) {
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

bool ElfFile::has_lines() const {
  if (find_section(".debug_line")) return true;
  const auto id = build_id();
  if (id.size() < 3) return false;
  const auto installed = fmt::format("/usr/lib/debug/.build-id/{}/{}.debug",
                                     id.substr(0, 2), id.substr(2));
  return ::access(installed.c_str(), R_OK) == 0;
}

std::string ElfFile::function_in(const Elf64_Shdr& table,
                                 std::uint64_t address) const {
  const auto* const strings = section(table.sh_link);
  const auto count = table.sh_size / sizeof(Elf64_Sym);
  const auto* const symbols = at<Elf64_Sym>(table.sh_offset, count);
  if (!strings || !symbols) return {};
  const auto* const found =
      std::find_if(symbols, symbols + count, [&](const Elf64_Sym& symbol) {
        return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
               symbol.st_value <= address &&
               address - symbol.st_value < symbol.st_size;
      });
  if (found == symbols + count) return {};
  return std::string(text_at(strings->sh_offset + found->st_name));
}

std::string ElfFile::function_at(std::uint64_t address) const {
  for (const auto* name : {".symtab", ".dynsym"}) {
    const auto* const table = find_section(name);
    if (!table) continue;
    const auto function = function_in(*table, address);
    if (!function.empty()) return function;
  }
  return {};
}

}  // namespace poetry_compare
