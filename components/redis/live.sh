#!/bin/sh
# Alive while it answers at all: reading its files (LOADING), having lost its primary (MASTERDOWN) or being held back by
# start.sh is no reason to kill it, which would only start the same work over.
set -eu
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
[ ! -e "$state/held" ] || exit 0
answer=$(ask ping 2>&1) || true
case $answer in
PONG | LOADING* | MASTERDOWN*) exit 0 ;;
esac
echo "$answer"
exit 1
