"""Takes models/data/silero-vad-16k.onnx from the wheel in which its makers publish it.

    python -m tools.take_silero [--source WHEEL] [--out DIR]

Without ``--source``, ``pip download`` fetches the wheel into a temporary folder. Nothing is
converted: of the networks in it this is the one for 16 kHz alone, half as large as the one for two
rates. Input: ``input`` (1, 576) float32, 64 samples that were in the last window and 512 new ones;
``state`` (2, 1, 128) float32, zeros at first; ``sr``, 16000. Output: ``output`` (1, 1), the
probability that somebody speaks, and ``stateN``, the next state.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import msgspec

from models.weights import DATA, Manifest, Source, Upstream
from tools.human_models import sha256

PACKAGE = "silero-vad"
VERSION = "6.2.3"
NAME = "silero-vad-16k"
NETWORK = "silero_vad/data/silero_vad_16k_op15.onnx"
LICENSE = f"silero_vad-{VERSION}.dist-info/licenses/LICENSE"
SHA256 = {NETWORK: "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49"}
"""Of the file in the wheel."""


def _manifest() -> bytes:
    described = Manifest(
        name=NAME,
        task="voice activity",
        file=f"{NAME}.onnx",
        sha256=SHA256[NETWORK],
        made_by="python -m tools.take_silero",
        source=Source(f"pypi:{PACKAGE}", VERSION, "MIT", SHA256),
        upstream=Upstream(
            "Silero VAD", "Silero Team", "https://github.com/snakers4/silero-vad", "MIT"
        ),
    )
    return msgspec.json.format(msgspec.json.encode(described)) + b"\n"


def _fetched(scratch: Path) -> Path:
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    subprocess.run([*fetch, str(scratch), f"{PACKAGE}=={VERSION}"], check=True)
    (wheel,) = scratch.glob("*.whl")
    return wheel


def main() -> None:
    """Writes the network, its manifest and its licence."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="the wheel")
    parser.add_argument("--out", type=Path, default=DATA, help="folder for the network")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheel = zipfile.ZipFile(asked.source or _fetched(Path(scratch)))
        network, licence = wheel.read(NETWORK), wheel.read(LICENSE)
    if sha256(network) != SHA256[NETWORK]:
        raise SystemExit(f"{NETWORK} is not the one of {PACKAGE} {VERSION}")
    (asked.out / f"{NAME}.onnx").write_bytes(network)
    (asked.out / f"{NAME}.LICENSE").write_bytes(licence)
    (asked.out / f"{NAME}.json").write_bytes(_manifest())


if __name__ == "__main__":
    main()
