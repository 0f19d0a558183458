#!/bin/sh
# Tells whether this pod's own server takes a password for a user (app, replica, backup, metrics, admin): prints yes or
# no. The password is one line of the standard input: it must not stand in a process list.
set -eu
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh

user=$1
# Its name has the data set's id in it (users.sh).
[ "$user" != replica ] || user=replica-$(cat "$data/dataset")
IFS= read -r password
# shellcheck disable=SC2046 # several words, or none
answer=$(REDISCLI_AUTH=$password "$ENGINE-cli" -h 127.0.0.1 --user "$user" --no-auth-warning \
  $(tls_options 127.0.0.1) ping 2>&1) || true
case $answer in
PONG) echo yes ;;
*WRONGPASS*) echo no ;;
*)
  echo "$answer" >&2
  exit 1
  ;;
esac
