"""The command ``openeyes``: options in words, errors in one line, exit codes that scripts can use.

Exit codes: 0 done, 1 a check or the server failed, 2 what was asked for cannot be done.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from streaming import app, app_models, app_speech, doctor
from streaming.addresses import local_addresses, parse_bind
from streaming.commandline import (
    add_detector_options,
    add_listen_options,
    add_stream_options,
    add_understanding_options,
    positive,
    settings_from,
    stream_settings,
)
from streaming.demo import demo
from streaming.hearing_options import add_speech_options, speech_settings
from streaming.memory_commands import add_memory
from streaming.models_command import add_models
from streaming.pairing import Security, decide
from streaming.private_folder import state_folder
from streaming.process import tune
from streaming.progress import Progress
from streaming.replay_command import add_replay
from streaming.serve import serve
from streaming.settings import Settings
from streaming.version import VERSION
from vision.errors import OpenEyesError

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
DESCRIPTION = "A vision assistant that looks through a phone's camera, on your own machine."
CANNOT = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit code."""
    options = _parser().parse_args(arguments)
    _log(verbose=options.verbose)
    tune()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the QR code has signs that not all pipes know
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except OpenEyesError as error:
        print(f"openeyes: {error}", file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        return 130


def _log(*, verbose: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format=LOG_FORMAT, stream=sys.stderr
    )
    for chatty in ("aiortc", "aioice", "uvicorn.error", "asyncio", "libav", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.INFO if verbose else logging.WARNING)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="openeyes", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"openeyes {VERSION}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log every detail")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve phones and browsers"))
    add_replay(commands.add_parser("replay", help="run a recorded video through the same pipeline"))
    add_models(commands.add_parser("models", help="models to run here: find, fetch, verify"))
    add_memory(commands.add_parser("memory", help="what was seen, kept in a folder"))
    _add_demo(commands.add_parser("demo", help="annotate the built-in sample into an mp4"))
    _add_doctor(commands.add_parser("doctor", help="say what is wrong here, and the cure"))
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    add_listen_options(parser)
    add_detector_options(parser, app_models.detector_names(), app_models.devices())
    defaults = Settings()
    parser.add_argument(
        "--max-sessions",
        type=positive(int),
        default=defaults.max_sessions,
        metavar="N",
        help="sessions at a time (default: %(default)s)",
    )
    parser.add_argument(
        "--max-detect-hz",
        type=positive(float, zero=True),
        default=defaults.max_detect_hz,
        metavar="HZ",
        help="detections a second of one session, 0 = no bound (default: %(default)s)",
    )
    parser.add_argument(
        "--detect-hz",
        type=positive(float),
        default=defaults.target_detect_hz,
        metavar="HZ",
        help="detections a second of one session to aim at: a detector that is too slow for it "
        "works on a smaller picture (default: %(default)s)",
    )
    add_stream_options(parser)
    parser.add_argument(
        "--ice-server",
        action="append",
        default=[],
        metavar="URL",
        help="STUN or TURN server for clients outside this network (default: none)",
    )
    add_understanding_options(parser, app_models.model_names())
    parser.add_argument(
        "--pose",
        action="store_true",
        help="find the joints of people, and draw and tell them (default: boxes alone)",
    )
    add_speech_options(parser, app_speech.recogniser_names())
    parser.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    bind = parse_bind(options.host)
    security = _security(bind.host, options)
    settings = settings_from(
        options,
        max_sessions=options.max_sessions,
        max_detect_hz=options.max_detect_hz,
        target_detect_hz=options.detect_hz,
        ice_servers=tuple(options.ice_server),
        pose=options.pose,
        speech=speech_settings(options),
        **stream_settings(options),
    )
    return serve(bind, security, settings, state_folder(os.environ))


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("openeyes-demo.mp4"),
        metavar="FILE.mp4",
        help="where to write (default: %(default)s)",
    )
    add_detector_options(parser, app_models.detector_names(), app_models.devices())
    parser.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    detector = app.load_detector(_detector_settings(options))
    with Progress("sample") as progress:
        frames = demo(options.out, detector, progress)
    print(f"{frames} frames; wrote {options.out}")
    return 0


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    add_listen_options(parser)
    add_detector_options(parser, app_models.detector_names(), app_models.devices())
    add_understanding_options(parser, app_models.model_names())
    parser.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    bind = parse_bind(options.host)
    security = _security(bind.host, options)
    checks = doctor.run_checks(
        doctor.Patient(
            bind=bind,
            security=security,
            folder=state_folder(os.environ),
            addresses=local_addresses(),
            providers=app.providers(),
            model_checks=app.model_checks(settings_from(options)),
            now=datetime.now(UTC),
        )
    )
    print(doctor.render(checks, colour=sys.stdout.isatty()))
    return doctor.exit_code(checks)


def _security(host: str, options: argparse.Namespace) -> Security:
    return decide(
        host,
        tls=not options.no_tls,
        cert=options.cert,
        key=options.key,
        token=options.token or os.environ.get("OPENEYES_TOKEN"),
        behind_proxy=options.behind_proxy,
        admin_token=options.admin_token or os.environ.get("OPENEYES_ADMIN_TOKEN"),
        allowed=options.allow_origin,
    )


def _detector_settings(options: argparse.Namespace) -> Settings:
    return Settings(
        detector=options.detector,
        labels=options.labels,
        family=options.family,
        find=options.find,
        device=options.device,
        threads=options.threads,
    )


if __name__ == "__main__":
    sys.exit(main())
