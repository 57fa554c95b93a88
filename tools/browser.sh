#!/bin/sh
# Sees to it that there is a Chromium for the browser tests; needs root only where there is none.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
[ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'Installing Chromium …\n'
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
printf 'openeyes: the tests drive a real browser, and there is no Chromium here.\n' >&2
printf 'Install it (Debian: sudo apt install chromium) or name one with CHROMIUM=/path/to/it.\n' >&2
exit 1
