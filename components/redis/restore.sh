#!/bin/sh
# Puts the sessions of one archive in place of those that the store holds.
#
#   sh restore.sh                         restores $ARCHIVE: a name, "upload", or "" for the newest one
#   sh restore.sh receive BYTES SHA256    takes an archive from standard input, for ARCHIVE=upload
#
# Environment: ENGINE (valkey or redis), PRIMARY_HOST (stable name of redis-0), POD_IP (of this pod), ARCHIVE.
# The archive is checked and loaded by a server in this pod. Only then redis-0 follows that server, until it has all of
# the data in its own files, and is made a primary again. It keeps its old files until the new ones are complete: cut
# off anywhere, it comes back with all of the old or all of the new sessions.
set -eu
umask 077

run=/run/session-store
upload=/upload/sessions.rdb
# Seconds: for an upload; for redis-0 to take the data over; to agree on the count; to come back after a restart.
upload_limit=600 copy_limit=2400 count_limit=30 return_limit=60
tls=
[ ! -d /etc/session-store-tls ] || tls="--tls --cacert /etc/session-store-tls/ca.crt"
server=
following=no

fail() {
  echo "restore failed: $*" >&2
  exit 1
}

refuse() {
  echo "restore refused: $*; nothing was changed" >&2
  exit 1
}

# within SECONDS CONDITION… looks again and again; fails when the time is up.
within() {
  deadline=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

# ask HOST COMMAND… sends a command as admin; without COMMAND those from standard input, for secrets in them would
# show in the process list.
ask() {
  host=$1
  shift
  # shellcheck disable=SC2086 # $tls is a list of words
  REDISCLI_AUTH=$admin "$ENGINE-cli" -h "$host" $tls --user admin --no-auth-warning "$@" 2>&1 | tr -d '\r'
}

# field NAME picks a value out of INFO's text.
field() { sed -n "s/^$1://p"; }

keys_of() {
  counts=$(ask "$1" info keyspace | sed -n 's/^db[0-9]*:keys=\([0-9]*\),.*/\1/p' | tr '\n' '+')
  echo $((${counts}0))
}

receive() {
  head -c "$1" >"$upload.part"
  [ "$(sha256sum <"$upload.part" | cut -c 1-64)" = "$2" ] || fail "the upload did not arrive whole: send it again"
  mv "$upload.part" "$upload"
}

choose() {
  case ${ARCHIVE:-} in
  upload)
    echo "waiting for the archive"
    within "$upload_limit" test -e "$upload" || refuse "no archive arrived within $upload_limit s"
    archive=$upload
    ;;
  '')
    archive=$(find /backup -maxdepth 1 -name 'sessions-*.rdb' 2>/dev/null | sort | tail -n 1)
    [ -n "$archive" ] || refuse "there is no archive on the claim session-store-backup (is store.backup configured?)"
    ;;
  */*) refuse "ARCHIVE must be the name of an archive on the claim session-store-backup, got $ARCHIVE" ;;
  *)
    archive=/backup/$ARCHIVE
    [ -f "$archive" ] || refuse "the claim session-store-backup has no archive $ARCHIVE; see npm run store -- backups"
    ;;
  esac
  name=${archive##*/}
}

check() {
  if [ -e "$archive.sha256" ]; then
    [ "$(cut -c 1-64 "$archive.sha256")" = "$(sha256sum <"$archive" | cut -c 1-64)" ] ||
      refuse "$name is damaged: its SHA-256 is not the one in $name.sha256"
  fi
  report=$("$ENGINE-check-rdb" "$archive" 2>&1) && return
  case $report in
  *"Can't handle RDB format version"*)
    refuse "$name was written by $(writer), in a format that $("$ENGINE-server" --version | sed 's/ sha=.*//') cannot read:" \
      "restore it with the engine that wrote it, in that release or a newer one"
    ;;
  esac
  refuse "$name is no archive or a damaged one: $(echo "$report" | sed -n '/ERROR DETECTED/{n;p;}')"
}

# Who wrote the archive, by the first of its auxiliary fields.
writer() {
  who=$(head -c 64 "$archive" | tr -c 'a-zA-Z0-9.-' ' ' | sed -n 's/.* \([a-z]*\)-ver *\([0-9.]*\).*/\1 \2/p')
  echo "${who:-another engine}"
}

# Starts a server in this pod with the archive's data. redis-0 gets a user of its own there, made for this one run.
load() {
  once=$(tr -dc 'a-zA-Z0-9' </dev/urandom | head -c 32)
  mkdir -p "$run/source"
  ln -sf "$archive" "$run/source/sessions.rdb"
  {
    echo "user default off"
    echo "user admin on #$(printf %s "$admin" | sha256sum | cut -c 1-64) ~* &* +@all"
    echo "user restore on #$(printf %s "$once" | sha256sum | cut -c 1-64) +ping +psync +replconf"
  } >"$run/source.acl"
  {
    printf '%s\n' "bind $POD_IP" "protected-mode no" "aclfile $run/source.acl" "logfile $run/source.log"
    # Reads the archive where it is and never writes: no snapshots, no append-only file, copies sent without a file.
    printf '%s\n' "dir $run/source" "dbfilename sessions.rdb" 'save ""' "appendonly no"
    printf '%s\n' "repl-diskless-sync yes" "repl-diskless-sync-delay 0" "client-output-buffer-limit replica 0 0 0"
    # Looks into every value: what is damaged in spite of a right checksum would stop redis-0.
    echo "sanitize-dump-payload yes"
    if [ -z "$tls" ]; then
      echo "port 6379"
    else
      printf '%s\n' "port 0" "tls-port 6379" "tls-replication yes" "tls-auth-clients no"
      printf 'tls-%s /etc/session-store-tls/%s\n' cert-file tls.crt key-file tls.key ca-cert-file ca.crt
    fi
  } >"$run/source.conf"
  "$ENGINE-server" "$run/source.conf" >"$run/source.out" 2>&1 &
  server=$!
  within "$copy_limit" loaded || refuse "$name was not loaded within $copy_limit s"
  new_keys=$(keys_of "$POD_IP")
  expired=$(ask "$POD_IP" info persistence | field rdb_last_load_keys_expired)
  [ "$new_keys" -gt 0 ] || refuse "$name holds no session that is still valid ($expired have expired)"
}

