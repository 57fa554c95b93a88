"""The toy OWLv2 and what transformers computed with it. The maker is tools/goldens_owlv2.py."""

import lzma
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"


def golden():
    with np.load(DATA / "owlv2.npz") as file:
        return dict(file)


def unpacked(folder):
    """The toy as its exporter wrote it."""
    for packed in DATA.glob("*.xz"):
        (folder / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))
    return folder
