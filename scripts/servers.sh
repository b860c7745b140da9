# Starts and ends servers. Needs lib.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# Each server has two files here: NAME.server has its pid, its port and the time
# of its start; NAME.log has its output.
servers=$build/servers
server=$build/blocking-server/slowpoetry
reactor_server=$build/reactor-server/slowpoetry

# When a process was started, in clock ticks since the machine was started. Fails
# if there is no such process. Two processes with the same pid differ in this.
start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  echo "${20}"
}

# serves PID TIME: whether that process still is the server that was started.
serves() {
  local exe
  exe=$(readlink -- "/proc/$1/exe") || return
  exe=${exe% (deleted)}
  [[ $exe == "$server" || $exe == "$reactor_server" ]] &&
    [[ $(start_time "$1") == "$2" ]]
}

# start_server POEM PORT NUM_BYTES DELAY: waits until the server serves, and
# prints its first line. If the server ends instead, the script prints the
# server's error and ends with its exit status.
started=()
start_server() {
  local log=$servers/$1.log line='' i pid status=0
  mkdir -p -- "$servers"
  : >"$log"
  cd -- "$root" || return
  # An address, since a minimal system may not know the name localhost.
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

# Ends the servers that this script has started.
end_started() {
  ((${#started[@]} > 0)) || return 0
  { kill "${started[@]}"; wait "${started[@]}"; } 2>/dev/null || true
  rm -f -- "$servers"/*.server
  started=()
}
