#!/bin/sh
# Puts the sessions of one archive in place of those that the store holds.
#
#   sh restore.sh                         restores $ARCHIVE: a name, "upload", or "" for the newest one
#   sh restore.sh receive BYTES SHA256    takes an archive from standard input, for ARCHIVE=upload
#
# Environment: lib.sh, POD_IP (of this pod), ARCHIVE. The archive is checked and loaded by a server in this pod. Only
# then redis-0 takes the data over from that server (follow.sh).
set -eu
umask 077
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
# shellcheck source=components/redis/follow.sh
. /etc/session-store/follow.sh

upload=/upload/sessions.rdb
upload_limit=600 # seconds
server=

fail() {
  echo "restore failed: $*" >&2
  exit 1
}

refuse() {
  echo "restore refused: $*; nothing was changed" >&2
  exit 1
}

receive() {
  head -c "$1" >"$upload.part"
  [ "$(sha256sum <"$upload.part" | cut -c 1-64)" = "$2" ] || fail "the upload did not arrive whole: send it again"
  mv "$upload.part" "$upload"
}

arriving() { [ -n "$(find "$upload.part" -mmin -2 2>/dev/null)" ]; }

choose() {
  case ${ARCHIVE:-} in
  upload)
    echo "waiting for the archive"
    until within "$upload_limit" test -e "$upload"; do
      arriving || refuse "no archive arrived within $upload_limit s"
    done
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
  mkdir -p "$state/source"
  ln -sf "$archive" "$state/source/sessions.rdb"
  {
    echo "user default off"
    echo "user admin on #$(tr -d '\n' <"$state/admin" | sha256sum | cut -c 1-64) ~* &* +@all"
    echo "user restore on #$(printf %s "$once" | sha256sum | cut -c 1-64) +ping +psync +replconf"
  } >"$state/source.acl"
  {
    printf '%s\n' "bind $POD_IP" "protected-mode no" "aclfile $state/source.acl" "logfile $state/source.log"
    # Reads the archive where it is and never writes: no snapshots, no append-only file, copies sent without a file.
    printf '%s\n' "dir $state/source" "dbfilename sessions.rdb" 'save ""' "appendonly no"
    printf '%s\n' "repl-diskless-sync yes" "repl-diskless-sync-delay 0" "client-output-buffer-limit replica 0 0 0"
    # redis-0 gives up a source that is silent for 10 s (redis.conf), which is the default period of its pings.
    echo "repl-ping-replica-period 3"
    # Told to end, it would wait for redis-0 to have heard the last ping: until that has read all that it shall not keep.
    echo "shutdown-timeout 0"
    # Looks into every value: what is damaged in spite of a right checksum would stop redis-0.
    echo "sanitize-dump-payload yes"
    if [ "$TLS" = no ]; then
      echo "port 6379"
    else
      printf '%s\n' "port 0" "tls-port 6379" "tls-replication yes" "tls-auth-clients no"
      printf 'tls-%s /etc/session-store-tls/%s\n' cert-file tls.crt key-file tls.key ca-cert-file ca.crt
    fi
  } >"$state/source.conf"
  "$ENGINE-server" "$state/source.conf" >"$state/source.out" 2>&1 &
  server=$!
  within "$copy_limit" loaded || refuse "$name was not loaded within $copy_limit s"
  new_keys=$(keys_of "$POD_IP")
  expired=$(query "$POD_IP" info persistence | field rdb_last_load_keys_expired)
  [ "$new_keys" -gt 0 ] || refuse "$name holds no session that is still valid ($expired have expired)"
}

loaded() {
  kill -0 "$server" 2>/dev/null || refuse "$name cannot be loaded: $(cat "$state/source.out" "$state/source.log" | tail -n 2)"
  [ "$(query "$POD_IP" ping)" = PONG ]
}

# redis-0 has to be the primary and to have room. One that follows nobody who is there was left so by a run that was
# killed: it is started again from its files.
meet_primary() {
  within 5 leads || case $role in
  *role:master*) within "$return_limit" leads || fail "redis-0 still reads its files: try again later" ;;
  *role:slave*)
    echo "redis-0 follows $(echo "$role" | field master_host), which is gone: starting it again"
    query "$PRIMARY_HOST" shutdown nosave now force >/dev/null
    within "$return_limit" leads || fail "redis-0 did not come back as the primary within $return_limit s"
    ;;
  *) refuse "redis-0 does not answer ($role): if it is held, see npm run store -- reseed and override" ;;
  esac
  note_primary
  room=$(query "$PRIMARY_HOST" config get maxmemory | tail -n 1)
  need=$(query "$POD_IP" info memory | field used_memory)
  [ "$room" = 0 ] || [ "$need" -le "$room" ] ||
    refuse "$name needs $((need / 1048576)) MiB and the store may use $((room / 1048576)) MiB: raise store.memory"
}

leads() {
  role=$(query "$PRIMARY_HOST" info replication)
  case $role in
  *master_link_status:up* | *master_sync_in_progress:1*)
    refuse "redis-0 follows $(echo "$role" | field master_host): another restore or a reseed is under way"
    ;;
  *role:master*) query "$PRIMARY_HOST" info persistence | grep -qx loading:0 ;;
  *) return 1 ;;
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
cat "$secrets/password" >"$state/admin"
trap finish EXIT
trap 'echo "restore failed: it was told to stop" >&2; exit 143' TERM
choose
check
load
meet_primary
echo "replacing the $old_keys sessions of redis-0 by the $new_keys of $name ($expired more have expired)"
take_over "$POD_IP" restore "$once"
promote
replicate_as "$user" "$password"
echo "restored $(keys_of "$PRIMARY_HOST") sessions from $name; redis-0 is the primary again"
