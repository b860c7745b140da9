// Who is registered with the reactor; who of them is called, reactor.cpp says.
#include <algorithm>
#include <utility>

#include "reactor/reactor.h"

namespace reactor {

Reactor::Watch& Reactor::watch_of(
    const std::shared_ptr<FileDescriptor>& descriptor, int fd) {
  if (fd < 0) throw std::system_error(Error::descriptor_closed);
  const auto number = static_cast<std::size_t>(fd);
  if (number >= watches_.size()) watches_.resize(number + 1);
  Watch& watch = watches_[number];
  if (watch.owner && watch.owner != descriptor) {
    throw std::system_error(Error::descriptor_taken,
                            "descriptor " + std::to_string(fd));
  }
  return watch;
}

void Reactor::add_reader(std::shared_ptr<ReadDescriptor> reader) {
  const int fd = reader->fileno();
  Watch& watch = watch_of(reader, fd);
  if (watch.reader) return;
  poller_->watch(fd, {true, watch.writer != nullptr});
  watch.reader = reader.get();
  watch.read_since = round_;
  watch.owner = std::move(reader);
}

void Reactor::add_writer(std::shared_ptr<WriteDescriptor> writer) {
  const int fd = writer->fileno();
  Watch& watch = watch_of(writer, fd);
  if (watch.writer) return;
  poller_->watch(fd, {watch.reader != nullptr, true});
  watch.writer = writer.get();
  watch.write_since = round_;
  watch.owner = std::move(writer);
}

void Reactor::remove_reader(const ReadDescriptor& reader) {
  const int fd = registered_as(reader);
  if (fd < 0) return;
  watches_[static_cast<std::size_t>(fd)].reader = nullptr;
  update(fd);
}

void Reactor::remove_writer(const WriteDescriptor& writer) {
  const int fd = registered_as(writer);
  if (fd < 0) return;
  watches_[static_cast<std::size_t>(fd)].writer = nullptr;
  update(fd);
}

// What the poller watches is what is left; who waits for nothing is let go of.
void Reactor::update(int fd) {
  Watch& watch = watches_[static_cast<std::size_t>(fd)];
  poller_->watch(fd, {watch.reader != nullptr, watch.writer != nullptr});
  if (!watch.reader && !watch.writer) {
    released_.push_back(std::move(watch.owner));
  }
}

void Reactor::unwatch(int fd) {
  Watch& watch = watches_[static_cast<std::size_t>(fd)];
  watch.reader = nullptr;
  watch.writer = nullptr;
  update(fd);
}

// The number it was registered with, which it may have forgotten if it was
// closed too early; -1 if it is not registered.
int Reactor::registered_as(const FileDescriptor& descriptor) const {
  const int fd = descriptor.fileno();
  const auto is_owner = [&](const Watch& watch) {
    return watch.owner.get() == &descriptor;
  };
  if (fd >= 0) {
    const auto number = static_cast<std::size_t>(fd);
    return number < watches_.size() && is_owner(watches_[number]) ? fd : -1;
  }
  const auto found = std::find_if(watches_.begin(), watches_.end(), is_owner);
  return found == watches_.end() ? -1
                                 : static_cast<int>(found - watches_.begin());
}

std::vector<std::shared_ptr<ReadDescriptor>> Reactor::readers() const {
  std::vector<std::shared_ptr<ReadDescriptor>> readers;
  for (const Watch& watch : watches_) {
    if (watch.reader && watch.owner != waker_) {
      readers.emplace_back(watch.owner, watch.reader);
    }
  }
  return readers;
}

std::vector<std::shared_ptr<WriteDescriptor>> Reactor::writers() const {
  std::vector<std::shared_ptr<WriteDescriptor>> writers;
  for (const Watch& watch : watches_) {
    if (watch.writer) writers.emplace_back(watch.owner, watch.writer);
  }
  return writers;
}

std::vector<std::shared_ptr<FileDescriptor>> Reactor::remove_all() {
  std::vector<std::shared_ptr<FileDescriptor>> removed;
  for (std::size_t fd = 0; fd < watches_.size(); ++fd) {
    Watch& watch = watches_[fd];
    if (!watch.owner || watch.owner == waker_) continue;
    removed.push_back(watch.owner);
    watch.reader = nullptr;
    watch.writer = nullptr;
    update(static_cast<int>(fd));
  }
  return removed;
}

void Reactor::keep(std::shared_ptr<FileDescriptor> descriptor) {
  const FileDescriptor* const key = descriptor.get();
  kept_.emplace(key, std::move(descriptor));
}

void Reactor::forget(const FileDescriptor& descriptor) {
  if (auto node = kept_.extract(&descriptor)) {
    released_.push_back(std::move(node.mapped()));
  }
}

}  // namespace reactor
