#!/usr/bin/env bash
# Starts a LiteLLM proxy on this machine whose models answer without a network, runs the smoke test
# against it, and stops it. What the proxy charges, its header x-litellm-response-cost, is compared
# with our own quote of the same usage.
#
#   pip install 'litellm[proxy]==1.106.2'    best in a virtual environment of its own
#   LITELLM=path/to/litellm examples/litellm_proxy/run.sh [-v | -o json | ...]
#
# PRICECTL names the program if `pricectl` is not on the PATH, PORT another port than 4000.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
litellm=${LITELLM:-litellm}
pricectl=${PRICECTL:-pricectl}
port=${PORT:-4000}
url=http://127.0.0.1:$port

log=$(mktemp)
PROXY_TOKEN=sk-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export PROXY_TOKEN
# Prices out of the package, not from the network.
export LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_MODE=PRODUCTION
"$litellm" --config "$here/config.yaml" --host 127.0.0.1 --port "$port" >"$log" 2>&1 &
proxy=$!
trap 'kill "$proxy" 2>/dev/null || true; wait "$proxy" 2>/dev/null || true; rm -f "$log"' EXIT

for _ in $(seq 60); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  if ! kill -0 "$proxy" 2>/dev/null; then
    cat "$log" >&2
    exit 2
  fi
  sleep 1
done

models=()
while read -r name; do
  models+=(--model "$name")
done < <(sed -n 's/^  - model_name: \([^"]*\)$/\1/p' "$here/config.yaml")

"$pricectl" smoke "$url" --api openai --token-env PROXY_TOKEN "${models[@]}" \
  --unknown smoke-test-of-an-unknown-name "$@"
