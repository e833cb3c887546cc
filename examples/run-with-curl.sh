#!/bin/sh
# Runs a request at once, at the earliest start that there is, and shows each event until it is over, with nothing but curl.
# Usage: run-with-curl.sh [request]
set -eu
broker=${BROKER_URL:-http://127.0.0.1:8082}
request=${1:-$(dirname "$0")/hello.json}

# The answer is 303 with the address of the execution, which curl prints; a refusal is a body that says why.
execution=$(curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' \
  --data-binary "@$request" --output /dev/null --write-out '%{redirect_url}' "$broker/executions")
echo "The execution is $execution"
curl --silent --show-error --fail --no-buffer "$execution/events"
