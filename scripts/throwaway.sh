# Sourced by with-pg and with-server: a HOWDAH_HOME that is thrown away, and a command run beside it.
# Needs: bin/howdah (make build). HOWDAH_POSTGRES chooses the binaries, as everywhere.
# Leaves: nothing. Signals end the command and everything it started; what a killed run left, the next one deletes.
# Costs: nothing by itself.
# shellcheck shell=sh

root=$(pwd)
home=
child=
server=
exec 3<&0 # a shell gives what it runs in the background no standard input

# in_home replaces this (sub)shell by a command that knows no .env and no database but its own.
in_home() {
  cd "$home" || exit
  exec env DATABASE_URL= HOWDAH_HOME="$home" HOWDAH_PROJECT=demo HOWDAH_ENV=development API_EXTERNAL_URL= \
    HOST=127.0.0.1 PORT=0 POSTGRES_PORT=0 POSTGRES_VOLATILE=true OUTBOUND_ALLOW=127.0.0.0/8 \
    AUTH_RATE_LIMIT_ENABLED="${AUTH_RATE_LIMIT_ENABLED:-false}" "$@"
}
howdah() { (in_home "$root/bin/howdah" "$@"); }

open_home() {
  [ -x bin/howdah ] || { echo "${0##*/}: there is no bin/howdah; run make build" >&2; exit 1; }
  for home in "${TMPDIR:-/tmp}"/howdah-test.*; do
    pid=${home##*/howdah-test.}
    if [ -O "$home" ] && ! kill -0 "${pid%%.*}" 2>/dev/null; then throw_away; fi
  done
  home=
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 129' HUP
  trap 'exit 143' TERM
  home=$(mktemp -d "${TMPDIR:-/tmp}/howdah-test.$$.XXXXXX")
  chmod 711 "$home" # under root PostgreSQL runs as another user
}

throw_away() {
  howdah reset --yes >/dev/null 2>&1 || echo "${0##*/}: the cluster under $home could not be deleted" >&2
  rm -rf "$home"
}

# run runs a command in a process group of its own and exits with its code.
run() {
  if command -v setsid >/dev/null; then setsid "$@" <&3 3<&- & else "$@" <&3 3<&- & fi
  child=$!
  code=0
  wait "$child" || code=$?
  child=
  exit "$code"
}

finish() {
  code=$?
  trap '' INT HUP TERM
  trap - EXIT
  if [ -n "$child" ]; then
    kill -s TERM -- "-$child" 2>/dev/null || kill -TERM "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || { echo "${0##*/}: the server did not end well:" >&2; tail -20 "$home/server.log" >&2; [ "$code" != 0 ] || code=1; }
  fi
  [ -z "$home" ] || throw_away
  exit "$code"
}
