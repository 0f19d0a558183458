#!/bin/sh
# Sends one command to this pod's own server and prints the answer; the password stays out of the process list.
set -eu
# shellcheck source=components/redis/lib.sh
. /etc/session-store/lib.sh
ask "$@"
