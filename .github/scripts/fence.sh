#!/usr/bin/env bash
# fence.sh LANGUAGE FILE: the file as a fenced block of Markdown that nothing in it can close, cut to what a comment holds.
set -euo pipefail
language=$1 file=$2
# GitHub takes 65536 characters.
limit=60000
text=$(head -c "$limit" "$file" | iconv -cf utf-8 -t utf-8 | tr -d '\000-\010\013-\037')
longest=$(grep -oE '`+' <<<"$text" | awk '{ if (length > most) most = length } END { print most + 0 }' || true)
fence=$(printf '`%.0s' $(seq "$((longest > 2 ? longest + 1 : 3))"))
printf '%s%s\n%s\n%s\n' "$fence" "$language" "$text" "$fence"
if [ "$(wc -c <"$file")" -gt "$limit" ]; then printf '\nCut after %s of %s bytes.\n' "$limit" "$(wc -c <"$file")"; fi
