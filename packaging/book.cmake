# The book: the guide, the reference pages and the programs as pages for a
# browser, made by book/make_book.py.

find_package(Git QUIET)
find_package(Python3 COMPONENTS Interpreter QUIET)
set(python NOTFOUND)
# The distribution's modules may be hidden by a python3 from elsewhere.
foreach(candidate ${Python3_EXECUTABLE} /usr/bin/python3)
  execute_process(COMMAND ${candidate} -c "import markdown_it, pygments"
    RESULT_VARIABLE missing
    ERROR_QUIET)
  if(NOT python AND missing STREQUAL "0")
    set(python ${candidate})
  endif()
endforeach()
if(NOT python OR NOT Git_FOUND)
  message(STATUS
    "No git, python3-markdown-it or python3-pygments: the book is not made")
  return()
endif()

file(GLOB_RECURSE written CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_SOURCE_DIR}/book/*
  ${PROJECT_SOURCE_DIR}/docs/*
  ${PROJECT_SOURCE_DIR}/core/*.h
  ${PROJECT_SOURCE_DIR}/core/*.cpp)
file(GLOB more CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/*.md ${PROJECT_SOURCE_DIR}/*-*/*.cpp)
list(FILTER written EXCLUDE REGEX "\\.pyc$")
add_custom_command(OUTPUT book/index.html
  COMMAND ${CMAKE_COMMAND} -E rm -rf book
  COMMAND ${python} -X utf8 -B ${CMAKE_CURRENT_SOURCE_DIR}/book/make_book.py book
  DEPENDS ${written} ${more} ${PROJECT_SOURCE_DIR}/scripts/lib.sh
  VERBATIM)
add_custom_target(book ALL
  DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/book/index.html)
install(DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/book
  DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT documentation)
