#!/usr/bin/env bash
# Tries a deployment without writing anything: infra/smoke-test.sh URL, with a function key in SHITOPS_KEY. The exit code is 0 if all is well.
# WAIT is how many seconds it is given to come up; 300 unless it is set.
set -euo pipefail

url=${1:?usage: smoke-test.sh URL, with a function key in the environment as SHITOPS_KEY}
url=${url%/}
deadline=$((SECONDS + ${WAIT:-300}))
body=$(mktemp)
trap 'rm -f "$body"' EXIT

ask() { # PATH: prints the status, 000 if nothing answers; the body is in $body
  # The key comes through a file descriptor, since arguments can be seen by others on the machine.
  curl --silent --output "$body" --write-out '%{http_code}' --max-time 30 --config <(printf 'header = "x-functions-key: %s"\n' "${SHITOPS_KEY:-}") "$url$1" || true
}

until status=$(ask /api/health) && [ "$status" = 200 ]; do
  if [ "$SECONDS" -ge "$deadline" ]; then
    echo "FAILED /api/health: $status $(head -c 500 "$body")"
    exit 1
  fi
  sleep 2
done
echo "ok /api/health"

failed=0
expect() { # PATH TEXT
  status=$(ask "$1")
  if [ "$status" = 200 ] && grep -qF -- "$2" "$body"; then
    echo "ok $1"
  else
    echo "FAILED $1: $status, expected 200 with $2, found $(head -c 500 "$body")"
    failed=1
  fi
}

expect /api/scale '"aggregation"'
expect '/api/v1/query?query=1%2B1' '"success"'
expect '/api/rows/projects?limit=1' '['
expect /api/openapi.json '"openapi"'
exit "$failed"
