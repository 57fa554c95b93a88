#!/bin/sh
# The long benchmarks of docs/benchmarks.md, which `make bench` leaves out. Usage: benchmarks/all.sh BIN
# BIN is the virtual environment's bin folder. MOT names a folder of labelled video; without it the
# tracker is not scored. Leave the machine alone meanwhile: about an hour.
set -eu
bin=$1
cd "$(dirname "$0")/.."
export PYTHONPATH=.:benchmarks

echo "== Beside a slow model"
"$bin/python" benchmarks/slow_model.py --seconds 30 --rounds 3
echo "== Questions"
"$bin/python" benchmarks/first_token.py
"$bin/python" benchmarks/questions.py
echo "== Key frames"
"$bin/python" benchmarks/keyframes.py
echo "== Standing instructions"
"$bin/python" benchmarks/watches.py --quiet 10
echo "== Text"
"$bin/python" benchmarks/reading.py
echo "== Memory"
"$bin/python" benchmarks/hour.py
"$bin/python" benchmarks/memory_kills.py
echo "== Coming and going"
"$bin/python" benchmarks/churn.py --cycles 200
if [ -d "${MOT:-}" ]; then
    echo "== Tracker"
    if [ ! -x .venv-bench/bin/python ]; then
        "${PYTHON:-python3}" -m venv .venv-bench
        .venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements.txt
    fi
    .venv-bench/bin/python benchmarks/tracking.py --mot "$MOT"
    .venv-bench/bin/python benchmarks/panning.py --mot "$MOT"
else
    echo "== Tracker: not scored; name a folder of labelled video with MOT=…"
fi
