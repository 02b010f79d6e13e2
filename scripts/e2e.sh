#!/usr/bin/env bash
# `make e2e`: brings an engine up where there is none, builds the images, runs unit tests with the
# Python and the toolchains that are in them, deploys them with compose and attacks them, runs the
# sandbox's contract in containers (and in gVisor's, where the engine has its runtime), every
# language and kind of test in containers of the full image, and takes everything away again.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/docker-engine.sh

image=reward-server:e2e-$$
clean_up() {
  docker volume ls -q --filter label=reward-server.toolbox | xargs -r docker volume rm >/dev/null
  docker image rm --force "$image" "$image-full" "$image-test" >/dev/null
}
trap clean_up EXIT
docker build --quiet --tag "$image" . >/dev/null
docker build --quiet --target full --tag "$image-full" . >/dev/null
docker build --quiet --target test --tag "$image-test" . >/dev/null

docker run --rm --init --volume "$PWD:/src:ro" --tmpfs /tmp:exec --read-only --cap-drop ALL \
  --security-opt seccomp=deploy/seccomp.json --security-opt no-new-privileges "$image-test" \
  tests/sandbox tests/math tests/language tests/format tests/readability tests/shaping \
  tests/test_app.py tests/test_score.py \
  --deselect tests/math/test_compare_properties.py::test_equal_is_transitive_on_the_cases

export SANDBOX_IMAGE=$image SANDBOX_FULL_IMAGE=$image-full SANDBOX_BACKENDS=docker
.venv/bin/python -m pytest tests/e2e tests/sandbox/test_sandbox_contract.py
SANDBOX_IMAGE=$image-full .venv/bin/python -m pytest tests/sandbox/test_sandbox_workspace.py
if docker info --format '{{range $name, $_ := .Runtimes}}{{$name}} {{end}}' | grep -qw runsc; then
  SANDBOX_BACKENDS=docker:runsc .venv/bin/python -m pytest tests/sandbox/test_sandbox_contract.py \
    --deselect tests/sandbox/test_sandbox_contract.py::test_attack
fi
