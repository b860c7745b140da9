// The file in which one process has its records, see format.h.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "compare/trace/format.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// The file, mapped. Its process may still be writing to it.
class RecordFile {
 public:
  // Throws std::system_error.
  explicit RecordFile(const std::filesystem::path& path);
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;
  ~RecordFile();

  // Null if the process ended before it had written the header.
  const Header* header() const;

  // There must be a header. `sites` has the site of an event for each number
  // that a record can have.
  void add_events(const std::vector<int>& sites,
                  std::vector<Event>& events) const;

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace poetry_compare
