#!/usr/bin/env bash
# drift-issue.sh REPORT: one open issue for each stack that drifts, with the last report, closed when the drift is gone.
# Reads STACK, RESULT (of drift.sh), RUN_URL, and GH_TOKEN and GH_REPO as gh does.
set -euo pipefail
report=$1
scripts=$(dirname "$0")
export TITLE="Stack $STACK drifts"
[ "$RESULT" != busy ] || { echo "not looked at: a deployment is running" && exit 0; }

number=$(gh issue list --state open --label drift --limit 100 --json number,title \
  --jq '[.[] | select(.title == env.TITLE) | .number] | first // empty')
if [ "$RESULT" = clean ]; then
  [ -z "$number" ] || gh issue close "$number" --comment "The cluster is as stack $STACK has it: $RUN_URL"
  exit
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf 'Somebody or something changed what stack %s deployed (found by %s). Values are not shown.\n\n' "$STACK" "$RUN_URL"
  "$scripts/fence.sh" text "$report"
  printf '\nWhat to do: docs/operations/delivery.md, "Drift".\n'
} >"$body"
if [ -n "$number" ]; then
  gh issue edit "$number" --body-file "$body"
else
  gh label create drift --force --description "The cluster is not as a stack left it" --color D93F0B
  gh issue create --title "$TITLE" --label drift --body-file "$body"
fi
