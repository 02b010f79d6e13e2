#!/bin/sh
# Installs the Debian packages that tests need (requirements/system.txt), where it may; says exactly
# which are missing where it may not.
set -eu
cd "$(dirname "$0")/.."

missing=
while read -r package command; do
  case $package in '' | '#'*) continue ;; esac
  [ -e "$command" ] || command -v "$command" >/dev/null 2>&1 || missing="$missing $package"
done <requirements/system.txt
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "missing for the tests; install them as root:" >&2
  echo "  apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "installing$missing" >&2
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
