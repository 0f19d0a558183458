# shellcheck shell=sh
# Checks of the data volume before a server may use it. Each prints the reason why it must not, or nothing. To be sourced.
# shellcheck disable=SC2154 # lib.sh sets data, state and manifest

# Another server has this volume. Redis itself locks no append-only file: of two servers on one directory each would
# destroy what the other acknowledged. Where locks reach is told in docs/promises.md.
locked_elsewhere() {
  flock --nonblock --conflict-exit-code 75 9 || [ $? -ne 75 ] || echo "another server holds the lock on this volume"
}

# Whose directory it is, which a prefix used twice or a volume bound by hand gets wrong.
owned_by_another() {
  [ -s "$data/owner" ] || return 0
  read -r owner <"$data/owner"
  [ "$owner" = "$NAMESPACE/$POD_NAME" ] || echo "this volume belongs to $owner"
}

engine_version() {
  "$ENGINE-server" --version | sed 's/.* v=\([0-9]*\.[0-9]*\).*/\1/'
}

# 8.1 -> 801
comparable() { echo $((${1%.*} * 100 + ${1#*.})); }

# The engine can't read what another one, or a newer release, wrote.
# https://valkey.io/topics/migration: Redis 7.4 and later -> Valkey; Valkey 9 raised its format beyond Redis'.
written_by_another() {
  [ -s "$data/engine" ] || return 0
  read -r was before <"$data/engine"
  now=$(engine_version)
  before_number=$(comparable "$before")
  case $was-$ENGINE in
  redis-valkey) [ "$before_number" -lt 704 ] && return ;;
  valkey-redis) [ "$before_number" -lt 900 ] && return ;;
  *) [ "$before_number" -le "$(comparable "$now")" ] && return ;;
  esac
  echo "$ENGINE $now can't read what $was $before wrote: go back to that engine"
}

# Bytes of damage at the end of the append-only file that are cut without asking: more than what one crash tears.
largest_tail=1048576

# The file that was written last.
last_file() { sed -n 's/^file \([^ ]*\) .*type i.*/\1/p' "$manifest" | tail -n 1; }

# Looks only after a start that did not get as far as serving, since it reads everything. Only the file that was written
# last has an end that a crash tears; the checker stops at the first file that is damaged. Leaves a note for
# repair: the bytes to cut, or nothing where that is no cure.
damaged() {
  rm -f "$state/damaged"
  [ -e "$data/starting" ] && [ -s "$manifest" ] || return 0
  report=$("$ENGINE-check-aof" "$manifest" 2>&1) && return
  : >"$state/damaged"
  file=$(printf '%s\n' "$report" | sed -n 's/^AOF analyzed: filename=\([^,]*\),.*/\1/p' | tail -n 1)
  cut=$(printf '%s\n' "$report" | sed -n 's/^AOF analyzed: .*diff=\([0-9]*\)$/\1/p' | tail -n 1)
  if [ "$file" != "$(last_file)" ] || [ "${cut:-0}" -eq 0 ]; then
    echo "its append-only file is damaged beyond repair: $(is_primary && echo "run npm run store -- reseed" ||
      echo "override, and it is copied anew from redis-0")"
    return
  fi
  echo "$cut" >"$state/damaged"
  if [ "$CORRUPT_TAIL" = refuse ]; then
    echo "the last $cut bytes of its append-only file are damaged and store.corruptTail is refuse"
  elif [ "$cut" -gt "$largest_tail" ]; then
    echo "$cut bytes of its append-only file are damaged or follow damage, more than a crash leaves ($largest_tail)"
  fi
}

# Copies what will be cut aside: the last file, which alone is cut, and the list of files.
copy_aside() {
  mkdir -p "$aside" && cp "$manifest" "${manifest%/*}/$(last_file)" "$aside" 2>/dev/null && return
  rm -rf "$aside"
  echo "there is no room to copy the damaged end of its files aside: make room in the volume"
}

# Alive meanwhile, as large files take their time: it is no reason to start over.
repairing() { echo "repairs its files" >"$state/held"; }

cut_end() {
  repairing
  wait_while copy_aside
  repairing
  echo y | "$ENGINE-check-aof" --fix "$manifest" >"$state/repair" 2>&1
}

# Copies the damaged end aside and cuts it off. What that does not cure is set aside as a whole, by order alone.
repair() {
  [ -e "$state/damaged" ] || return 0
  was_ordered=$ordered
  aside=$data/damaged-$(date -u +%Y%m%dT%H%M%SZ)
  if [ -s "$state/damaged" ] && cut_end; then
    say "cut the damaged end of the append-only file; as it was: $aside"
  elif [ "$was_ordered" = yes ]; then
    rm -rf "$aside"
    mv "$data/appendonlydir" "$aside"
    say "set the damaged append-only file aside: $aside"
  else
    say "the append-only file could not be repaired: $(tail -n 1 "$state/repair")"
    exit 1
  fi
  find "$data" -maxdepth 1 -name 'damaged-*' | sort | head -n -2 | xargs -r rm -r # the newest two stay
  rm -f "$state/held"
}

is_empty() { [ ! -s "$manifest" ] || [ -e "$data/unfilled" ]; }

# An empty primary while a replica has data: it would serve nothing, and new sessions would part from the old ones.
# OrderedReady starts redis-0 before its replicas; those that then come with data are kept safe by the data set's id.
replicas_have_data() {
  is_empty || return 0
  for ordinal in 1 2 3 4 5; do
    keys=$(ask_member "redis-$ordinal" dbsize 2>&1) || continue
    case $keys in
    0) ;;
    *[!0-9]*) echo "this volume is empty and redis-$ordinal does not tell how many keys it holds: $keys" ;;
    *) echo "this volume is empty and redis-$ordinal holds $keys keys: run npm run store -- reseed" ;;
    esac
  done | head -n 1
}
