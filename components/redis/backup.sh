#!/bin/sh
# Copies the store's sessions into one archive on the claim for backups, checks it, and keeps the newest few.
#
# Environment: ENGINE (valkey or redis), SOURCES (hosts, separated by blanks: the first that hands its data out is
# copied), KEEP (archives to keep, at least 1), TLS (yes or no). An archive has its final name only when it is complete and checked;
# its SHA-256 stands beside it. No archive is deleted before a newer one is there.
set -eu
umask 077

name=sessions-$(date -u +%Y%m%dT%H%M%SZ).rdb
part=/backup/.$name.$$.part
tls=
[ "$TLS" = no ] || tls="--tls --cacert /etc/session-store-tls/ca.crt"
REDISCLI_AUTH=$(cat /run/secrets/session-store/password)
export REDISCLI_AUTH

trap 'rm -f "$part" "$part.sha256"' EXIT
trap 'exit 143' TERM

fail() {
  echo "backup failed: $*; older archives are untouched" >&2
  exit 1
}

# A replica that is not in step with the primary refuses (NOMASTERLINK), so what is copied is never stale.
copy() {
  refusals=
  for source in $SOURCES; do
    # shellcheck disable=SC2086 # $tls is a list of words
    if answer=$("$ENGINE-cli" -h "$source" $tls --user backup --no-auth-warning --rdb "$part" 2>&1); then return; fi
    refusals="$refusals; $source: $(echo "$answer" | tail -n 1 | tr -d '\r')"
  done
  fail "no member of the store hands its data out${refusals}"
}

check() {
  report=$("$ENGINE-check-rdb" "$part" 2>&1) ||
    fail "the copy from $source is damaged: $(echo "$report" | sed -n '/ERROR DETECTED/{n;p;}')"
  keys=$(echo "$report" | sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p')
}

# The checksum comes first: who finds an archive finds it with its checksum.
publish() {
  (cd /backup && sha256sum "${part##*/}") | sed "s/ [^ ]*$/ $name/" >"$part.sha256"
  sync "$part" "$part.sha256"
  mv "$part.sha256" "/backup/$name.sha256"
  mv "$part" "/backup/$name"
}

# Names sort by time. The new archive stays even if the clock went back and others seem to be newer.
drop_old() {
  find /backup -maxdepth 1 -name 'sessions-*.rdb' ! -name "$name" | sort -r | tail -n "+$KEEP" |
    while read -r old; do rm -f "$old.sha256" "$old"; done
}

# What runs left behind that were killed. A run ends within an hour (activeDeadlineSeconds): older parts are nobody's.
drop_leftovers() {
  find /backup -maxdepth 1 -name '.sessions-*.part*' -mmin +60 -delete
  find /backup -maxdepth 1 -name 'sessions-*.rdb.sha256' -mmin +60 |
    while read -r sum; do [ -e "${sum%.sha256}" ] || rm -f "$sum"; done
}

drop_leftovers
copy
check
publish
if [ "$keys" = 0 ]; then
  # An emptied store would otherwise push all archives with sessions out, night by night.
  echo "backed up an empty store ($source) as $name: no older archive was deleted for it"
else
  drop_old
  count=$(find /backup -maxdepth 1 -name 'sessions-*.rdb' | wc -l)
  echo "backed up $keys keys of $source as $name; archives kept: $((count))"
fi
