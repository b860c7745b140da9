# Packages for Debian, made by `cpack`: programs, library, documentation.

set(CPACK_GENERATOR DEB)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/cpack.cmake)
if(NOT CPACK_PACKAGE_CONTACT)
  set(CPACK_PACKAGE_CONTACT "Slow Poetry <slowpoetry@example.org>")
endif()
# Each package has a summary of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# As dpkg-deb has them, whatever the umask of the build is.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL programs development documentation)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${CPACK_PACKAGE_CONTACT})

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME slowpoetry)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
# poetry-compare asks its addr2line for the lines of programs.
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS binutils)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SUGGESTS slowpoetry-doc)
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION
  "blocking and event-driven I/O, by example
A server that sends poems slowly, clients that wait for them in many ways, and
poetry-compare, which shows what each of them waits for.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libslowpoetry-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libspdlog-dev, libfmt-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS slowpoetry-doc)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "small reactor on select, poll or epoll, in C++20
The library below the programs of slowpoetry: headers, static libraries, and
what CMake and pkg-config need to find them.")

set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_NAME slowpoetry-doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_SECTION doc)
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_ARCHITECTURE all)
# Readers of the documentation may want to read the man pages, too.
set(CPACK_DEBIAN_DOCUMENTATION_PACKAGE_RECOMMENDS man-db)
set(CPACK_COMPONENT_DOCUMENTATION_DESCRIPTION
  "documentation of slowpoetry and its library
The guide to the programs, what the library promises, and how both are tested.
As pages for a browser they are in book/index.html.")

# Every package has a licence and a changelog; this changelog names ours.
set(debian_changelog ${CMAKE_CURRENT_BINARY_DIR}/changelog)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(changelog.in ${debian_changelog} @ONLY)
execute_process(COMMAND ${GZIP} -9nf ${debian_changelog}
  COMMAND_ERROR_IS_FATAL ANY)
foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(place ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
    DESTINATION ${place} COMPONENT ${component} RENAME copyright)
  install(FILES ${debian_changelog}.gz
    DESTINATION ${place} COMPONENT ${component})
endforeach()

include(CPack)
