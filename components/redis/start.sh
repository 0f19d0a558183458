#!/bin/sh
# Starts one member of the session store: redis-0 is the primary, every other member follows it.
#
# Environment: ENGINE (valkey or redis), POD_NAME, PRIMARY_HOST (stable name of redis-0).
# Reads /etc/session-store/redis.conf and the password's file; writes the complete configuration to a volume in memory,
# so that the password reaches neither the data volume nor the process list.
set -eu
umask 077

config=/run/session-store/redis.conf
# Quoted as redis.conf wants it.
password=$(sed 's/[\\"]/\\&/g' /run/secrets/session-store/password)

{
  cat /etc/session-store/redis.conf
  printf 'requirepass "%s"\n' "$password"
  printf 'masterauth "%s"\n' "$password"
  if [ "${POD_NAME##*-}" != 0 ]; then
    printf 'replicaof %s 6379\n' "$PRIMARY_HOST"
  fi
} >"$config"

exec "$ENGINE-server" "$config"
