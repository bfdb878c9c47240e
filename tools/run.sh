#!/usr/bin/env bash
# From a fresh checkout to a running server with a demonstration organisation.
# Environment: QUOTARY_DATA, QUOTARY_KEYS, QUOTARY_HOST, QUOTARY_PORT, QUOTARY_PUBLIC_URL, QUOTARY_JOBS; QUOTARY_DELIVERY_URL
# instead of a folder of messages to customers, QUOTARY_DELIVERY_FOLDER for another one.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${QUOTARY_DATA:-./data}
keys=${QUOTARY_KEYS:-${data%/}.keys}
host=${QUOTARY_HOST:-127.0.0.1}
port=${QUOTARY_PORT:-8480}
shown=$host
case "$host" in *:*) shown="[$host]" ;; esac
public_url=${QUOTARY_PUBLIC_URL:-http://$shown:$port}

./tools/setup.sh
[ -f build/release/build.ninja ] || cmake --preset release
cmake --build --preset release --target quotary quotary-inspect quotary-verify ${QUOTARY_JOBS:+--parallel "$QUOTARY_JOBS"}

if [ -z "$(ls -A "$data" 2>/dev/null)" ]; then
  build/release/quotary demo --data "$data" --keys "$keys" --public-url "$public_url"
fi

token=
if [ -r "$keys/demo-credentials.json" ]; then
  token=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["rep"]["token"])' "$keys/demo-credentials.json" 2>/dev/null || true)
fi
base=http://$shown:$port
cat <<TEXT

Quotary serves $data (keys in $keys)
  Health           $base/healthz
  API description  $base/docs
  The log          $base/log/checkpoint
TEXT
if [ -n "$token" ]; then
  cat <<TEXT
  People, passwords and tokens of the demonstration: $keys/demo-credentials.json

Issue a quote:
  curl -s $base/v1/quotes -H 'Authorization: Bearer $token' -H 'Content-Type: application/json' -H 'Idempotency-Key: first-1' \\
    --data @tools/example-quote.json
List quotes:
  curl -s $base/v1/quotes -H 'Authorization: Bearer $token'
TEXT
fi
# Unless a hook was named, what customers would be sent is written beside the data folder.
case " $* " in
  *" --delivery-"*) ;;
  *) [ -n "${QUOTARY_DELIVERY_URL:-}" ] || export QUOTARY_DELIVERY_FOLDER="${QUOTARY_DELIVERY_FOLDER:-${data%/}.messages}" ;;
esac
printf '\nStop it with Ctrl-C.\n\n'
exec build/release/quotary serve --data "$data" --keys "$keys" --host "$host" --port "$port" "$@"
