# Shared by the scripts: paths, error messages, installing and building.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
unset CDPATH

me=${0##*/}
root=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=${root%/*}
root=${scripts%/*}
build=$(readlink -m -- "${BUILD_DIR:-$root/build}")

# --- Error messages -----------------------------------------------------------

# A message, with what was typed in it, as one line.
one_line() {
  printf '%s' "${*//[[:cntrl:]]/?}"
}

die() {
  echo "$me: $(one_line "$*")" >&2
  exit 1
}

usage_error() {
  printf '%s: %s\ntry --help\n' "$me" "$(one_line "$*")" >&2
  exit 2
}

# For scripts that have no option but --help, which prints what help() says.
no_arguments() {
  local word
  for word; do
    case $word in
      -h | --help) help; exit ;;
      -*) usage_error "unknown option '$word'" ;;
      *) usage_error "unexpected argument '$word'" ;;
    esac
  done
}

# --- Running things -----------------------------------------------------------

# Runs a command in a process group of its own, so that end_job() can end all of
# it at once when a signal arrives. (Bash handles no signal while a command runs
# in the foreground.)
job=
run() {
  local status=0
  set -m
  "$@" &
  job=$!
  set +m
  wait "$job" || status=$?
  job=
  return "$status"
}

# Ends the command that run() has started.
end_job() {
  end_progress
  [[ $job ]] || return 0
  { kill -TERM -- "-$job" && wait "$job"; } 2>/dev/null || true
  job=
}

# Cleans up however the script ends. If a signal ends the script, the script
# dies of that signal. A script that has more to clean up redefines clean_up().
clean_up() {
  end_job
}
end_by() {
  trap '' HUP INT TERM
  clean_up
  trap - EXIT "$1"
  kill -s "$1" $$
}
trap 'trap "" HUP INT TERM; clean_up' EXIT
trap 'end_by HUP' HUP
trap 'end_by INT' INT
trap 'end_by TERM' TERM

# --- Progress -----------------------------------------------------------------

# A terminal that can rewrite a line. TERM=dumb says that it cannot.
can_rewrite() {
  [[ -t 1 && ${TERM:-dumb} != dumb ]]
}

# percent_in LOG: how far the command is that writes this log: make, ninja or
# apt-get. Prints nothing as long as the log does not say.
percent_in() {
  awk '
    match($0, /^\[ *[0-9]+%\]/) { percent = substr($0, 2, RLENGTH - 3) + 0 }
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), part, "/")
      percent = int(100 * part[1] / part[2])
    }
    / newly installed, / {
      for (i = 2; $i != "newly"; ++i) packages = $i
      steps = 0
    }
    packages && /^(Get:|Unpacking |Setting up )/ {
      percent = int(100 * ++steps / (3 * packages))
    }
    END { if (percent != "") print (percent < 100 ? percent : 99) }' "$1"
}

# show_progress LOG: prints how far the command is, until it is killed or the
# script is gone: every second on a terminal, every 15 seconds elsewhere.
show_progress() {
  local pause=15 percent i
  ! can_rewrite || pause=1
  while kill -0 $$ 2>/dev/null; do
    for ((i = 0; i < pause; ++i)); do sleep 1 >/dev/null 2>&1; done
    percent=$(percent_in "$1")
    if can_rewrite; then
      printf '\r\033[K  %3s %%, %d seconds' "${percent:-0}" "$SECONDS"
    else
      printf '  %3s %%, %d seconds\n' "${percent:-0}" "$SECONDS"
    fi
  done
}

progress=
begin_progress() {
  SECONDS=0
  show_progress "$1" &
  progress=$!
}
end_progress() {
  [[ $progress ]] || return 0
  { kill "$progress"; wait "$progress"; } 2>/dev/null || true
  progress=
  ! can_rewrite || printf '\r\033[K'
}

# quietly NAME COMMAND... writes the command's output to a log, and shows the
# progress. If the command fails, shows the end of the log, and ends the script
# with status 1, as every --help says.
quietly() {
  local log=$build/logs/$1.log status=0
  shift
  mkdir -p -- "$build/logs"
  : >"$log"
  begin_progress "$log"
  run "$@" >"$log" 2>&1 </dev/null || status=$?
  end_progress
  ((status != 0)) || return 0
  tail -n 25 -- "$log" >&2
  die "that failed with exit status $status; all of its output is in $log"
}

# --- Installing and building --------------------------------------------------

build_packages=(g++ cmake make libcxxopts-dev libfmt-dev libspdlog-dev
  nlohmann-json3-dev)
test_packages=("${build_packages[@]}" libgtest-dev libgmock-dev)
# Tests that need one of these are skipped without it.
book_packages=(git python3 python3-markdown-it python3-pygments)
tool_packages=("${book_packages[@]}" curl netcat-openbsd socat procps valgrind
  pkg-config help2man doxygen dpkg-dev lintian)
browser_packages=(chromium chromium-driver)

