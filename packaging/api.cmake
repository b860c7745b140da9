# The pages of the library's interface, made by doxygen.

find_package(Doxygen QUIET)
if(NOT Doxygen_FOUND)
  message(STATUS "No doxygen: the pages of the interface are not made")
  return()
endif()

set(when_warned NO)
if(CMAKE_COMPILE_WARNING_AS_ERROR)
  set(when_warned FAIL_ON_WARNINGS)
endif()
configure_file(Doxyfile.in Doxyfile @ONLY)
file(GLOB_RECURSE documented CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/core/net/*.h ${PROJECT_SOURCE_DIR}/core/reactor/*.h
  ${PROJECT_SOURCE_DIR}/core/tcp/*.h ${PROJECT_SOURCE_DIR}/core/protocols/*.h
  ${PROJECT_SOURCE_DIR}/core/coroutine/*.h)
add_custom_command(OUTPUT api/index.html
  COMMAND Doxygen::doxygen Doxyfile
  DEPENDS
    ${documented}
    ${PROJECT_SOURCE_DIR}/docs/embedding.md
    ${CMAKE_CURRENT_BINARY_DIR}/Doxyfile
    doxygen.awk
  VERBATIM)
add_custom_target(api-pages ALL
  DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/api/index.html)
install(DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/api
  DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT documentation)
