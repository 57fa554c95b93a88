#!/bin/sh
# Resolves pyproject.toml into requirements.lock (to run) and requirements-dev.lock (to test too).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pip-tools
resolve() {
    output=$1
    shift
    CUSTOM_COMPILE_COMMAND="make lock" "$work/venv/bin/pip-compile" --quiet --generate-hashes \
        --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links \
        --no-emit-trusted-host --no-emit-options --output-file "$output" "$@" pyproject.toml
}
resolve requirements-dev.lock --extra build --extra dev
resolve requirements.lock --extra build --constraint requirements-dev.lock
