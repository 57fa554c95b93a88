"""The process of ``models.speech_sphinx``: samples in by standard input, lines of JSON out.

It does not give way as other workers do: a person waits for what it understands.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from models.speech_sphinx import LENGTH, Reply
from models.speech_sphinx_phrases import phrases
from vision.speech import RATE


def main() -> None:
    """Serves until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides when this one ends
    source, out = sys.stdin.buffer, sys.stdout.buffer
    try:
        decoder = _decoder()
    except Exception as error:
        _tell(out, Reply(failed=f"{type(error).__name__}: {error}"))
        return
    _tell(out, Reply())
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        _tell(out, _heard(decoder, source.read(*LENGTH.unpack(head))))


def _decoder() -> Any:
    """With a language model of what is said here; its file is needed only while it is read."""
    from pocketsphinx import Decoder  # noqa: PLC0415
    from pocketsphinx.lm import ArpaBoLM  # noqa: PLC0415

    made = ArpaBoLM(text="\n".join(f"<s> {phrase} </s>" for phrase in phrases()))
    made.compute()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "phrases.lm")
        made.write_file(path)
        return Decoder(samprate=RATE, lm=str(path), loglevel="FATAL")


def _heard(decoder: Any, pcm: bytes) -> Reply:
    try:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        return Reply(best.hypstr if best else "")
    except Exception as error:
        return Reply(failed=f"{type(error).__name__}: {error}")


def _tell(out: BinaryIO, reply: Reply) -> None:
    out.write(msgspec.json.encode(reply) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
