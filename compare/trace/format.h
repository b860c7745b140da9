// The records that the tracer writes while the program runs, and that the
// recorder reads.
//
// Each process has a file of its own, named PID.0, or PID.1 after execve(). The
// file is mapped, so that no record is lost however the process ends. A file is
// a sequence of blocks. The first block begins with the header, which takes the
// place of as many records as fit into it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace poetry_compare {

// Tells a traced program the directory for its files.
constexpr auto trace_dir_variable = "POETRY_TRACE_DIR";

enum class Call : std::uint8_t {
  accept,
  accept4,
  close,
  connect,
  epoll_pwait,
  epoll_pwait2,
  epoll_wait,
  exit_program,
  peek,
  poll,
  ppoll,
  preadv2,
  pselect,
  pwritev2,
  read,
  readv,
  recv,
  recvfrom,
  recvmmsg,
  recvmsg,
  select,
  send,
  sendfile,
  sendmmsg,
  sendmsg,
  sendto,
  shutdown,
  splice,
  splice_to,
  write,
  writev,
};

// In the order of Call.
constexpr std::array<std::string_view, 31> call_names = {
    "accept",       "accept4",    "close",    "connect",   "epoll_pwait",
    "epoll_pwait2", "epoll_wait", "exit",     "peek",      "poll",
    "ppoll",        "preadv2",    "pselect",  "pwritev2",  "read",
    "readv",        "recv",       "recvfrom", "recvmmsg",  "recvmsg",
    "select",       "send",       "sendfile", "sendmmsg",  "sendmsg",
    "sendto",       "shutdown",   "splice",   "splice_to", "write",
    "writev"};

// An Event (trace.h) without the pid, which is the same in all of a file.
struct Record {
  std::int64_t time;
  std::int64_t duration;
  union {
    std::uint64_t checksum;
    std::uint64_t set;  // of a wait
    std::uint64_t received;  // of a close() or the end of the program
  };
  std::int32_t result;
  std::int32_t thread;  // set last, atomically: the record is complete
  std::int32_t fd;
  union {
    std::int32_t queued;
    std::int32_t sockets;  // of a wait
  };
  std::uint32_t repeats;
  std::uint32_t cpu;  // in us, modulo 2^32
  std::uint32_t delayed;  // likewise
  std::uint16_t site;  // a number in Header::sites, from 1; 0: not known
  std::uint16_t reserved;
  std::uint16_t local;
  std::uint16_t peer;
  std::uint16_t error;
  Call call;
  std::uint8_t flags;
};

// In Record::flags.
constexpr std::uint8_t flag_nonblocking = 1;
constexpr std::uint8_t flag_wait_all = 2;
constexpr std::uint8_t flag_cpu = 4;  // cpu is known
constexpr std::uint8_t flag_delayed = 8;  // delayed is known
constexpr std::uint8_t flag_received = 16;  // received is known

// A program that the process becomes, or starts. If it is traced, it has a file
// of its own.
struct Execution {
  std::int64_t time;  // before the program begins
  std::atomic<std::int32_t> pid;  // of the program; 0: there is none
  std::uint32_t user;  // who runs it
  std::uint32_t inherits;  // whether its environment loads the tracer
  std::array<char, 236> program;
};

// A file from which code of the process was loaded.
struct LoadedModule {
  std::atomic<std::uint64_t> begin;  // where it is in memory; 0: unused
  std::uint32_t build_id_size;  // 0: there is no build ID
  std::array<std::uint8_t, 20> build_id;
  std::array<char, 256> path;  // empty: not known, or too long
};

// A place in the code that makes a call.
struct CallSite {
  // The address in memory that the call returns to; 0: unused.
  std::atomic<std::uint64_t> address;
  std::uint64_t address_in_file;  // as the file of the module counts
  // A number in Header::modules, from 1, and set last; 0: not known.
  std::atomic<std::uint32_t> module;
};

struct Header {
  std::array<char, 16> magic;
  std::int64_t started;  // in ns on CLOCK_MONOTONIC
  std::int32_t pid;
  std::int32_t number;  // what follows the dot in the file's name
  std::atomic<std::uint64_t> lost;  // records without room
  std::atomic<std::uint64_t> next_execution;
  std::array<CallSite, 256> sites;  // a hash table
  std::array<LoadedModule, 32> modules;
  std::array<Execution, 8> executions;  // the newest ones
  std::array<char, 6096> command;  // the arguments, each with a '\0' at its end
};

// To be changed with the layout.
constexpr std::array<char, 16> record_magic = {"poetry-tracer 4"};

// The file name of the tracer.
constexpr auto tracer_name = "libpoetry-tracer.so";

constexpr std::size_t block_size = 131072;
constexpr std::size_t records_per_block = block_size / sizeof(Record);
constexpr std::size_t first_record = sizeof(Header) / sizeof(Record);
constexpr std::size_t most_blocks = 8192;

static_assert(sizeof(Record) == 64 && sizeof(Header) == 23552);
static_assert(std::atomic_ref<std::int32_t>::is_always_lock_free);

}  // namespace poetry_compare
