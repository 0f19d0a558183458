#!/bin/sh
# Ready when it serves: the primary is one, a replica has all of the primary's data. Never a write, which a full or a
# replicating server may refuse while it is fine.
set -eu
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh

if [ -e "$state/held" ]; then
  echo "held: $(cat "$state/held")"
  exit 1
fi
# INFO answers while the server still reads its files, and says already whom it is.
info=$(ask info 2>&1 | tr -d '\r')
if is_primary; then
  wanted='loading:0
role:master'
else
  wanted='loading:0
role:slave
master_link_status:up
master_sync_in_progress:0'
fi
answer=$(printf '%s\n' "$info" | grep -E '^(loading|role|master_link_status|master_sync_in_progress):') || {
  echo "$info" # an error's text
  exit 1
}
[ "$answer" = "$wanted" ] && exit 0
if ! is_primary && theirs=$(primary_dataset) && [ -n "$theirs" ] && [ "$theirs" != "$(cat "$data/dataset")" ]; then
  echo "the primary holds another data set: reseed it from this replica, or give this replica's data up with adopt.sh"
fi
echo "$answer"
exit 1
