#!/bin/sh
# Ready when it serves: the primary answers, a replica has all of the primary's data. Never a write, which a full or
# a replicating server may refuse while it is fine.
set -eu
if [ "${POD_NAME##*-}" = 0 ]; then
  answer=$(sh /etc/session-store/ask.sh ping 2>&1) || true
  [ "$answer" = PONG ] && exit 0
else
  info=$(sh /etc/session-store/ask.sh info replication 2>&1 | tr -d '\r')
  # Without these lines it is an error, whose text is shown.
  answer=$(printf '%s\n' "$info" | grep -E '^(master_link_status|master_sync_in_progress):') || answer=$info
  [ "$answer" = "master_link_status:up
master_sync_in_progress:0" ] && exit 0
fi
echo "$answer"
exit 1
