// A plain view of the places where the variants wait.
#pragma once

#include <string>

#include "compare/draw/page_view.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// See make_place_table(). No group if no place is known.
TableView view_places(const Comparison& comparison);

// "select at async-client/get-poetry.cpp:84, in main": the place where the
// thread waits longest, or where the task is read. Empty: not known.
std::string place_of_thread(const Picture& picture, std::size_t thread);
std::string place_of_task(const Picture& picture, const Task& task);

}  // namespace poetry_compare
