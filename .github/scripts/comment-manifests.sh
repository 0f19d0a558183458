#!/usr/bin/env bash
# Comments on a pull request how its manifests differ, once, and edits that comment from then on. The artifact is the text
# of a stranger: it says nothing of where it goes, and is shown as it is.
# Reads GH_TOKEN and GH_REPO as gh does; RUN_ID, HEAD_OWNER, HEAD_BRANCH and HEAD_SHA are those of the run that made it.
set -euo pipefail
scripts=$(dirname "$0")
marker="<!-- manifests -->"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

found=$(gh api "repos/$GH_REPO/actions/runs/$RUN_ID/artifacts" --jq '[.artifacts[] | select(.name == "manifests")] | length')
[ "$found" -gt 0 ] || { echo "run $RUN_ID has no manifests: the engine made its preview" && exit 0; }
gh run download "$RUN_ID" --name manifests --dir "$scratch/artifact"
diff=$scratch/artifact/manifests.diff
if [ ! -f "$diff" ] || [ -L "$diff" ]; then
  echo "the artifact has no file manifests.diff" >&2
  exit 1
fi

# jq reads the commit from the environment: it is no part of the program.
export HEAD_SHA
numbers=$(gh api --method GET "repos/$GH_REPO/pulls" -f state=open -f head="$HEAD_OWNER:$HEAD_BRANCH" \
  --jq '.[] | select(.head.sha == env.HEAD_SHA) | .number')
[ -n "$numbers" ] || { echo "no open pull request is at $HEAD_SHA any longer" && exit 0; }

{
  echo "$marker"
  if [ -s "$diff" ]; then
    printf '**Rendered manifests** change so; without credentials, nothing is known of a cluster.\n\n'
    "$scripts/fence.sh" diff "$diff"
  else
    echo "**Rendered manifests** stay as they are."
  fi
} >"$scratch/body"

for number in $numbers; do
  comments=$(gh api --paginate "repos/$GH_REPO/issues/$number/comments" \
    --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id")
  if [ -n "$comments" ]; then
    gh api --silent --method PATCH "repos/$GH_REPO/issues/comments/${comments%%$'\n'*}" -F "body=@$scratch/body"
  else
    gh api --silent --method POST "repos/$GH_REPO/issues/$number/comments" -F "body=@$scratch/body"
  fi
done
