import { shellText } from './shell-text.ts';

/**
 * The session: started by one exec in the helper container, ends with it. Standard input carries requests, standard
 * output log bytes (and blobs where announced), standard error control lines `mr1 <word> …`, which no user output can
 * forge, because stages write to the log file only.
 *
 * Three processes: the requests' reader (this one), the follower of the log, the heart beat.
 * Arguments: scripts directory, logs directory, epoch, log offset.
 */
export const sessionProgram: string = shellText`
scripts=$1 logs=$2 epoch=$3 offset=$4
state=$scripts/.millrace
log=$logs/output.log
wake=$state/wake.session
umask 000

say() { printf 'mr1 %s\n' "$*" >&2; }
fail() { say fail session "$1"; exit 2; }
# Opened read-write a FIFO neither blocks without a reader nor has to be there.
knock() { if [ -p "$1" ]; then printf '\n' 1<>"$1"; fi 2>/dev/null; }
word_of() { word='' second=''; { read -r word second; } 2>/dev/null <"$1"; }

# An epoch is used once; the highest one rules. Claim first, look second: of two at a time one sees the other.
newest() {
  top=$epoch
  for claim in "$state"/epoch.*; do
    claim=\${claim##*.}
    [ "$claim" = '*' ] || [ "$claim" -le "$top" ] || top=$claim
  done
}
fenced() { newest; [ "$top" -ne "$epoch" ]; }

[ ! -e "$state/closed" ] || { say closed; exit 0; }
if ! ( set -C; : >"$state/epoch.$epoch" ) 2>/dev/null; then
  [ -e "$state/epoch.$epoch" ] || fail "cannot write $state"
  newest; say refused "$top"; exit 0
fi
if fenced; then say refused "$top"; exit 0; fi

# End the session before us, if it still runs: it may hang on a connection that is long dead.
read -r self rest </proc/self/stat
word_of "$state/session"
if [ -n "$word" ]; then
  command_line=''
  { IFS= read -r command_line; } 2>/dev/null <"/proc/$word/cmdline"
  case $command_line in
    *"$state/session.sh"*) kill -KILL "-$word" || kill -KILL "$word" $second ;;
  esac 2>/dev/null
fi
echo "$self" >"$state/session"
for claim in "$state"/epoch.*; do
  [ "\${claim##*.}" -ge "$epoch" ] || rm -f "$claim"
done

[ -p "$wake" ] || mkfifo "$wake" 2>/dev/null
[ -p "$wake" ] || fail "cannot make the FIFO $wake"
exec 6<>"$wake"
: >>"$log"
# The driver's own open file outlives a deletion of the log by a stage.
word_of "$state/helper"
command_line=''
{ IFS= read -r command_line; } 2>/dev/null <"/proc/\${word:-none}/cmdline"
case $command_line in *'millrace driver'*) [ -r "/proc/$word/fd/4" ] && log=/proc/$word/fd/4 ;; esac
exec 5<"$log"
[ "$offset" -eq 0 ] || dd bs=1 skip="$offset" count=0 <&5 >/dev/null 2>&1
# The place is a property of the open file: whoever reads from it moves it for all.
where() { while read -r key at; do [ "$key" != pos: ] || place=$at; done </proc/self/fdinfo/5; }
where
[ "$place" = "$offset" ] || fail "cannot read $log from byte $offset"

# Prints what a record file says, once it is whole. A size the build image could not tell is filled in here, once.
read_record() {
  record=''
  { IFS= read -r record; } 2>/dev/null <"$1"
  case $record in *' end') record=\${record% end} ;; *) return 1 ;; esac
  case $record in
    exit\ *\ -1\ *)
      size=$( stat -L -c %s "$log" 2>/dev/null || wc -c <"$log" )
      tail=\${record#*-1 }
      record="\${record%% -1 *} $size $tail"
      printf '%s end\n' "$record" >"$logs/filled.$nonce" && mv "$logs/filled.$nonce" "$1"
      ;;
  esac
}
report_records() {
  for file in "$logs"/started.* "$logs"/exit.*; do
    nonce=\${file##*.}
    case $known in *" \${file##*/} "*) continue ;; esac
    read_record "$file" || continue
    known="$known\${file##*/} "
    say record "$nonce" "$record"
  done
}

anyone_running() {
  for status in "$state"/status.*; do
    word_of "$status"
    [ "$word" != running ] || return 0
  done
  return 1
}

quick=''
( read -t 0.1 -r line ) </dev/null 2>/dev/null
[ $? -eq 2 ] || quick=1
timer=''
# While a stage runs, looks at the log at least five times a second; otherwise a knock or the heart beat wakes.
wait_for_news() {
  if ! anyone_running; then read -r line <&6
  elif [ -n "$quick" ]; then read -t "$pause" -r line <&6
  else
    [ -n "$timer" ] || { ( sleep "$pause"; echo timer >&6 ) </dev/null >/dev/null 2>&1 5<&- & timer=1; }
    read -r line <&6
  fi
  [ "$line" != timer ] || timer=''
}

# Turns a pattern into names: the shell's own, plus ** for any number of directories.
# Arguments: a prefix that is meant literally (empty or ending in a slash), a pattern below it.
expand() {
  case $2 in
    '**' | *'/**') set -- "$1" "\${2%\*\*}"; set -- "$1" "\${2%/}"; names_of "$1" "\${2:-.}" ;;
    '**/'*) below "\${1%/}" "\${2#\*\*/}" ;;
    *'/**/'*)
      names_of "$1" "\${2%%/\*\*/*}" | while IFS= read -r top; do
        below "$top" "\${2#*/\*\*/}"
      done
      ;;
    *) names_of "$1" "$2" ;;
  esac
}
# The pattern in every directory of a tree.
below() {
  find "./$1" -type d | while IFS= read -r directory; do
    directory=\${directory#./}
    directory=\${directory%/}
    expand "\${directory:+$directory/}" "$2"
  done
}
names_of() {
  (
    cd "./$1" || exit 0
    for name in $2; do
      if [ ! -e "$name" ] && [ ! -L "$name" ]; then continue; fi
      case $1$name in
        -*) printf './%s\n' "$1$name" ;;
        *) printf '%s\n' "$1$name" ;;
      esac
    done
  )
}

# A list of names in a file may be long; arguments have a limit. GNU tar would read escapes in it, and make a hard link
# of what two patterns match; some tars take no list.
case $( tar --help 2>&1 ) in
  *--no-unquote*) list_option='--hard-dereference --no-unquote -T' ;;
  *'-T FILE'*) list_option=-T ;;
  *) list_option='' ;;
esac
make_pack() {
  {
    IFS= read -r directory
    cd "$directory" || return 1
    : >"$spool.names" || return 1
    number=0 missing=''
    IFS=''
    while read -r pattern; do
      # Nothing from outside the directory: a job that asks for /etc/passwd or ../* gets a warning.
      pattern=\${pattern#"$directory/"}
      case /$pattern/ in
        //* | */../*) : >"$spool.some" ;;
        *) expand '' "$pattern" >"$spool.some" ;;
      esac
      if [ -s "$spool.some" ]; then cat "$spool.some" >>"$spool.names"; else missing="$missing,$number"; fi
      number=$(( number + 1 ))
    done
  } <"$job"
  if [ ! -s "$spool.names" ]; then
    : >"$spool.part" || return 1
  elif [ -n "$list_option" ]; then
    unset IFS
    tar -cf "$spool.part" $list_option "$spool.names" || return 1
  else
    set --
    while IFS= read -r name; do set -- "$@" "$name"; done <"$spool.names"
    tar -cf "$spool.part" "$@" || return 1
  fi
  printf '%s\n' "\${missing#,}" >"$spool.missing"
  mv "$spool.part" "$spool"
}
# Standard output is the client's from the announcement until the blob has gone.
serve_packs() {
  for job in "$state"/pack.*; do
    id=\${job##*.}
    [ "$id" != '*' ] || return 0
    spool=$logs/blob.$id
    if [ ! -e "$spool" ] && ! ( make_pack ) 2>"$spool.errors"; then
      problem='unknown error'
      IFS= read -r problem <"$spool.errors"
      rm -f "$job" "$spool".*
      say fail "$id" "$problem"
      continue
    fi
    where
    size=$( stat -c %s "$spool" 2>/dev/null || wc -c <"$spool" )
    word_of "$spool.missing"
    say packed "$id" "$place" "$size" "$word"
    while [ ! -e "$state/fetch.$id" ] && [ -e "$job" ]; do read -r line <&6; done
    if [ -e "$job" ]; then
      word_of "$state/fetch.$id"
      rm -f "$state/fetch.$id" "$job"
      { [ "$word" -eq 0 ] || dd bs=1 skip="$word" count=0 >/dev/null 2>&1; cat; } <"$spool" || return 1
    fi
  done
}

follow() {
  known=' '
  while :; do
    report_records
    before=$place
    cat <&5 || break
    where
    pause=0.2
    [ "$place" = "$before" ] || pause=0.1
    serve_packs || break
    wait_for_news
  done
  # Nobody reads any more.
  kill -TERM "$self"
}

# Shows the driver that somebody listens, the client that the way is open, and an old session that it is over.
beat() {
  count=0
  while kill -0 "$self" 2>/dev/null; do
    if fenced; then say refused "$top"; kill -TERM "$self"; exit; fi
    count=$(( count + 1 ))
    echo "$epoch.$count" >"$state/beat"
    say beat
    echo beat >&6
    sleep 5 </dev/null >/dev/null 2>&1 5<&- 6<&-
  done
  kill -KILL "$follower"
}

# Copies exactly that many bytes of standard input. head(1) will not do: some read ahead, and the rest is lost.
whole_reads=''
[ "$( printf 'ab' | dd bs=2 count=1 iflag=fullblock 2>/dev/null )" != ab ] || whole_reads=1
take() {
  if [ -z "$whole_reads" ]; then dd bs=1 count="$1" 2>/dev/null; return; fi
  blocks=$(( $1 / 65536 )) rest=$(( $1 % 65536 ))
  [ "$blocks" -eq 0 ] || dd bs=65536 count="$blocks" iflag=fullblock 2>/dev/null || return 1
  [ "$rest" -eq 0 ] || dd bs="$rest" count=1 iflag=fullblock 2>/dev/null
}

# A file takes its final name only when all of it is there.
receive() {
  take "$2" >"$1.tmp" || return 1
  got=$( stat -c %s "$1.tmp" 2>/dev/null || wc -c <"$1.tmp" )
  [ "$got" -eq "$2" ] && chmod 755 "$1.tmp" && mv -f "$1.tmp" "$1"
}

run_request() {
  IFS= read -r nonce && IFS= read -r role && IFS= read -r attempt && read -r size && IFS= read -r stage || return 1
  if [ -e "$logs/started.$nonce" ] || [ -e "$logs/exit.$nonce" ]; then
    take "$size" >/dev/null
  elif receive "$state/script.$nonce" "$size"; then
    word_of "$state/taken.$attempt.$stage"
    if [ -z "$word" ]; then mv -f "$state/script.$nonce" "$scripts/$stage"; else rm -f "$state/script.$nonce"; fi || return 1
    [ -p "$state/wake.$role" ] || mkfifo "$state/wake.$role" 2>/dev/null
    printf '%s\n' "$stage" "$attempt" "$nonce" end >"$state/request.tmp" &&
      mv -f "$state/request.tmp" "$state/request.$role" || return 1
    knock "$state/wake.$role"
  else
    say fail "$nonce" "cannot write the script of stage $stage to $scripts"
    return 1
  fi
  say ack "$nonce"
}

stop_request() {
  read -r nonce && IFS= read -r role && read -r grace || return 1
  echo "$grace" >"$state/stop.tmp" && mv -f "$state/stop.tmp" "$state/stop.$nonce"
  knock "$state/wake.$role"
  say ack "stop.$nonce"
}

unpack_request() {
  read -r id && IFS= read -r directory || return 1
  errors=$state/unpack.errors
  {
    total=0
    while read -r size && [ "$size" -gt 0 ]; do
      take "$size" || exit 1
      total=$(( total + size ))
      say progress "$id" "$total"
    done
    [ "$size" = 0 ] && : >"$state/unpack.whole"
  } | {
    { mkdir -p "$directory" && tar -xof - -C "$directory"; } 2>"$errors" && : >"$state/unpack.done"
    cat >/dev/null
  }
  if [ ! -e "$state/unpack.whole" ]; then
    return 1
  elif [ -e "$state/unpack.done" ]; then
    say ack "$id"
  else
    problem='unknown error'
    IFS= read -r problem <"$errors"
    say fail "$id" "$problem"
  fi
  rm -f "$state/unpack.whole" "$state/unpack.done" "$errors"
}

pack_request() {
  read -r id && IFS= read -r directory && read -r count || return 1
  {
    printf '%s\n' "$directory"
    while [ "$count" -gt 0 ] && IFS= read -r pattern; do
      printf '%s\n' "$pattern"
      count=$(( count - 1 ))
    done
  } >"$state/incoming" && mv -f "$state/incoming" "$state/pack.$id"
  knock "$wake"
}

rm -f "$state"/pack.* "$state"/fetch.* "$state"/unpack.*
say hello 1 "$epoch" "$offset"
follow </dev/null &
follower=$!
beat </dev/null >/dev/null 5<&- &
heart=$!
echo "$self $follower $heart" >"$state/session"
leave() { kill -KILL "$follower" "$heart" 2>/dev/null; exit 0; }
trap leave TERM
exec 5<&-

while IFS= read -r verb; do
  if fenced; then say refused "$top"; break; fi
  case $verb in
    run) run_request ;;
    stop) stop_request ;;
    sync) read -r id && known=' ' && report_records && say ack "$id" ;;
    unpack) unpack_request ;;
    pack) pack_request ;;
    fetch) read -r id && read -r at && echo "$at" >"$state/fetch.tmp" && mv -f "$state/fetch.tmp" "$state/fetch.$id" && knock "$wake" ;;
    drop) read -r id && rm -f "$state/pack.$id" "$state/fetch.$id" "$logs/blob.$id" "$logs/blob.$id".* && knock "$wake" ;;
    bye) break ;;
    *) say fail session "request $verb is not known"; false ;;
  esac || break
done
leave
`;
