#!/usr/bin/env bash
# manifests-diff.sh BASE HEAD OUTPUT: how the rendered manifests of all stacks but `local` differ between two checkouts
# with their packages installed. Rendering shows no secret. A stack that only one of them can render counts as empty in the
# other, and the reason is part of the diff. Fails, after all of them, if HEAD cannot render one.
set -euo pipefail
base=$1 head=$2 output=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# render CHECKOUT STACK FILE
render() {
  : >"$3"
  [ -e "$1/Pulumi.$2.yaml" ] || return 0
  (cd "$1" && npm run --silent render -- "$2") >"$3" 2>"$3.notes" && return
  sed 's/^/# cannot be rendered: /' "$3.notes" >"$3"
  return 1
}

: >"$output"
while read -r stack; do
  render "$base" "$stack" "$scratch/base" || true
  render "$head" "$stack" "$scratch/head" || failed=1
  diff -u --label "$stack, base" --label "$stack, this pull request" "$scratch/base" "$scratch/head" >>"$output" || [ $? -eq 1 ]
done < <(
  find "$base" "$head" -maxdepth 1 -name 'Pulumi.*.yaml' -printf '%f\n' |
    sed -nE 's/^Pulumi\.([A-Za-z0-9_-]+)\.yaml$/\1/p' | grep -vx local | sort -u
)
exit "$failed"
