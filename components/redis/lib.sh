# shellcheck shell=sh
# What the store's scripts share. To be sourced.
#
# Environment: ENGINE (valkey or redis), NAMESPACE, POD_NAME, PRIMARY_HOST (stable name of redis-0), KEY_PREFIX (of the
# application's keys), CORRUPT_TAIL (repair or refuse), TLS (yes or no).

# shellcheck disable=SC2034 # used by those who source this
{
  data=/data
  state=/run/session-store
  secrets=/run/secrets/session-store
  manifest=$data/appendonlydir/appendonly.aof.manifest
}

say() { echo "session-store: $*"; }

is_primary() { [ "${POD_NAME##*-}" = 0 ]; }

# How a host is reached. This pod's own server needs no proof of who it is, and could not give it just when it has to be
# told of certificates by another authority: it still shows its old one while the files are the new ones.
tls_options() {
  case $TLS-$1 in
  no-*) ;;
  *-127.0.0.1) echo "--tls --insecure" ;;
  *) echo "--tls --cacert /etc/session-store-tls/ca.crt" ;;
  esac
}

# Stands for the certificates, to see that they changed.
certificates_digest() { cat /etc/session-store-tls/* | sha256sum; }

# One command to the server of a host, as admin. The password goes by the environment, which no process list shows.
ask_host() {
  host=$1
  shift
  # shellcheck disable=SC2046 # several words, or none
  REDISCLI_AUTH=$(cat "$state/admin") "$ENGINE-cli" -h "$host" --user admin --no-auth-warning \
    $(tls_options "$host") "$@"
}

# To this pod's own server.
ask() { ask_host 127.0.0.1 "$@"; }

# To the primary or a replica, whose node may be gone: without a limit TCP tries for minutes.
ask_member() {
  member=$1.${PRIMARY_HOST#*.}
  shift
  timeout 5 sh -c '. /etc/session-store/lib.sh; ask_host "$@"' ask "$member" "$@"
}

# The data set that the primary serves, by the name of its replication user; nothing when it does not answer.
primary_dataset() { ask_member redis-0 acl users 2>/dev/null | sed -n 's/^replica-//p'; }

# Holds the start for as long as the check prints a reason: the pod lives, is not ready and says why. Goes on by itself
# when the reason is gone.
wait_while() { hold "$1" never; }

# The same, or until the operator orders it, once: touch /run/session-store/override. A host in that file is whom redis-0
# shall follow first (reseed.sh).
hold_while() { hold "$1" "$state/override"; }

# Leaves `ordered` as yes where an order ended it. One that was given for another reason counts for none.
hold() {
  told=
  ordered=no
  rm -f "$state/override"
  trap 'exit 143' TERM
  while reason=$("$1") && [ -n "$reason" ]; do
    if [ -f "$2" ]; then
      ordered=yes
      follow_first=$(cat "$2")
      rm "$2"
      say "goes on by order, although $reason"
      break
    fi
    echo "$reason" >"$state/held"
    [ "$reason" = "$told" ] || say "held: $reason"
    told=$reason
    sleep 1
  done
  trap - TERM
  rm -f "$state/held"
}
