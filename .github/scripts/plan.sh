#!/usr/bin/env bash
# Which stacks a pull request is previewed for, and how, for $GITHUB_OUTPUT:
#   stacks=["dev","prod"]  those with a file, but not `local`, which no workflow reaches
#   way=engine|manifests   manifests: a fork or Dependabot, who get no credentials, ORGANIZATION is empty, or PREVIEWS says so
# Reads ORGANIZATION, PREVIEWS (default: engine), REPOSITORY, HEAD_REPOSITORY (empty for a deleted fork) and AUTHOR.
set -euo pipefail

stacks=()
for file in Pulumi.*.yaml; do
  # A pull request names its files as it likes.
  [[ $file =~ ^Pulumi\.([A-Za-z0-9_-]+)\.yaml$ ]] || continue
  [ "${BASH_REMATCH[1]}" = local ] || stacks+=("\"${BASH_REMATCH[1]}\"")
done
[ ${#stacks[@]} -gt 0 ] || { echo "there is no Pulumi.<stack>.yaml but that of stack local" >&2 && exit 1; }

way=engine
if [ -z "$ORGANIZATION" ] || [ "${PREVIEWS:-}" = manifests ]; then way=manifests; fi
if [ "$HEAD_REPOSITORY" != "$REPOSITORY" ] || [ "$AUTHOR" = "dependabot[bot]" ]; then way=manifests; fi
(
  IFS=,
  echo "stacks=[${stacks[*]}]"
)
echo "way=$way"
