#include "support/parsing.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

// Counts one thread at a time.
std::size_t allocations = 0;
std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (!memory) throw std::bad_alloc();
  ++allocations;
  live_bytes += ::malloc_usable_size(memory);
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}

void operator delete(void* memory) noexcept {
  live_bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace rig {

void feed(reactor::Protocol& protocol, std::string_view all, std::size_t size) {
  for (std::size_t at = 0; at < all.size(); at += size) {
    protocol.data_received(all.substr(at, size));
  }
}

void feed(reactor::Protocol& protocol,
          std::string_view all,
          std::size_t most,
          std::mt19937& random) {
  while (!all.empty()) {
    const std::size_t size = std::min(all.size(), 1 + random() % most);
    protocol.data_received(all.substr(0, size));
    all.remove_prefix(size);
  }
}

std::string any_of(std::string_view bytes,
                   std::size_t size,
                   std::mt19937& random) {
  std::string some;
  while (some.size() < size) {
    some += bytes[random() % bytes.size()];
  }
  return some;
}

Allocations::Allocations()
    : count_before_(allocations),
      live_before_(live_bytes) {
  peak_bytes = live_bytes;
}

std::size_t Allocations::count() const {
  return allocations - count_before_;
}

std::size_t Allocations::live() const {
  return live_bytes - std::min(live_bytes, live_before_);
}

std::size_t Allocations::peak() const {
  return peak_bytes - live_before_;
}

}  // namespace rig
