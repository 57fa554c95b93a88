#!/bin/sh
# Makes the virtual environment VENV and installs what LOCK pins, by hash. Safe to run again.
# Usage: tools/setup.sh VENV LOCK
set -eu
venv=$1
lock=$2
python=${PYTHON:-python3}

missing() {
    printf 'openeyes: %s\n' "$1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    missing "no $python here: install Python 3.11 or newer (Debian: apt install python3 python3-venv)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    missing "$("$python" --version) is too old: install Python 3.11 or newer, or name one with PYTHON=…"
if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        missing "this Python cannot make virtual environments (Debian: apt install python3-venv)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

printf 'Installing %s into %s …\n' "$lock" "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" ||
    missing "installing failed; what pip says stands above. Is there a network? Try again: nothing is lost"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    --no-build-isolation --editable .
