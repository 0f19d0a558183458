#!/usr/bin/env bash
# What the unit tests run beside Node, as .ci/run has it. Servers that Debian starts by itself are not wanted (RUNLEVEL).
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -qq
xargs -a local/packages.txt apt-get install -y -qq --no-install-recommends \
  shellcheck redis-server redis-tools openssl haproxy chromium graphviz curl
