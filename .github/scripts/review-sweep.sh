#!/usr/bin/env bash
# Removes the review stacks whose pull request is closed, or no longer labelled. Reads ORGANIZATION, and GH_TOKEN and
# GH_REPO as gh does. One that cannot be removed does not keep the others.
set -euo pipefail
scripts=$(dirname "$0")
failed=0
names=$(pulumi stack ls --organization "$ORGANIZATION" --project session-stack --json |
  node -e 'for (const { name } of JSON.parse(require("fs").readFileSync(0, "utf8"))) console.log(name.split("/").at(-1))')
while read -r name; do
  [[ $name =~ ^review-([0-9]+)$ ]] || continue
  wanted=$(gh pr view "${BASH_REMATCH[1]}" --json state,labels \
    --jq '.state == "OPEN" and any(.labels[]; .name == "review")')
  [ "$wanted" = false ] || continue
  STACK="$ORGANIZATION/session-stack/$name" "$scripts/review-remove.sh" || failed=1
done <<<"$names"
exit "$failed"
