#!/bin/sh
# Asks for offers, accepts the first, waits for its end and shows what the program wrote, with nothing but curl.
# Usage: accept-with-curl.sh [request]
set -eu
broker=${BROKER_URL:-http://127.0.0.1:8082}
request=${1:-$(dirname "$0")/hello.json}

# The first 'executions/…' in an offer set is the address of its first offer.
offers=$(curl --silent --show-error --fail --header 'Content-Type: application/json' \
  --header 'Prefer: return=representation' --data-binary "@$request" "$broker/offersets")
execution=$(printf '%s' "$offers" | grep -o '/executions/[0-9a-f-]*' | head -n 1)
echo "The first offer is $broker$execution"

curl --silent --show-error --fail --header 'Content-Type: application/json' --output /dev/null \
  --data '{"kind": "uri:enum-value-update", "path": "phase", "value": "ACCEPTED"}' "$broker$execution"

# The stream ends when the program has ended.
curl --silent --show-error --fail "$broker/streams/${execution##*/}/stdout?follow=true"
