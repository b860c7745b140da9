# Starting and ending servers, for those who have read lib.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# Where they are remembered: for each a file NAME.server with its pid, its port
# and the time it was started, and its NAME.log beside it.
servers=$build/servers
server=$build/blocking-server/slowpoetry

# When a process was started, in clock ticks since the machine was; it fails if
# there is no such process. A number that is used again has another time.
start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  echo "${20}"
}

# serves PID TIME: whether that process still is the server we started.
serves() {
  local exe
  exe=$(readlink -- "/proc/$1/exe") || return
  [[ ${exe% (deleted)} == "$server" && $(start_time "$1") == "$2" ]]
}

# start_server POEM PORT NUM_BYTES DELAY: waits until it serves, and says so. If
# it cannot, ends the script with what the server says, and its exit status.
started=()
start_server() {
  local log=$servers/$1.log line='' i pid status=0
  mkdir -p -- "$servers"
  : >"$log"
  cd -- "$root" || return
  # A number, since a bare system may not even know what localhost is.
  setsid "$server" --iface 127.0.0.1 --port "$2" "poetry/$1.txt" \
    --num-bytes "$3" --delay "$4" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  started+=("$pid")

  for ((i = 0; i < 400; ++i)); do
    read -r line <"$log" || true
    if [[ $line =~ ^Serving\ .*\ on\ port\ ([0-9]+)\.$ ]]; then
      echo "$pid ${BASH_REMATCH[1]} $(start_time "$pid")" >"$servers/$1.server"
      echo "$line"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep .05
  done

  if kill -0 "$pid" 2>/dev/null; then
    die "the server of $1.txt does not serve, see $log"
  fi
  wait "$pid" || status=$?
  sed "s/^slowpoetry: /$me: /" "$log" >&2
  exit "$status"
}

# Ends those that this script has started, and forgets them.
end_started() {
  ((${#started[@]} > 0)) || return 0
  { kill "${started[@]}"; wait "${started[@]}"; } 2>/dev/null || true
  rm -f -- "$servers"/*.server
  started=()
}
