"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from streaming.remembering.limits import DAY, IN_PROCESS, ON_DISK, MemoryLimits
from streaming.sending.limits import CODECS, MIN_BITRATE
from streaming.settings import MAX_BATCH, Settings
from vision.errors import ConfigError
from vision.vocabulary import Vocabulary


def add_listen_options(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and how to speak there."""
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="HOST[:PORT]",
        help="address to listen on; 0.0.0.0 for every network (default: %(default)s)",
    )
    parser.add_argument("--cert", type=Path, metavar="PEM", help="a certificate of your own")
    parser.add_argument("--key", type=Path, metavar="PEM", help="its key")
    parser.add_argument("--token", help="pairing token (default: a new one at each start)")
    parser.add_argument(
        "--admin-token",
        metavar="TOKEN",
        help="what the operator's page /admin asks for, never the pairing token; or "
        "OPENEYES_ADMIN_TOKEN in the environment (default: none, the page opens on loopback only)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a site whose pages may use this server, like https://example.org; may be given "
        "several times (default: none)",
    )
    parser.add_argument("--no-tls", action="store_true", help="plain HTTP, behind a proxy only")
    parser.add_argument(
        "--behind-proxy", action="store_true", help="a proxy on this machine speaks TLS for us"
    )


def add_detector_options(
    parser: argparse.ArgumentParser, names: Sequence[str], devices: Sequence[str]
) -> None:
    """Which detector, and on what."""
    defaults = Settings()
    parser.add_argument(
        "--detector",
        default=defaults.detector,
        metavar="NAME",
        help=f"one of: {', '.join(names)}; one from `openeyes models list`, once pulled; or the "
        "path of an ONNX file (default: %(default)s)",
    )
    parser.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="names of its classes, one a line, for an ONNX file that does not tell them",
    )
    parser.add_argument(
        "--family",
        metavar="NAME",
        help="of its network, for an ONNX file that does not show it: d-fine, rf-detr, yolox …",
    )
    parser.add_argument(
        "--find",
        type=_phrases,
        default=defaults.find,
        metavar="WORDS",
        help="what to look for, in words, with commas between: 'red mug, door handle'; needs a "
        "detector that is asked (`openeyes models list --task open-vocabulary`)",
    )
    parser.add_argument(
        "--device", default=defaults.device, choices=devices, help="default: %(default)s"
    )
    parser.add_argument(
        "--threads",
        type=positive(int),
        metavar="N",
        help="CPU threads of one detection (default: half the cores)",
    )
    parser.add_argument(
        "--batch",
        type=_batch,
        default=defaults.batch,
        metavar="N",
        help="frames of different sessions that are detected on in one run at most, 0 = what suits "
        "the device: 16 on a GPU, 1 on a CPU (default: %(default)s)",
    )


def add_stream_options(parser: argparse.ArgumentParser) -> None:
    """What one person's stream may take, in both directions."""
    defaults = Settings()
    parser.add_argument(
        "--max-bitrate",
        type=_bitrate,
        default=defaults.max_bitrate,
        metavar="KBPS",
        help=f"kbit/s of one stream each way, from {MIN_BITRATE // 1000} (default: %(default)s)",
    )
    parser.add_argument(
        "--max-fps",
        type=positive(int),
        default=defaults.max_fps,
        metavar="N",
        help="frames a second of one stream each way (default: %(default)s)",
    )
    parser.add_argument(
        "--codec",
        choices=CODECS,
        default=defaults.codec,
        help="video codec to prefer where the client takes both (default: %(default)s)",
    )


def stream_settings(options: argparse.Namespace) -> dict[str, Any]:
    """What ``add_stream_options`` asked for, as ``settings_from`` takes it."""
    return {
        "max_bitrate": options.max_bitrate,
        "max_fps": options.max_fps,
        "codec": options.codec,
    }


def _batch(text: str) -> int:
    """An argparse type: a number of frames in one run."""
    if not text.isdecimal() or int(text) > MAX_BATCH:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MAX_BATCH}")
    return int(text)


