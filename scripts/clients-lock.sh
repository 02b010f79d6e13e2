#!/bin/sh
# Pins the environments of the trainers' own clients (tests/real) and of Ray, with hashes and without any
# registry's address. torch is not among them: which build there is depends on the machine.
set -eu
cd "$(dirname "$0")/../requirements/clients"
for input in *.in; do
  ../../.venv/bin/uv pip compile --quiet --config-file uv.toml --constraints torch.txt --universal \
    --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
    --no-emit-find-links --no-emit-package torch "$input" -o "${input%.in}.lock"
done
