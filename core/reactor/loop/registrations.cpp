// Adds, removes and finds registrations; reactor.cpp calls the descriptors.
#include <utility>

#include "reactor/loop/waker.h"
#include "reactor/reactor.h"

namespace reactor {

Reactor::Registration& Reactor::registration_for(
    const std::shared_ptr<FileDescriptor>& descriptor, int fd) {
  if (fd < 0) throw std::system_error(Error::descriptor_closed);
  const auto number = static_cast<std::size_t>(fd);
  if (number >= registrations_.size()) registrations_.resize(number + 1);
  Registration& registration = registrations_[number];
  if (registration.owner && registration.owner != descriptor) {
    throw std::system_error(Error::descriptor_taken,
                            "descriptor " + std::to_string(fd));
  }
  return registration;
}

void Reactor::add_reader(std::shared_ptr<ReadDescriptor> reader) {
  const int fd = reader->fileno();
  Registration& registration = registration_for(reader, fd);
  if (registration.reader) return;
  assign(fd, reader.get(), registration.writer);
  registration.reader_since = iteration_;
  registration.owner = std::move(reader);
}

void Reactor::add_writer(std::shared_ptr<WriteDescriptor> writer) {
  const int fd = writer->fileno();
  Registration& registration = registration_for(writer, fd);
  if (registration.writer) return;
  assign(fd, registration.reader, writer.get());
  registration.writer_since = iteration_;
  registration.owner = std::move(writer);
}

void Reactor::remove_reader(const ReadDescriptor& reader) {
  const int fd = fd_of(reader);
  if (fd >= 0) assign(fd, nullptr, at(fd).writer);
}

void Reactor::remove_writer(const WriteDescriptor& writer) {
  const int fd = fd_of(writer);
  if (fd >= 0) assign(fd, at(fd).reader, nullptr);
}

// Passes the events to the poller, which may refuse them. With none, the
// reactor drops its reference to the descriptor.
void Reactor::assign(int fd, ReadDescriptor* reader, WriteDescriptor* writer) {
  Registration& registration = at(fd);
  poller_->watch(fd, {reader != nullptr, writer != nullptr});
  registration.reader = reader;
  registration.writer = writer;
  if (!reader && !writer) destroy_later(std::move(registration.owner));
}

// The number under which the descriptor is registered, or -1. If it was closed
// before it was removed, its fileno() is -1, so search for it.
int Reactor::fd_of(const FileDescriptor& descriptor) {
  const auto is_at = [&](int n) { return at(n).owner.get() == &descriptor; };
  const int size = static_cast<int>(registrations_.size());
  const int fd = descriptor.fileno();
  if (fd >= 0) return fd < size && is_at(fd) ? fd : -1;
  for (int number = 0; number < size; ++number) {
    if (is_at(number)) return number;
  }
  return -1;
}

std::vector<std::shared_ptr<ReadDescriptor>> Reactor::readers() const {
  std::vector<std::shared_ptr<ReadDescriptor>> readers;
  for (const Registration& registration : registrations_) {
    if (registration.reader && registration.owner != waker_) {
      readers.emplace_back(registration.owner, registration.reader);
    }
  }
  return readers;
}

std::vector<std::shared_ptr<WriteDescriptor>> Reactor::writers() const {
  std::vector<std::shared_ptr<WriteDescriptor>> writers;
  for (const Registration& registration : registrations_) {
    if (registration.writer) {
      writers.emplace_back(registration.owner, registration.writer);
    }
  }
  return writers;
}

void Reactor::retain(std::shared_ptr<FileDescriptor> descriptor) {
  const FileDescriptor* const key = descriptor.get();
  retained_.try_emplace(key, std::move(descriptor));
}

void Reactor::unretain(const FileDescriptor& descriptor) {
  if (auto node = retained_.extract(&descriptor)) {
    destroy_later(std::move(node.mapped()));
  }
  // Free the memory that very many needed.
  if (retained_.empty() && retained_.bucket_count() > 1024) {
    decltype(retained_)(&retained_pool_).swap(retained_);
    retained_pool_.release();
  }
}

void Reactor::destroy_later(std::shared_ptr<void> object) {
  doomed_.push_back(std::move(object));
}

}  // namespace reactor
