#!/bin/sh
# Sends one command to this pod's own server and prints the answer; the password stays out of the process list.
set -eu
REDISCLI_AUTH=$(cat /run/secrets/session-store/password)
export REDISCLI_AUTH
exec "$ENGINE-cli" -h 127.0.0.1 --no-auth-warning "$@"
