# Man pages and completions, made from what the programs print for --help. The
# programs make that from the tables of their options, so all of it agrees.

find_program(AWK awk REQUIRED)
find_program(GZIP gzip REQUIRED)
find_program(HELP2MAN help2man)
if(NOT HELP2MAN)
  message(STATUS "No help2man: most man pages are not made")
endif()

file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/bin)

# document_program(target name does), for install_program().
function(document_program target name does)
  if(target MATCHES "^basic-reactor-")
    document_plain_program(${name} "${does}")
  elseif(NOT CMAKE_CROSSCOMPILING)
    # Under its installed name, which the program prints.
    add_custom_command(OUTPUT ${name}.help
      COMMAND ${CMAKE_COMMAND} -E create_symlink
        $<TARGET_FILE:${target}> bin/${name}
      COMMAND bin/${name} --help > ${name}.help
      DEPENDS ${target}
      VERBATIM)
    make_completions(${name})
    if(HELP2MAN)
      make_man_page(${name} "${does}")
    endif()
  endif()
endfunction()

function(make_man_page name does)
  add_custom_command(OUTPUT ${name}.1.gz
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${HELP2MAN} --no-info
      --name=${does} --output=${name}.help2man bin/${name}
    COMMAND ${AWK} -f ${CMAKE_CURRENT_SOURCE_DIR}/man.awk
      ${name}.help2man > ${name}.1
    COMMAND ${GZIP} -9nf ${name}.1
    DEPENDS ${name}.help man.awk
    VERBATIM)
  install_manual(${name}.1.gz ${CMAKE_INSTALL_MANDIR}/man1)
endfunction()

# A program that has no options has no --help either.
function(document_plain_program name does)
  configure_file(plain-program.1.in ${name}.1.plain @ONLY)
  add_custom_command(OUTPUT ${name}.1.gz
    COMMAND ${GZIP} -9nc ${name}.1.plain > ${name}.1.gz
    DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${name}.1.plain
    VERBATIM)
  install_manual(${name}.1.gz ${CMAKE_INSTALL_MANDIR}/man1)
endfunction()

# In the directories in which Debian's shells look for completions.
function(make_completions name)
  set(places
    bash bash/${name} bash-completion/completions
    fish fish/${name}.fish fish/vendor_completions.d
    zsh zsh/_${name} zsh/vendor-completions)
  while(places)
    list(POP_FRONT places shell file place)
    cmake_path(GET file PARENT_PATH directory)
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${directory})
    add_custom_command(OUTPUT ${file}
      COMMAND ${AWK} -v shell=${shell} -v program=${name}
        -f ${CMAKE_CURRENT_SOURCE_DIR}/completion.awk ${name}.help > ${file}
      DEPENDS ${name}.help completion.awk
      VERBATIM)
    install_manual(${file} ${CMAKE_INSTALL_DATADIR}/${place})
  endwhile()
endfunction()

# install_manual(file place): the file is made by a command above.
function(install_manual file place)
  # A whole path: CMake would take bash/poetry-trace for the target.
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${file})
  set_property(DIRECTORY APPEND PROPERTY manual ${file})
  install(FILES ${file}
    DESTINATION ${place}
    COMPONENT programs)
endfunction()

# To be called last. One target for all files: with two targets, make would run
# a command that both need twice at once.
function(add_manual)
  get_property(files DIRECTORY PROPERTY manual)
  add_custom_target(manual ALL DEPENDS ${files})
endfunction()
