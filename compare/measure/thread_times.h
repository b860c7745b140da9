// How a thread spent its time.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// In seconds.
struct ThreadTimes {
  double waiting = 0;  // for the task in question, alone or among others
  std::vector<double> stuck;  // in waits for others only; by task
  double away = 0;  // from any wait
  bool processor_known = true;
  double computing = 0;  // the processor time
  double delayed = 0;  // the thread could have run, but had no processor

  double sum_stuck() const;
  void add(const ThreadTimes& other);
};

// Refers to the picture.
class ThreadClocks {
 public:
  explicit ThreadClocks(const Picture& picture);

  // The activity of the thread between these times, as the task sees it.
  ThreadTimes times(int thread,
                    double begin,
                    double end,
                    std::size_t task) const;

 private:
  const Picture& picture_;
  std::vector<std::vector<const Wait*>> waits_;  // by thread, in order
};

}  // namespace poetry_compare
