#!/usr/bin/env bash
# The policies on the rendered manifests of all stacks but `local`: all of them, then fails if one broke a mandatory policy.
set -euo pipefail
config=()
[ ! -e policy.json ] || config=(--config policy.json)
failed=0
for file in Pulumi.*.yaml; do
  stack=${file#Pulumi.} && stack=${stack%.yaml}
  [ "$stack" = local ] || npm run --silent policy -- "$stack" "${config[@]}" || failed=1
done
exit "$failed"
