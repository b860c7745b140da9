# What the scripts share: where things are, how to say no, install and build.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
unset CDPATH

me=${0##*/}
root=$(readlink -f -- "${BASH_SOURCE[0]}")
scripts=${root%/*}
root=${scripts%/*}
build=$(readlink -m -- "${BUILD_DIR:-$root/build}")

# --- Saying no ----------------------------------------------------------------

die() {
  echo "$me: $*" >&2
  exit 1
}

usage_error() {
  printf '%s: %s\ntry --help\n' "$me" "$*" >&2
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

# Runs a command, in a process group of its own: bash would wait for the command
# before it looks at a signal, and this way end_job() can end it at once.
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

# Ends what run() is running.
end_job() {
  [[ $job ]] || return 0
  { kill -TERM -- "-$job" && wait "$job"; } 2>/dev/null || true
  job=
}

# However the script ends: it cleans up before, and if a signal ends it, it dies
# of that. Who has more to clean up has a clean_up() of its own.
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

# quietly NAME COMMAND... writes what the command says to a log; if it fails,
# shows the end of that, and ends the script with its exit status.
quietly() {
  local log=$build/logs/$1.log status=0
  shift
  mkdir -p -- "$build/logs"
  run "$@" >"$log" 2>&1 </dev/null || status=$?
  ((status != 0)) || return 0
  tail -n 25 -- "$log" >&2
  echo "$me: that failed, exit status $status; all of it is in $log" >&2
  exit "$status"
}

# --- Installing and building --------------------------------------------------

build_packages=(g++ cmake make libcxxopts-dev libfmt-dev libspdlog-dev)
test_packages=("${build_packages[@]}" libgtest-dev libgmock-dev git python3
  curl netcat-openbsd socat procps valgrind
  pkg-config help2man doxygen dpkg-dev lintian)
browser_packages=(chromium chromium-driver)

installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' -- "$1" 2>/dev/null) == installed ]]
}

apt() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

# Installs those of the packages that are missing, from the distribution.
install_packages() {
  local package missing=() log=$build/logs/install.log status=0
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian, so these have to be there already: $*"
    return
  fi
  for package; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "only root can install what is missing: ${missing[*]}"
  fi

  echo "Installing what is missing: ${missing[*]}"
  mkdir -p -- "$build/logs"
  # In the foreground, since sudo may ask for a password.
  { apt update && apt install -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 || status=$?
  ((status != 0)) || return 0
  tail -n 10 -- "$log" >&2
  echo "$me: cannot install ${missing[*]}; all of it is in $log" >&2
  exit "$status"
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

# The commands that stand in a page in blocks of their own.
commands() {
  awk '/^ *```/ { fenced = !fenced; next } !fenced && sub(/^    /, "")' "$1"
}

# The source files of all stages, relative to the root.
stages() {
  local dir
  cd -- "$root"
  for dir in blocking-server blocking-client threaded-client async-client \
    basic-reactor reactor-client-1 reactor-client-2; do
    printf '%s\n' "$dir"/*.cpp
  done
}
