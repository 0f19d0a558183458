#!/bin/sh
# Fills redis-0 with the data of one of its replicas: sh reseed.sh redis-1, in the pod of redis-0.
#
# redis-0 is held because its volume is empty or damaged, or it has begun anew and its replicas refuse to follow it. It
# follows the replica (follow.sh) from its first moment on, so that no client ever finds it empty; when it has all of
# the data it takes over the data set's id, too, and all replicas that have this id follow it again.
set -eu
umask 077
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
# shellcheck source=components/redis/users.sh
. /etc/session-store/users.sh
# shellcheck source=components/redis/follow.sh
. /etc/session-store/follow.sh

source=$1
source_host=$1.${PRIMARY_HOST#*.}
detached=no

fail() {
  echo "reseed failed: $*" >&2
  exit 1
}

# Alone with what it has: a replica without its primary hands nothing out (NOMASTERLINK).
detach() {
  dataset=$(query "$source_host" acl users | sed -n 's/^replica-//p')
  [ -n "$dataset" ] || fail "$source does not answer: $(query "$source_host" ping)"
  [ "$(keys_of "$source_host")" -gt 0 ] || fail "$source holds no sessions"
  detached=yes
  [ "$(query "$source_host" replicaof no one)" = OK ] || fail "$source cannot be parted from redis-0"
}

# Orders a held start to go on, as a follower of the source; other reasons to be held are not for this script to judge.
serving() {
  [ "$(query "$PRIMARY_HOST" ping)" != PONG ] || return 0
  reason=$(cat "$state/held" 2>/dev/null) || return 1
  case $reason in
  "repairs its files") return 1 ;;
  "this volume is empty"* | *"append-only file"*) ;;
  *) fail "redis-0 is held for another reason: $reason" ;;
  esac
  echo "$source_host" >"$state/order"
  mv "$state/order" "$state/override"
  return 1
}

# Only now the data set is this one's: before, an id shared with a primary that lacks the data would empty replicas.
become() {
  echo "$dataset" >"$data/dataset"
  write_users
  [ "$(query "$PRIMARY_HOST" acl load)" = OK ] || fail "redis-0 does not load its users"
  rm -f "$data/unfilled"
}

finish() {
  status=$?
  trap - EXIT
  trap '' TERM
  set +e
  [ "$detached" = no ] || query "$source_host" replicaof "$PRIMARY_HOST" 6379 >/dev/null
  if [ "$following" = yes ]; then
    # Starting it again may end this script.
    echo "redis-0 goes back to what it has on its volume, with $(keys_of "$source_host") sessions safe on $source" >&2
    if [ -e "$data/unfilled" ]; then
      query "$PRIMARY_HOST" shutdown nosave now force
    elif within "$return_limit" take_back; then
      replicate_as "$user" "$password"
    fi
  fi
  exit "$status"
}

is_primary || fail "$POD_NAME is a replica: only redis-0 is reseeded"
trap finish EXIT
trap 'echo "reseed failed: it was told to stop" >&2; exit 143' TERM
detach
within "$return_limit" serving || fail "redis-0 does not start"
note_primary
echo "redis-0 takes $(keys_of "$source_host") sessions over from $source"
take_over "$source_host" "replica-$dataset" "$(current replica)"
become
promote
echo "reseeded redis-0 with $(keys_of "$PRIMARY_HOST") sessions of $source; it is the primary again"
