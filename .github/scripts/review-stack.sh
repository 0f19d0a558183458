#!/usr/bin/env bash
# Makes stack STACK, unless it is there, and its configuration: that of stack LIKE, in a namespace of its own and, where
# there is an Ingress, at HOST alone.
set -euo pipefail
[[ $HOST =~ ^pr-[0-9]+(\.[a-z0-9-]+)+$ ]] ||
  { echo "REVIEW_DOMAIN must be a domain whose names lead to the ingress controller, got \"${HOST#*.}\"" >&2 && exit 1; }

pulumi stack select --create "$STACK" --non-interactive
pulumi config cp --stack "$LIKE" --dest "$STACK"
# Without it, the namespace is named after the stack.
pulumi config rm session-stack:namespace --stack "$STACK"
if pulumi config get --path session-stack:ingress.hosts --stack "$STACK" >/dev/null 2>&1; then
  pulumi config rm --path session-stack:ingress.hosts --stack "$STACK"
  pulumi config set --path 'session-stack:ingress.hosts[0].host' "$HOST" --stack "$STACK"
fi
