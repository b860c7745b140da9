#include "compare/tracer/notebook.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "compare/tracer/fold.h"
#include "compare/tracer/next.h"
#include "compare/tracer/processor.h"

namespace tracer {
namespace {

// The kernel fills it with zeros in a child, so that the child starts a file of
// its own. A child of vfork() shares it, as it shares all memory.
struct Process {
  std::atomic<bool> gave_up;
  std::atomic<std::uint64_t> next;  // the first record that is free
  std::atomic<Record*> blocks[poetry_compare::most_blocks];
};

constinit Process* process = nullptr;  // null: nothing is recorded
constinit std::array<char, 256> directory{};
constinit std::array<char, sizeof(Header::command)> command{};

// "directory/pid.number", without printf(), which may allocate.
class Path {
 public:
  Path(unsigned pid, unsigned number) {
    append(directory.data());
    append("/");
    append(pid);
    append(".");
    append(number);
  }

  const char* text() const { return text_.data(); }

 private:
  void append(const char* text) {
    for (; *text != '\0'; ++text) text_[size_++] = *text;
  }

  void append(unsigned number) {
    if (number > 9) append(number / 10);
    text_[size_++] = static_cast<char>('0' + number % 10);
  }

  std::array<char, directory.size() + 32> text_{};
  std::size_t size_ = 0;
};

// System calls that bypass the C library: close() is interposed, and open() is
// a cancellation point.
int open_file(const Path& path, int flags) {
  return static_cast<int>(
      ::syscall(SYS_openat, AT_FDCWD, path.text(), flags | O_CLOEXEC, 0600));
}

void close_file(int fd) {
  ::syscall(SYS_close, fd);
}

// Null if there is no room. The room is allocated first, as a write to a page
// without room ends the program with SIGBUS; and the limit is looked at, as to
// exceed it ends the program with SIGXFSZ.
Record* map_block(int fd, std::size_t index) {
  const auto offset = static_cast<off_t>(index * block_size);
  constexpr auto size = static_cast<off_t>(block_size);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  if (limit.rlim_cur < static_cast<rlim_t>(offset + size)) return nullptr;

  long result = -1;
  for (int tries = 0; result != 0 && tries < 100; ++tries) {
    result = ::syscall(SYS_fallocate, fd, 0, offset, size);
    if (result != 0 && errno != EINTR) return nullptr;
  }
  if (result != 0) return nullptr;

  void* block = ::mmap(nullptr, block_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                       fd, offset);
  return block == MAP_FAILED ? nullptr : static_cast<Record*>(block);
}

// Several threads may be here at the same time, or one thread again in a signal
// handler: the first block that gets into the table is used.
Record* publish(std::size_t index, Record* block) {
  Record* found = nullptr;
  if (process->blocks[index].compare_exchange_strong(found, block)) {
    return block;
  }
  ::munmap(block, block_size);
  return found;
}

void fill_in(Header& header, unsigned pid, unsigned number) {
  header.pid = static_cast<int>(pid);
  header.number = static_cast<int>(number);
  header.started = now();
  header.command = command;
  std::atomic_thread_fence(std::memory_order_release);
  header.magic = poetry_compare::record_magic;
}

Record* start_file() {
  if (process->gave_up.load(std::memory_order_relaxed)) return nullptr;
  const auto pid = static_cast<unsigned>(::getpid());
  unsigned number = 0;
  int fd = -1;
  do {
    fd = open_file(Path(pid, number), O_RDWR | O_CREAT | O_EXCL);
  } while (fd < 0 && errno == EEXIST && ++number < 100000);
  if (fd < 0) {
    // Too many descriptors are a reason to try again; other errors are none.
    if (errno != EMFILE && errno != ENFILE) process->gave_up = true;
    return nullptr;
  }
  Record* block = map_block(fd, 0);
  close_file(fd);
  if (!block) return nullptr;

  fill_in(*reinterpret_cast<Header*>(block), pid, number);
  Record* published = publish(0, block);
  if (published != block) ::unlink(Path(pid, number).text());
  return published;
}

Record* add_block(const Header& header, std::size_t index) {
  const Path path(static_cast<unsigned>(header.pid),
                  static_cast<unsigned>(header.number));
  const int fd = open_file(path, O_RDWR);
  if (fd < 0) return nullptr;
  Record* block = map_block(fd, index);
  close_file(fd);
  if (!block) return nullptr;
  // A full block stays in the file, but need not count as the program's memory.
  ::madvise(process->blocks[index - 1], block_size, MADV_DONTNEED);
  // Once for all its pages, rather than at the first record of each.
  ::madvise(block, block_size, MADV_POPULATE_WRITE);
  return publish(index, block);
}

int thread_id(int pid) {
  // A child inherits its parent's values.
  thread_local int of_process = 0;
  thread_local int thread = 0;
  if (of_process != pid) {
    thread = ::gettid();
    of_process = pid;
  }
  return thread;
}

// Where the next record goes; null if there is no room.
Record* take_slot(const Header& header) {
  const std::size_t slot =
      poetry_compare::first_record +
      process->next.fetch_add(1, std::memory_order_relaxed);
  const std::size_t index = slot / poetry_compare::records_per_block;
  if (index >= poetry_compare::most_blocks) return nullptr;
  Record* block = process->blocks[index].load(std::memory_order_acquire);
  if (!block) block = add_block(header, index);
  return block ? block + slot % poetry_compare::records_per_block : nullptr;
}

void keep_command(int argc, char** argv) {
  std::size_t size = 0;
  for (int i = 0; i < argc; ++i) {
    const std::size_t length = std::strlen(argv[i]) + 1;
    if (size + length > command.size()) return;
    std::memcpy(command.data() + size, argv[i], length);
    size += length;
  }
}

// The GNU C library hands main()'s arguments to constructors, too.
__attribute__((constructor)) void start(int argc, char** argv) {
  const KeepErrno keep;
  const char* wanted = std::getenv(poetry_compare::trace_dir_variable);
  if (!wanted || std::strlen(wanted) >= directory.size()) return;
  std::strcpy(directory.data(), wanted);
  keep_command(argc, argv);

  void* memory = ::mmap(nullptr, sizeof(Process), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  if (::madvise(memory, sizeof(Process), MADV_WIPEONFORK) != 0) return;
  process = static_cast<Process*>(memory);
  // A child that gives up its rights can start no file afterwards.
  if (::geteuid() == 0) ::pthread_atfork(nullptr, nullptr, [] { header(); });
  // Start the file now: it shows that the program is traced, even if it makes
  // no call.
  header();
}

}  // namespace

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::int64_t begin(Record& record) {
  constexpr std::int64_t often = 10'000'000;
  thread_local std::int64_t last = 0;
  const std::int64_t time = now();
  if (time - last < often) return time;
  const KeepErrno keep;
  add_processor_time(record);
  last = now();
  return last;
}

bool is_tracing() {
  return process;
}

Header* header() {
  if (!process) return nullptr;
  Record* block = process->blocks[0].load(std::memory_order_acquire);
  if (!block) block = start_file();
  return reinterpret_cast<Header*>(block);
}

bool is_guest() {
  return process && header() && header()->pid != ::getpid();
}

void note(Record& record) {
  Header* const file = header();
  if (!file || fold(record, file->pid)) return;
  Record* const slot = take_slot(*file);
  if (!slot) {
    file->lost.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // `thread` is set last: it says that the other members are valid.
  record.thread = 0;
  *slot = record;
  std::atomic_ref(slot->thread)
      .store(thread_id(file->pid), std::memory_order_release);
  remember(*slot, file->pid);
}

}  // namespace tracer
