# shellcheck shell=sh
# The server's users, out of the Secret's files <user>-<version>: every version is accepted, `current` names the one in
# use. Hashes only; the file is in memory. To be sourced.
# shellcheck disable=SC2154 # lib.sh sets data, state and secrets

# What session libraries use: none that reads other keys' names, other users or the server's settings. INFO tells a
# client that the server is still loading (ioredis). Of the databases the first alone: the guards count its keys.
app_commands="+@connection -select +select|0 +@transaction +@string +@hash +@set +@sortedset +@pubsub -@dangerous -@admin +del \
+unlink +exists +expire +expireat +pexpire +pexpireat +expiretime +pexpiretime +ttl +pttl +persist +rename \
+type +touch +eval +evalsha +script|load +script|exists +wait +info"

# The folder with the Secret's files as they are now. The kubelet changes all at once, by pointing ..data elsewhere, and
# then removes the folder: who opens the files by their own names may find old ones beside new ones, or none.
# @see AtomicWriter in pkg/volume/util of Kubernetes
secrets_now() { readlink -f "$secrets/..data"; }
from=$(secrets_now)

# A hash for each version of a user's password; none for a file that is gone, which would be one of no password.
passwords() {
  for file in "$from/$1"-[0-9]*; do
    [ ! -s "$file" ] || printf ' #%s' "$(tr -d '\n' <"$file" | sha256sum | cut -d ' ' -f 1)"
  done
}

# Leaves in `from` the folder whose passwords these are.
write_users() {
  until
    from=$(secrets_now)
    print_users >"$state/users.acl"
    [ "$(secrets_now)" = "$from" ]
  do :; done
}

print_users() {
  dataset=$(cat "$data/dataset")
  echo "user default reset off"
  echo "user admin reset on$(passwords admin) ~* &* +@all"
  echo "user app reset on$(passwords app) ~$KEY_PREFIX* &$KEY_PREFIX* $app_commands"
  echo "user replica-$dataset reset on$(passwords replica) +ping +psync +replconf"
  echo "user backup reset on$(passwords backup) +ping +info +sync +psync +replconf"
  echo "user metrics reset on$(passwords metrics) +@connection -@dangerous +info +slowlog|get +slowlog|len \
+latency|latest +latency|histogram +dbsize"
}

# The password of the version in use. Fails when the folder has gone.
current() { cat "$from/$1-$(cat "$from/current")"; }

# Stands for all passwords, to see that they changed.
secrets_digest() { cat "$from"/* | sha256sum; }
