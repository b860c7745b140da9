#include "compare/trace/record_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

namespace poetry_compare {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool is_written(const Record& record) {
  // C++20 has no atomic_ref of a const object.
  auto& thread = const_cast<std::int32_t&>(record.thread);
  return std::atomic_ref(thread).load(std::memory_order_acquire) != 0;
}

// The members that depend on the kind of the call.
void add_details(const Record& record, Event& event) {
  if (is_wait(event)) {
    event.sockets = record.sockets;
    event.set = record.set;
    return;
  }
  event.queued = record.queued;
  if (record.flags & flag_received) {
    event.received = static_cast<std::int64_t>(record.received);
  } else {
    event.checksum = record.checksum;
  }
}

Event to_event(const Record& record, int pid) {
  Event event;
  event.time = record.time;
  event.duration = record.duration;
  event.pid = pid;
  event.thread = record.thread;
  event.call = call_names.at(static_cast<std::size_t>(record.call));
  event.fd = record.fd;
  event.local = record.local;
  event.peer = record.peer;
  event.result = record.result;
  event.error = record.error;
  event.repeats = record.repeats;
  add_details(record, event);
  if (record.flags & flag_cpu) event.cpu = record.cpu;
  if (record.flags & flag_delayed) event.delayed = record.delayed;
  event.nonblocking = record.flags & flag_nonblocking;
  event.wait_all = record.flags & flag_wait_all;
  return event;
}

}  // namespace

RecordFile::RecordFile(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("cannot read " + path.string());
  struct stat status {};
  if (::fstat(fd, &status) == 0) {
    size_ = static_cast<std::size_t>(status.st_size);
  }
  if (size_ > 0) {
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
  }
  ::close(fd);
  if (data_ == MAP_FAILED) fail("cannot read " + path.string());
}

RecordFile::~RecordFile() {
  if (size_ > 0) ::munmap(data_, size_);
}

const Header* RecordFile::header() const {
  if (size_ < sizeof(Header)) return nullptr;
  const auto* header = static_cast<const Header*>(data_);
  return header->magic == record_magic ? header : nullptr;
}

void RecordFile::add_events(const std::vector<int>& sites,
                            std::vector<Event>& events) const {
  const auto* records = static_cast<const Record*>(data_);
  const auto* end = records + size_ / sizeof(Record);
  for (const auto* record = records + first_record; record < end; ++record) {
    if (!is_written(*record)) continue;
    Event& event = events.emplace_back(to_event(*record, header()->pid));
    if (record->site < sites.size()) event.site = sites[record->site];
  }
}

}  // namespace poetry_compare
