// A reader and writer at one end of a pair of sockets, which does what the
// bytes say, and knows whether it may be called.
#pragma once

#include <cstdint>
#include <optional>

#include "net/socket.h"
#include "reactor/interfaces.h"

namespace fuzz {

class World;

// As little room to write as the system allows.
void make_small(const net::Socket& sock);

class Thing final : public reactor::ReadDescriptor,
                    public reactor::WriteDescriptor,
                    public std::enable_shared_from_this<Thing> {
 public:
  Thing(World& world, int id);
  ~Thing() override;

  int fileno() const override { return sock_.fd(); }
  std::error_code do_read() override;
  std::error_code do_write() override;
  void connection_lost(std::error_code reason) override;

  // --- What the bytes can ask for --------------------------------------------

  void add_reader();
  void add_writer();
  void remove_reader();
  void remove_writer();
  void keep();
  void forget();
  void hear();  // the other end says something
  void fill();  // there is no more room to write
  void drain();  // there is again
  void hang_up();  // the other end closes
  void close();  // as one should
  void close_rudely();  // without asking to be removed
  void open();  // again, with whatever number is free

  // --- The model -------------------------------------------------------------

  bool reads() const { return read_since_.has_value(); }
  bool writes() const { return write_since_.has_value(); }
  bool is_registered() const { return reads() || writes(); }
  int number() const { return number_; }  // it is registered as

  // The reactor has stopped; from now on it owes us a farewell, if it knew us.
  void leave();
  bool is_forgotten() const { return leaves_registered_ || leaves_kept_; }

 private:
  std::error_code called(int number);
  template <typename Add>
  void add(std::optional<std::uint64_t>& since, Add add);
  template <typename Remove>
  void remove(std::optional<std::uint64_t>& since, Remove remove);
  bool is_taken() const;

  World& world_;
  const int id_;
  net::Socket sock_;
  net::Socket other_;
  // Since when, in rounds.
  std::optional<std::uint64_t> read_since_;
  std::optional<std::uint64_t> write_since_;
  std::optional<std::uint64_t> kept_since_;
  std::optional<std::uint64_t> aside_since_;  // in phases: put aside
  int number_ = -1;
  bool leaves_registered_ = false;
  bool leaves_kept_ = false;
};

}  // namespace fuzz
