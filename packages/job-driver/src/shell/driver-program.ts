import { shellText } from './shell-text.ts';

/**
 * The driver: what the `build` and `helper` containers run as their command. Plain POSIX shell; needs of the image
 * only a shell and one of `mkfifo` (or the helper's FIFO) and `sleep`.
 *
 * Arguments: scripts directory, logs directory, role, idle seconds, umask of stages ('' = the container's), shells to
 * look for (separated by spaces), session program ('' where this container does not place it).
 *
 * Kubernetes expands a dollar sign before a name in parentheses, and halves doubled ones, in a container's command: the
 * text has neither.
 */
export const driverProgram: string = shellText`
# The first line is how the session knows this process from its command line.
: millrace driver
scripts=$1 logs=$2 role=$3 idle_limit=$4 stage_umask=$5 shells=$6 session_program=$7
state=$scripts/.millrace
wake=$state/wake.$role
log=$logs/output.log
pid='' last='' idle=0 seen=''

die() { printf 'millrace: %s\n' "$1" >&2; exit 1; }

stage_shell=''
for candidate in $shells; do
  if [ -x "$candidate" ]; then stage_shell=$candidate; break; fi
done
[ -n "$stage_shell" ] || { echo 'shell not found'; exit 1; }

# Containers of a pod may run as different users: what one makes, the other must be able to write.
[ -n "$stage_umask" ] || stage_umask=$( umask )
umask 000

nap=''
find_nap() {
  if sleep 0.2 2>/dev/null; then nap=0.2 nap_tenths=2
  elif sleep 1 2>/dev/null; then nap=1 nap_tenths=10
  fi
}
rest() { [ -n "$nap" ] || find_nap; [ -n "$nap" ] && sleep "$nap"; }

# Whoever comes first makes what is missing; an image without mkdir waits for the helper to do it.
while ! { mkdir -p "$state" "$logs" 2>/dev/null || [ -d "$state" ]; }; do
  rest || die "cannot make $state, and the image has no sleep to wait for the helper with"
done
( : >>"$log" ) 2>/dev/null || die "cannot write $log: the logs volume must be writable for this container's user"
# Held open for good: a stage that deletes the file takes nothing from the stages after it.
exec 4>>"$log"

read -r self rest_of_stat </proc/self/stat
if [ -n "$session_program" ]; then
  echo "$self" >"$state/helper"
  # For a build image that has no mkfifo.
  [ -p "$state/wake.build" ] || mkfifo "$state/wake.build" 2>/dev/null
  printf '%s\n' "$session_program" >"$state/session.sh.tmp" && mv "$state/session.sh.tmp" "$state/session.sh" ||
    die "cannot write $state/session.sh"
fi

tick=10
[ "$idle_limit" -ge 20 ] || tick=1
fifo='' ticker=''
# Read-write: the FIFO never sees end-of-file, and what is written while nobody reads stays in it.
open_wake() {
  [ -p "$wake" ] || mkfifo "$wake" 2>/dev/null
  [ -p "$wake" ] && ( exec 3<>"$wake" ) 2>/dev/null && exec 3<>"$wake" && fifo=1
}
open_wake || rest || die "cannot use $wake, and the image has no sleep to look for requests with"
read_times_out=''
( read -t 1 -r line ) </dev/null 2>/dev/null
[ $? -eq 2 ] || read_times_out=1
# Where read knows no time limit (dash), a process of our own knocks now and then.
keep_ticking() {
  [ -n "$fifo" ] && [ -z "$read_times_out" ] || return 0
  [ -n "$ticker" ] && kill -0 "$ticker" 2>/dev/null && return 0
  (
    while sleep "$tick" </dev/null >/dev/null 2>&1 4>&- && kill -0 "$self" 2>/dev/null; do echo tick >&3; done
  ) 2>/dev/null 4>&- &
  ticker=$!
}

# Sets waited: tenths of a second that passed for sure.
wait_for_wake() {
  waited=0 line=''
  if [ -z "$fifo" ]; then
    rest || return 0
    waited=$nap_tenths
    return 0
  fi
  if [ -n "$read_times_out" ]; then
    read -t "$tick" -r line <&3 || waited=$(( tick * 10 ))
  else
    read -r line <&3
    [ "$line" != tick ] || waited=$(( tick * 10 ))
  fi
}

# Opened read-write a FIFO neither blocks without a reader nor has to be there.
knock() { if [ -p "$1" ]; then printf '\n' 1<>"$1"; fi 2>/dev/null; }

read_request() {
  stage='' attempt='' nonce='' ending=''
  { IFS= read -r stage; IFS= read -r attempt; IFS= read -r nonce; IFS= read -r ending; } 2>/dev/null <"$state/request.$role"
  [ "$ending" = end ] && [ "$nonce" != "$last" ]
}

clock() { now=$( date +%s 2>/dev/null ) || now=0; }

log_end() {
  size=$( stat -L -c %s /proc/self/fd/4 2>/dev/null ) || size=$( wc -c 2>/dev/null </proc/self/fd/4 ) || size=-1
}

# One write of one line with a last word: a torn record is no record.
write_record() { printf '%s end\n' "$*" >"$logs/exit.$nonce"; }

# Created exclusively: whoever comes second, in whichever life of the driver, does not start the stage.
claim() { ( set -C; printf '%s\n' "$nonce" >"$state/taken.$attempt.$stage" ) 2>/dev/null; }

if command -v setsid >/dev/null 2>&1; then isolate=setsid
elif ( set -m ) 2>/dev/null && [ -n "$BASH_VERSION" ]; then isolate=monitor
else isolate=''
fi

run_script() {
  umask "$stage_umask"
  if [ "$isolate" = setsid ]; then exec setsid "$stage_shell" "$scripts/$stage"; fi
  exec "$stage_shell" "$scripts/$stage"
}

launch() {
  [ "$isolate" != monitor ] || set -m
  ( run_script ) </dev/null >&4 2>&1 3>&- 4>&- &
  pid=$!
  [ "$isolate" != monitor ] || set +m
}

# Without process groups: the stage and all its descendants, found in /proc by builtins alone.
signal_tree() {
  family=" $pid " grown=1
  while [ -n "$grown" ]; do
    grown=''
    for entry in /proc/[0-9]*; do
      { IFS= read -r line <"$entry/stat"; } 2>/dev/null || continue
      child=\${entry#/proc/}
      line=\${line##*) }; line=\${line#* }; parent=\${line%% *}
      case $family in *" $child "*) continue ;; esac
      case $family in *" $parent "*) family="$family$child " grown=1 ;; esac
    done
  done
  for member in $family; do kill "-$1" "$member"; done
}
# A stage just forked has no group of its own yet.
signal_stage() {
  if [ -n "$isolate" ]; then kill "-$1" "-$pid" || kill "-$1" "$pid"; else signal_tree "$1"; fi 2>/dev/null
}
stage_alive() {
  if [ -n "$isolate" ] && kill -0 "-$pid"; then return 0; fi 2>/dev/null
  kill -0 "$pid" 2>/dev/null
}

# TERM now, KILL after the grace period to whatever is left.
end_stage() {
  read -r grace <"$state/stop.$nonce" || grace=0
  signal_stage TERM
  waited=0
  while [ "$waited" -lt $(( grace * 10 )) ] && stage_alive; do
    rest || break
    waited=$(( waited + nap_tenths ))
  done
  signal_stage KILL
}
stop_on_request() {
  while [ ! -e "$state/stop.$nonce" ]; do wait_for_wake; done
  end_stage
}

run_stage() {
  last=$nonce
  [ ! -e "$logs/exit.$nonce" ] || return 0
  if ! claim; then
    owner=''
    { read -r owner <"$state/taken.$attempt.$stage"; } 2>/dev/null
    if [ "$owner" = "$nonce" ]; then
      write_record lost
    else
      write_record refused taken
    fi
    knock "$state/wake.session"
    return 0
  fi
  if [ -e "$state/stop.$nonce" ]; then
    write_record refused stopped
    knock "$state/wake.session"
    return 0
  fi
  clock; started=$now
  echo "running $nonce" >"$state/status.$role"
  printf 'started %s end\n' "$started" >"$logs/started.$nonce"
  launch
  knock "$state/wake.session"
  stop_on_request 4>&- &
  listener=$!
  interrupted=''
  wait "$pid"; code=$?
  # A trapped TERM ends the wait, not the stage.
  while [ -n "$interrupted" ]; do
    interrupted=''
    wait "$pid"; again=$?
    [ "$again" -eq 127 ] || code=$again
  done
  # Before the record: a listener that lives on would swallow the next request's wake-up.
  # KILL: a TERM could meet the fork before it has dropped our trap, and be lost.
  kill -KILL "$listener" 2>/dev/null; wait "$listener" 2>/dev/null
  log_end; clock
  write_record exit "$code" "$size" "$started" "$now"
  echo idle >"$state/status.$role"
  knock "$state/wake.session"
  [ ! -e "$state/stop.$nonce" ] || end_stage 3>&- 4>&- &
  pid='' idle=0
  [ -z "$leaving" ] || exit 143
}

leaving=''
on_term() {
  [ -n "$pid" ] || exit 143
  leaving=1 interrupted=1
  signal_stage TERM
}
trap on_term TERM

anyone_running() {
  for status in "$state"/status.*; do
    word=''
    { read -r word nonce_of_it <"$status"; } 2>/dev/null
    [ "$word" = idle ] || return 0
  done
  return 1
}

# Nobody has asked for a long time, no stage runs anywhere: end the container, not the job's stage.
count_idle() {
  beat=''
  { read -r beat <"$state/beat"; } 2>/dev/null
  if [ "$beat" != "$seen" ] || [ -z "$beat" ] || anyone_running; then
    seen=$beat idle=0
    return 0
  fi
  idle=$(( idle + waited ))
  [ "$idle" -ge $(( idle_limit * 10 )) ] || return 0
  : >"$state/closed"
  for other in "$state"/wake.*; do knock "$other"; done
  exit 0
}

echo idle >"$state/status.$role"
keep_ticking
while :; do
  if read_request; then
    run_stage
    keep_ticking
    continue
  fi
  [ ! -e "$state/closed" ] || exit 0
  wait_for_wake
  [ -n "$fifo" ] || open_wake
  [ "$waited" -eq 0 ] || count_idle
done
`;
