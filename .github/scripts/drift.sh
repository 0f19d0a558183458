#!/usr/bin/env bash
# drift.sh REPORT: whether the cluster is as stack STACK left it, for $GITHUB_OUTPUT: result=clean, drift or busy. What
# differs is named in REPORT, without values: what somebody put in by hand may be a secret.
# Reads GH_TOKEN and GH_REPO as gh does.
set -euo pipefail
report=$1

# Half of an update looks like drift.
running=$(gh run list --workflow deploy.yml --status in_progress --json databaseId --jq length)
if [ "$running" -gt 0 ]; then
  echo "result=busy"
  exit
fi

code=0
pulumi refresh --preview-only --expect-no-changes --non-interactive --color never --suppress-outputs \
  --stack "$STACK" >"$report" 2>&1 || code=$?
cat "$report" >&2
case $code in
  0) echo "result=clean" ;;
  7) echo "result=drift" ;; # https://www.pulumi.com/docs/iac/cli/exit-codes/
  *) exit "$code" ;;
esac