def _phrases(text: str) -> tuple[str, ...]:
    """An argparse type: phrases with commas between."""
    phrases = [each for each in text.replace("，", ",").split(",") if each.strip()]
    try:
        return Vocabulary(phrases).always
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _bitrate(text: str) -> int:
    """An argparse type: kbit/s that are enough for a picture."""
    least = MIN_BITRATE // 1000
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least}")
    return int(text)


def add_understanding_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """What to understand with, besides the detector. Nothing is contacted unless it is named."""
    defaults = Settings()
    group = parser.add_argument_group("understanding")
    models = group.add_mutually_exclusive_group()
    models.add_argument(
        "--vlm",
        default=defaults.vlm,
        metavar="NAME",
        help=f"a language model to run here, once pulled: {', '.join(names)} (default: none)",
    )
    models.add_argument(
        "--vlm-url",
        default=defaults.vlm_url,
        metavar="URL",
        help="an OpenAI-compatible server to ask (vLLM, llama.cpp, Ollama, a cloud's)",
    )
    group.add_argument(
        "--vlm-model", default=defaults.vlm_model, metavar="NAME", help="model there"
    )
    keys = group.add_mutually_exclusive_group()
    keys.add_argument(
        "--vlm-key-env",
        default=defaults.vlm_key_env,
        metavar="VARIABLE",
        help="environment variable that holds the key for it",
    )
    keys.add_argument("--vlm-key-file", type=Path, metavar="FILE", help="file that holds the key")
    group.add_argument(
        "--vlm-slots",
        type=positive(int),
        default=defaults.vlm_slots,
        metavar="N",
        help="requests that it takes at a time (default: %(default)s)",
    )
    group.add_argument(
        "--vlm-timeout",
        type=positive(float),
        default=defaults.vlm_timeout,
        metavar="S",
        help="seconds that a question waits for its first word (default: %(default)s)",
    )
    group.add_argument("--no-text", action="store_true", help="do not read text in the picture")
    _add_memory_options(group)


def _add_memory_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--memory",
        type=Path,
        metavar="DIR",
        help="keep what was seen in this folder (default: in this process only)",
    )
    group.add_argument(
        "--memory-days",
        type=positive(float),
        metavar="N",
        help=f"forget what was last seen longer ago (default: {ON_DISK.seconds / DAY:.0f})",
    )
    group.add_argument(
        "--memory-mb",
        type=positive(float),
        metavar="N",
        help=f"size of the memory at most (default: {ON_DISK.bytes >> 20})",
    )


def settings_from(options: argparse.Namespace, **more: Any) -> Settings:
    """The settings that the shared options ask for.

    Raises:
        ConfigError: the options do not fit together.
    """
    return Settings(
        detector=options.detector,
        labels=options.labels,
        family=options.family,
        find=options.find,
        device=options.device,
        threads=options.threads,
        batch=options.batch,
        read_text=not options.no_text,
        vlm=options.vlm,
        vlm_url=options.vlm_url,
        vlm_model=options.vlm_model,
        vlm_key_env=options.vlm_key_env,
        vlm_key_file=options.vlm_key_file,
        vlm_slots=options.vlm_slots,
        vlm_timeout=options.vlm_timeout,
        memory=options.memory,
        memory_limits=_limits(options),
        **more,
    )


def _limits(options: argparse.Namespace) -> MemoryLimits | None:
    if options.memory_days is None and options.memory_mb is None:
        return None
    standard = IN_PROCESS if options.memory is None else ON_DISK
    days, megabytes = options.memory_days, options.memory_mb
    try:
        return MemoryLimits(
            seconds=standard.seconds if days is None else days * DAY,
            bytes=standard.bytes if megabytes is None else int(megabytes * (1 << 20)),
        )
    except ValueError as error:
        raise ConfigError(f"{error}: see --memory-days and --memory-mb") from error


def positive(kind: Callable[[str], float], *, zero: bool = False) -> Callable[[str], float]:
    """An argparse type: a number above 0, or from 0 where ``zero``."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = -1
        if not (value > 0 or (zero and value == 0)) or value == float("inf"):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a number {'from' if zero else 'above'} 0"
            )
        return value

    return read
