"""Options of hearing and speaking. Nothing is contacted unless it is named."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from streaming.hearing_settings import SpeechServer, SpeechSettings


def add_speech_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """What turns speech into text, and text into speech; ``names`` run on this machine."""
    group = parser.add_argument_group("speech")
    recognisers = group.add_mutually_exclusive_group()
    recognisers.add_argument(
        "--speech",
        default="",
        choices=names,
        metavar="NAME",
        help=f"recognise speech on this machine: {', '.join(names)} (default: not at all)",
    )
    recognisers.add_argument(
        "--speech-url",
        default="",
        metavar="URL",
        help="an OpenAI-compatible server that recognises speech (/audio/transcriptions)",
    )
    _add_server(group, "speech")
    group.add_argument(
        "--voice-url",
        default="",
        metavar="URL",
        help="an OpenAI-compatible server that speaks (/audio/speech), for browsers without a "
        "voice of their own (default: none)",
    )
    _add_server(group, "voice")
    group.add_argument("--voice", default="", metavar="NAME", help="voice there (default: alloy)")


def _add_server(group: argparse._ArgumentGroup, name: str) -> None:
    group.add_argument(f"--{name}-model", default="", metavar="NAME", help="model there")
    keys = group.add_mutually_exclusive_group()
    keys.add_argument(
        f"--{name}-key-env",
        default="",
        metavar="VARIABLE",
        help="environment variable that holds the key for it",
    )
    keys.add_argument(
        f"--{name}-key-file", type=Path, metavar="FILE", help="file that holds the key"
    )


def speech_settings(options: argparse.Namespace) -> SpeechSettings:
    """What ``add_speech_options`` asked for."""
    return SpeechSettings(
        recogniser=options.speech,
        hearing=SpeechServer(
            options.speech_url,
            options.speech_model,
            options.speech_key_env,
            options.speech_key_file,
        ),
        speaking=SpeechServer(
            options.voice_url, options.voice_model, options.voice_key_env, options.voice_key_file
        ),
        voice=options.voice,
    )
