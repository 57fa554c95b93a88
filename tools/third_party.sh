#!/bin/sh
# Tries the endpoint on a server by other people: `transformers serve`, with a SmolVLM of toy size and
# random weights that is made here. Usage: tools/third_party.sh BIN [pytest options]
# BIN is the bin folder of the project's own virtual environment. The server has one beside it, which
# takes 1.2 GB; nothing is fetched but Python packages. Safe to run again: what is there stays.
set -eu
bin=$1
shift
cd "$(dirname "$0")/.."
venv=.venv-third-party
wanted=tests/third_party/requirements.txt
maker=tests/third_party/make_model.py

if ! cmp -s "$wanted" "$venv/installed.txt"; then
    printf 'Installing %s into %s (some minutes) …\n' "$wanted" "$venv"
    rm -rf "$venv"
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
    cp "$wanted" "$venv/installed.txt"
fi
if ! cmp -s "$maker" "$venv/made_by.py"; then
    printf 'Making the toy model …\n'
    HF_HUB_OFFLINE=1 HF_HOME="$venv/huggingface" "$venv/bin/python" "$maker"
    cp "$maker" "$venv/made_by.py"
fi
exec "$bin/python" -m pytest tests/third_party "$@"