loaded() {
  kill -0 "$server" 2>/dev/null || refuse "$name cannot be loaded: $(cat "$run/source.out" "$run/source.log" | tail -n 2)"
  [ "$(ask "$POD_IP" ping)" = PONG ]
}

# redis-0 has to be the primary and to have room. One that follows nobody who is there was left so by a run that was
# killed: it is started again from its files.
meet_primary() {
  within 5 leads || {
    case $state in
    *role:slave*) ;;
    *) refuse "redis-0 does not answer ($state): if it is held, see npm run store -- reseed and override" ;;
    esac
    echo "redis-0 follows $(echo "$state" | field master_host), which is gone: starting it again"
    ask "$PRIMARY_HOST" shutdown nosave now force >/dev/null
    within "$return_limit" leads || fail "redis-0 did not come back as the primary within $return_limit s"
  }
  run_id=$(ask "$PRIMARY_HOST" info server | field run_id)
  replid=$(echo "$state" | field master_replid)
  old_keys=$(keys_of "$PRIMARY_HOST")
  room=$(ask "$PRIMARY_HOST" config get maxmemory | tail -n 1)
  need=$(ask "$POD_IP" info memory | field used_memory)
  [ "$room" = 0 ] || [ "$need" -le "$room" ] ||
    refuse "$name needs $((need / 1048576)) MiB and the store may use $((room / 1048576)) MiB: raise store.memory"
  user=$(ask "$PRIMARY_HOST" config get masteruser | sed -n 2p)
  password=$(ask "$PRIMARY_HOST" config get masterauth | sed -n 2p)
}

leads() {
  state=$(ask "$PRIMARY_HOST" info replication)
  case $state in
  *master_link_status:up* | *master_sync_in_progress:1*)
    refuse "redis-0 follows $(echo "$state" | field master_host): another restore or a reseed is under way"
    ;;
  *role:master*) ;;
  *) return 1 ;;
  esac
}

follow() {
  following=yes
  replicate_as restore "$once"
  [ "$(ask "$PRIMARY_HOST" replicaof "$POD_IP" 6379)" = OK ] || fail "redis-0 does not follow this pod"
  within "$copy_limit" copied || fail "redis-0 did not take the data over within $copy_limit s: $problem"
  within "$count_limit" counted || fail "redis-0 has $(keys_of "$PRIMARY_HOST") keys and the archive $(keys_of "$POD_IP")"
  [ "$(ask "$PRIMARY_HOST" replicaof no one)" = OK ] || fail "redis-0 cannot be made a primary again"
  following=no
  replicate_as "$user" "$password"
}

# Whom redis-0 is when it follows. @see masteruser, masterauth of redis.conf
replicate_as() {
  answer=$(printf 'config set masteruser "%s" masterauth "%s"\n' "$1" "$2" | ask "$PRIMARY_HOST")
  [ "$answer" = OK ] || fail "redis-0 does not take the user for its replication: $answer"
}

# Copied is what redis-0 has in its append-only file: before that a crash brings its old sessions back.
copied() {
  info=$(ask "$PRIMARY_HOST" info)
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

# Sessions expire while they are compared, first here and a moment later there.
counted() { [ "$(keys_of "$POD_IP")" = "$(keys_of "$PRIMARY_HOST")" ]; }

# Sets redis-0 back to a primary: at once if its data is still its own, else by starting it again from its files.
take_back() {
  state=$(ask "$PRIMARY_HOST" info)
  case $state in
  *role:master*) ;;
  *role:slave*)
    if echo "$state" | grep -qx loading:0 && echo "$state" | grep -qx "master_replid:$replid" &&
      [ "$(keys_of "$PRIMARY_HOST")" = "$old_keys" ]; then
      ask "$PRIMARY_HOST" replicaof no one >/dev/null
    else
      ask "$PRIMARY_HOST" shutdown nosave now force >/dev/null
    fi
    return 1
    ;;
  *) return 1 ;; # It is starting.
  esac
}

finish() {
  status=$?
  trap - EXIT
  trap '' TERM
  set +e
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server"; }
  if [ "$following" = yes ]; then
    if within "$return_limit" take_back; then
      replicate_as "$user" "$password"
      echo "redis-0 is the primary again, with $(keys_of "$PRIMARY_HOST") sessions (it had $old_keys)" >&2
    else
      echo "redis-0 is not back as a primary yet: it starts from its files, see kubectl logs redis-0" >&2
    fi
  fi
  exit "$status"
}

if [ "${1:-}" = receive ]; then
  receive "$2" "$3"
  exit 0
fi
admin=$(cat /run/secrets/session-store/password)
trap finish EXIT
trap 'echo "restore failed: it was told to stop" >&2; exit 143' TERM
choose
check
load
meet_primary
echo "replacing the $old_keys sessions of redis-0 by the $new_keys of $name ($expired more have expired)"
follow
echo "restored $(keys_of "$PRIMARY_HOST") sessions from $name; redis-0 is the primary again"
