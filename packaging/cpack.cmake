# Read by cpack, before it makes packages.

find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
if(NOT DPKG_SHLIBDEPS)
  message(FATAL_ERROR "dpkg-shlibdeps is missing: install the package "
    "dpkg-dev. Without it, the packages would not depend on the libraries that "
    "they need.")
endif()
