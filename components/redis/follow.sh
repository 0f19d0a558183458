# shellcheck shell=sh
# How redis-0 takes over the data of another server: it follows that server until it has all of the data in its own
# files, then it is made a primary again. Until the new files are complete it keeps the old ones, so that wherever this
# is cut off it comes back with all of the old or all of the new sessions. To be sourced after lib.sh by a script that
# has a function `fail`.
# shellcheck disable=SC2034 # used by those who source this

# Seconds: to take the data over; to agree on the count; to come back after a restart.
copy_limit=2400 count_limit=30 return_limit=600
following=no

# within SECONDS CONDITION… looks again and again; fails when the time is up.
within() {
  deadline=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

# query HOST COMMAND… prints the answer or the error. A host that is gone takes no longer than a busy one.
query() {
  timeout 20 sh -c '. /etc/session-store/lib.sh; ask_host "$@"' query "$@" 2>&1 | tr -d '\r'
}

# field NAME picks a value out of INFO's text.
field() { sed -n "s/^$1://p"; }

keys_of() {
  counts=$(query "$1" info keyspace | sed -n 's/^db[0-9]*:keys=\([0-9]*\),.*/\1/p' | tr '\n' '+')
  echo $((${counts}0))
}

# What redis-0 is before it follows.
note_primary() {
  noted=$(query "$PRIMARY_HOST" info)
  run_id=$(echo "$noted" | field run_id)
  replid=$(echo "$noted" | field master_replid)
  old_keys=$(keys_of "$PRIMARY_HOST")
  user=$(query "$PRIMARY_HOST" config get masteruser | sed -n 2p)
  password=$(query "$PRIMARY_HOST" config get masterauth | sed -n 2p)
}

# take_over HOST USER PASSWORD copies that server's data, for which it has this user.
take_over() {
  following=yes
  replicate_as "$2" "$3"
  case $(query "$PRIMARY_HOST" replicaof "$1" 6379) in
  OK | "OK Already"*) ;; # already: a held start was ordered to follow it, as another user
  *) fail "redis-0 does not follow $1" ;;
  esac
  within "$copy_limit" copied || fail "redis-0 did not take the data over within $copy_limit s: $problem"
  within "$count_limit" counted "$1" || fail "redis-0 has $(keys_of "$PRIMARY_HOST") keys and $1 has $(keys_of "$1")"
}

promote() {
  [ "$(query "$PRIMARY_HOST" replicaof no one)" = OK ] || fail "redis-0 cannot be made a primary again"
  following=no
}

# Whom redis-0 is when it follows. The password goes by standard input, which no process list shows.
replicate_as() {
  answer=$(query "$PRIMARY_HOST" config set masteruser "$1")$(printf %s "$2" | query "$PRIMARY_HOST" -x config set masterauth)
  [ "$answer" = OKOK ] || fail "redis-0 does not take the user for its replication: $answer"
}

# Copied is what redis-0 has in its append-only file: before that a crash brings its old sessions back.
copied() {
  info=$(query "$PRIMARY_HOST" info)
  problem=$(echo "$info" | grep -E '^(master_link_status|loading|aof_last_bgrewrite_status):' | paste -s -d ' ')
  case $(echo "$info" | field run_id) in
  "$run_id") ;;
  '') return 1 ;;
  *) fail "redis-0 started again meanwhile" ;;
  esac
  for fact in master_link_status:up master_sync_in_progress:0 loading:0 aof_rewrite_in_progress:0 \
    aof_rewrite_scheduled:0 aof_last_bgrewrite_status:ok; do
    echo "$info" | grep -qx "$fact" || return 1
  done
}

# Sessions expire while they are compared, first there and a moment later here.
counted() { [ "$(keys_of "$1")" = "$(keys_of "$PRIMARY_HOST")" ]; }

# Sets redis-0 back to a primary: at once if its data is still its own, else by starting it again from its files.
# Fails as long as it is not one.
take_back() {
  info=$(query "$PRIMARY_HOST" info)
  case $info in
  *role:master*) return 0 ;;
  *role:slave*) ;;
  *) return 1 ;; # It is starting.
  esac
  if echo "$info" | grep -qx loading:0 && echo "$info" | grep -qx "master_replid:$replid" &&
    [ "$(keys_of "$PRIMARY_HOST")" = "$old_keys" ]; then
    query "$PRIMARY_HOST" replicaof no one >/dev/null
  else
    query "$PRIMARY_HOST" shutdown nosave now force >/dev/null
  fi
  return 1
}