# For each package its usual name outside of Debian, and the command, the header or
# the Python module that shows that it is there. A package that is not listed is
# itself a command.
declare -A known_as=(
  [g++]="g++ c++"
  [libcxxopts-dev]="cxxopts cxxopts.hpp"
  [libfmt-dev]="fmt fmt/format.h"
  [libspdlog-dev]="spdlog spdlog/spdlog.h"
  [nlohmann-json3-dev]="nlohmann-json nlohmann/json.hpp"
  [libgtest-dev]="GoogleTest gtest/gtest.h"
  [libgmock-dev]="GoogleMock gmock/gmock.h"
  [libbenchmark-dev]="GoogleBenchmark benchmark/benchmark.h"
  [libev-dev]="libev ev.h"
  [libevent-dev]="libevent event2/event.h"
  [libuv1-dev]="libuv uv.h"
  [libasio-dev]="Asio asio.hpp"
  [python3-twisted]="Twisted twistd"
  [python3-markdown-it]="markdown-it-py markdown_it.py"
  [python3-pygments]="Pygments pygments.py"
  [clang]="clang clang++"
  [libclang-rt-dev]="compiler-rt clang++"
  [ninja-build]="ninja ninja"
  [netcat-openbsd]="netcat nc"
  [procps]="procps ps"
  [dpkg-dev]="dpkg-dev dpkg-shlibdeps"
  [chromium-driver]="chromedriver chromedriver")

usual_name() {
  local words=${known_as[$1]:-$1}
  echo "${words%% *}"
}

# Whether what shows that a package is there is found, however it came.
found() {
  local words=${known_as[$1]:-$1}
  local thing=${words##* }
  case $thing in
    *.h | *.hpp)
      printf '#if !__has_include(<%s>)\n#error\n#endif\n' "$thing" |
        c++ -E -x c++ - >/dev/null 2>&1
      ;;
    *.py) python3 -c "import ${thing%.py}" 2>/dev/null ;;
    *) command -v "$thing" >/dev/null ;;
  esac
}

installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' -- "$1" 2>/dev/null) == \
    installed ]]
}

can_install() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null &&
    { ((EUID == 0)) || command -v sudo >/dev/null; }
}

# install_packages PACKAGE... [-- PACKAGE...] installs what is missing, from the
# distribution. The script ends if one of the first packages cannot be installed.
# A package after the -- is a tool that only some tests need: the script goes on
# without it, and says so.
install_packages() {
  local package needed=() tools=() log=$build/logs/install.log
  local -n list=needed
  can_install || echo "Needs $(names_of "$@")"
  for package; do
    if [[ $package == -- ]]; then
      local -n list=tools
    elif ! is_there "$package"; then
      list+=("$package")
    fi
  done
  ((${#needed[@]} + ${#tools[@]} > 0)) || return 0

  ! can_install || install_missing
  if ((${#needed[@]} > 0)); then
    ! can_install || tail -n 10 -- "$log" >&2
    die "cannot install what is missing: $(names_of "${needed[@]}")"
  fi
  ((${#tools[@]} == 0)) ||
    echo "Not installed: $(names_of "${tools[@]}"). Tests that need it are skipped."
}

is_there() {
  if can_install; then installed "$1"; else found "$1"; fi
}

# The names to search for: the distribution's, or the usual ones.
names_of() {
  local package names=()
  for package; do
    [[ $package != -- ]] || continue
    ! can_install || names+=("$package")
    can_install || names+=("$(usual_name "$package")")
  done
  echo "${names[*]}"
}

# Installs the packages in `needed` and `tools`, and leaves in both what could
# not be installed. If not all can be installed at once, it tries the tools one
# by one: a tool that cannot be installed does not stop the others.
install_missing() {
  local package left=()
  echo "Installing what is missing:" "${needed[@]}" "${tools[@]}"
  mkdir -p -- "$build/logs"
  # In the foreground, since sudo may ask for a password.
  ((EUID == 0)) || sudo -v || return 0
  : >"$log"
  begin_progress "$log"
  if apt update >>"$log" 2>&1; then
    if apt_install "${needed[@]}" "${tools[@]}"; then
      needed=()
      tools=()
    elif apt_install "${needed[@]}"; then
      needed=()
      for package in "${tools[@]}"; do
        apt_install "$package" || left+=("$package")
      done
      tools=("${left[@]}")
    fi
  fi
  end_progress
}

apt_install() {
  (($# > 0)) || return 0
  apt install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}

apt() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

# configure DIRECTORY PRESET [cmake options...]
configure() {
  local dir=$1 preset=$2
  shift 2
  cd -- "$root"
  quietly "configure-$preset" cmake --preset "$preset" -B "$dir" "$@"
}

# compile DIRECTORY PRESET [targets...]
compile() {
  local dir=$1 preset=$2
  shift 2
  quietly "build-$preset" \
    cmake --build "$dir" --parallel "$(nproc)" ${1+--target "$@"}
}

# --- Pages and stages ---------------------------------------------------------

# The commands in a page's indented blocks.
commands() {
  awk '/^ *```/ { fenced = !fenced; next } !fenced && sub(/^    /, "")' "$1"
}

# The source files of all stages, relative to the root.
stages() {
  local dir
  cd -- "$root"
  for dir in blocking-server reactor-server blocking-client threaded-client \
    async-client basic-reactor reactor-client-1 reactor-client-2 \
    reactor-client-3 coroutine-client; do
    printf '%s\n' "$dir"/*.cpp
  done
}
