#!/bin/sh
# Starts one member of the session store: redis-0 is the primary, every other member follows it. The volume is checked
# first (volume.sh). Environment: lib.sh, and KEY_PREFIX of the application's keys.
set -eu
umask 077
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
# shellcheck source=components/redis/volume.sh
. /etc/session-store/volume.sh
# shellcheck source=components/redis/users.sh
. /etc/session-store/users.sh

# The data set's id. A primary whose volume is empty begins a new one, and a replica that lacks one asks the primary.
# Replication needs the same id on both sides (users.sh), so that no replica is emptied by a primary that lost its data.
identify() {
  if is_primary; then
    if is_empty || [ ! -s "$data/dataset" ]; then od -An -N8 -tx1 /dev/urandom | tr -d ' \n' >"$data/dataset"; fi
  elif [ ! -s "$data/dataset" ]; then
    wait_while primary_is_silent
    primary_dataset >"$data/dataset"
  fi
}
primary_is_silent() { [ -n "$(primary_dataset)" ] || echo "the primary does not answer, which knows the data set's id"; }

write_config() {
  # Quoted as redis.conf wants it.
  password=$(current replica | sed 's/[\\"]/\\&/g')
  cat /etc/session-store/redis.conf
  echo "aclfile $state/users.acl"
  echo "masteruser replica-$(cat "$data/dataset")"
  printf 'masterauth "%s"\n' "$password"
  if ! is_primary; then
    echo "replicaof $PRIMARY_HOST 6379"
  elif [ -n "$follow_first" ]; then
    echo "replicaof $follow_first 6379"
  fi
}

current admin >"$state/admin"
exec 9>>"$data/lock"
follow_first=
wait_while locked_elsewhere
hold_while owned_by_another
hold_while written_by_another
hold_while damaged
repair
is_primary && hold_while replicas_have_data
identify
# Until another member's data has come, what is here counts for nothing, though it may be a part of it (repair).
if [ -n "$follow_first" ]; then : >"$data/unfilled"; else rm -f "$data/unfilled"; fi
echo "$NAMESPACE/$POD_NAME" >"$data/owner"
: >"$data/starting"

[ "$TLS" = no ] || certificates_digest >"$state/certificates-digest"
write_users
secrets_digest >"$state/secrets-digest"
current admin >"$state/admin"
write_config >"$state/redis.conf"
sh /etc/session-store/watch.sh 9>&- &
exec "$ENGINE-server" "$state/redis.conf"
