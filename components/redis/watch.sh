#!/bin/sh
# Looks after a running server, beside it: notes that it has loaded its data, loads changed passwords and certificates,
# and lets a replica that has nothing to lose follow a primary that has begun anew.
set -eu
umask 077
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
# shellcheck source=components/redis/volume.sh
. /etc/session-store/volume.sh
# shellcheck source=components/redis/users.sh
. /etc/session-store/users.sh

loaded() {
  [ -e "$data/starting" ] || return 0
  [ "$(ask ping 2>&1)" = PONG ] || return 0
  echo "$ENGINE $(engine_version)" >"$data/engine"
  rm "$data/starting"
}

# Connections stay: only who comes anew is asked for one of the new passwords.
changed_passwords() {
  from=$(secrets_now)
  [ "$(secrets_digest)" != "$(cat "$state/secrets-digest")" ] || return 0
  write_users
  now=$(secrets_digest)
  # Before the server knows no other: without its password nothing could be mended.
  current admin >"$state/admin-next" || return
  [ "$(ask acl load)" = OK ] || return
  mv "$state/admin-next" "$state/admin"
  [ "$(current replica | tr -d '\n' | ask -x config set masterauth)" = OK ] || return
  echo "$now" >"$state/secrets-digest"
  say "loaded changed passwords"
}

# The files' names stay; setting them makes the server read these and the authority's again. It goes on with the old ones
# where they are of no use.
changed_certificate() {
  [ "$TLS" = yes ] || return 0
  now=$(certificates_digest)
  [ "$now" != "$(cat "$state/certificates-digest")" ] || return 0
  answer=$(ask config set tls-cert-file /etc/session-store-tls/tls.crt tls-key-file /etc/session-store-tls/tls.key 2>&1)
  if [ "$answer" != OK ]; then
    [ "$now" = "${refused:-}" ] || say "a changed certificate can't be loaded: $answer"
    refused=$now
    return
  fi
  echo "$now" >"$state/certificates-digest"
  say "loaded a changed certificate"
}

nothing_to_lose() {
  is_primary && return
  ask info replication | grep -q '^master_link_status:down' || return 0
  [ "$(ask dbsize)" = 0 ] || return 0
  sh /etc/session-store/adopt.sh >/dev/null || true
}

while :; do
  for task in loaded changed_passwords changed_certificate nothing_to_lose; do
    $task || true
  done
  sleep 2
done
