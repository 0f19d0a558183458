#!/bin/sh
# Lets this replica follow the primary's data set instead of its own, which is lost. For a replica that refuses to follow
# because the primary lost its data or was restored, when the primary's data is what counts.
set -eu
umask 077
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
# shellcheck source=components/redis/users.sh
. /etc/session-store/users.sh

if is_primary; then
  echo "redis-0 is the primary: it follows nobody" >&2
  exit 1
fi
if [ -e "$state/held" ]; then
  echo "$POD_NAME is held, and this may not be its volume: $(cat "$state/held")" >&2
  exit 1
fi
theirs=$(primary_dataset)
if [ -z "$theirs" ]; then
  echo "the primary does not answer" >&2
  exit 1
fi
echo "$theirs" >"$data/dataset"
write_users
ask acl load >/dev/null
ask config set masteruser "replica-$theirs" >/dev/null
say "follows data set $theirs"
