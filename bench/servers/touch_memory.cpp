// Writes to so many MiB of fresh memory, and ends: `touch_memory MIB`. On a
// virtual machine the next program then gets that memory without delay.
#include <sys/mman.h>

#include <cstring>

#include "common/bench.h"

int main(int argc, char** argv) {
  if (argc != 2) bench::usage("touch_memory MIB");
  const auto size =
      static_cast<std::size_t>(bench::number(argv[1], 1, 1'000'000)) << 20;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) bench::fail_last("mmap");
  std::memset(memory, 1, size);
}
