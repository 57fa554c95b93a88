#!/bin/sh
# Sees to it that Firefox and WebKitGTK are here for tests/other_browsers; needs root for that.
# Without root it says what is missing, and the tests of what is there can run all the same.
set -eu

missing=
command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || [ -n "${FIREFOX:-}" ] ||
    missing=firefox-esr
command -v WebKitWebDriver >/dev/null 2>&1 || missing="$missing webkit2gtk-driver gstreamer1.0-plugins-bad gstreamer1.0-libav"
command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'Installing %s …\n' "$missing"
    export DEBIAN_FRONTEND=noninteractive
    # Word by word: each is a package.
    # shellcheck disable=SC2086
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
printf 'openeyes: not here, so not tried:%s (Debian: sudo apt install%s)\n' " $missing" " $missing" >&2
