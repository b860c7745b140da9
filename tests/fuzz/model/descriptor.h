// A reader and writer at one end of a pair of sockets. The bytes choose its
// operations, and it checks whether it may be called.
#pragma once

#include <cstdint>
#include <optional>

#include "net/socket.h"
#include "reactor/interfaces.h"

namespace fuzz {

class ReactorModel;

// Makes the send buffer as small as the system allows.
void make_small(const net::Socket& sock);

class FuzzedDescriptor final
    : public reactor::ReadDescriptor,
      public reactor::WriteDescriptor,
      public std::enable_shared_from_this<FuzzedDescriptor> {
 public:
  FuzzedDescriptor(ReactorModel& model, int id);
  ~FuzzedDescriptor() override;

  int fileno() const override { return sock_.fd(); }
  std::error_code do_read() override;
  std::error_code do_write() override;
  void connection_lost(std::error_code reason) override;

  // --- Operations ------------------------------------------------------------

  void add_reader();
  void add_writer();
  void remove_reader();
  void remove_writer();
  void retain();
  void unretain();
  void send_from_peer();  // the other end sends some bytes
  void fill();  // until there is no room left
  void drain();  // the other end reads everything
  void close_peer();  // the other end closes
  void close();  // removes it first
  void close_without_removing();  // leaves it registered
  void open();  // again, with any free number

  // --- The model -------------------------------------------------------------

  bool reads() const { return read_since_.has_value(); }
  bool writes() const { return write_since_.has_value(); }
  bool is_registered() const { return reads() || writes(); }
  int number() const { return number_; }  // that is registered

  // The reactor has stopped: it has to notify this descriptor, if it is
  // registered.
  void reactor_stopped();
  bool awaits_loss() const {
    return awaits_loss_as_registered_ || awaits_loss_as_retained_;
  }

 private:
  std::error_code called(int number);
  template <typename Add>
  void add(std::optional<std::uint64_t>& since, Add add);
  template <typename Remove>
  void remove(std::optional<std::uint64_t>& since, Remove remove);
  bool is_taken() const;

  ReactorModel& model_;
  const int id_;
  net::Socket sock_;
  net::Socket other_;
  // The iterations in which it was added.
  std::optional<std::uint64_t> read_since_;
  std::optional<std::uint64_t> write_since_;
  std::optional<std::uint64_t> retained_since_;
  std::optional<std::uint64_t> removed_since_;  // a phase
  int number_ = -1;
  bool awaits_loss_as_registered_ = false;
  bool awaits_loss_as_retained_ = false;
};

}  // namespace fuzz
