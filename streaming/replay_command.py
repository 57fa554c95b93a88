"""``openeyes replay``: a recorded video through the same pipeline, with questions and watches."""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from pathlib import Path

from streaming import app, app_models
from streaming.commandline import (
    add_detector_options,
    add_understanding_options,
    positive,
    settings_from,
)
from streaming.progress import Progress
from streaming.rehearsal import Cue, Props, Rehearsal, question_cue, watch_cue
from streaming.remembering.store import MemoryStore
from streaming.replay import Outputs, replay
from streaming.replay_outputs import RecordingOutputs, replay_recording
from streaming.replay_recording import is_recording
from streaming.settings import Settings
from streaming.understanding import Loaders
from streaming.wire import Alert, Answer, Caption, Message, Problem, Watching
from vision.errors import ConfigError, ModelError
from vision.ports import Detector, SeeingModel, TextReader
from vision.types import LANGUAGES

log = logging.getLogger(__name__)

MOST_DIFFERENCES = 3
"""Of a recording and its replay that are shown; more are counted."""


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Adds the command's options."""
    parser.add_argument(
        "video",
        type=Path,
        metavar="VIDEO",
        help="anything that ffmpeg reads, or a recording.zip that the page gave",
    )
    parser.add_argument("--events", type=Path, metavar="FILE.jsonl", help="write the events log")
    parser.add_argument("--out", type=Path, metavar="FILE.mp4", help="write the annotated video")
    parser.add_argument("--mot", type=Path, metavar="FILE.txt", help="write MOTChallenge text")
    parser.add_argument(
        "--snapshot",
        type=positive(float, zero=True),
        metavar="T",
        help="write the annotated frame at T seconds as VIDEO-T.jpg in this folder",
    )
    parser.add_argument(
        "--detect-every-ms",
        type=positive(float, zero=True),
        default=0.0,
        metavar="MS",
        help="detect at this interval (default: at every frame)",
    )
    _add_assistant(parser)
    add_detector_options(parser, app_models.detector_names(), app_models.devices())
    add_understanding_options(parser, app_models.model_names())
    parser.set_defaults(run=_replay)


def _add_assistant(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("assistant")
    group.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="TEXT@SECONDS",
        help='ask at a moment, such as "How many people?@3.5"; may be given often',
    )
    group.add_argument(
        "--watch",
        action="append",
        default=[],
        metavar="TEXT[@SECONDS]",
        help='such as "tell me when a dog appears"; may be given often',
    )
    group.add_argument("--captions", action="store_true", help="describe key frames unasked")
    group.add_argument(
        "--language", choices=LANGUAGES, default="en", help="of captions (default: %(default)s)"
    )


def _replay(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    if is_recording(options.video):
        return _replay_recording(options)
    cues = _cues(options)
    name = f"{options.video.stem}-{options.snapshot:g}s.jpg" if options.snapshot is not None else ""
    detector = app.load_detector(settings)
    with _rehearsal(options, settings, cues, detector) as rehearsal:
        outputs = Outputs(
            events=options.events,
            video=options.out,
            mot=options.mot,
            snapshot_at=options.snapshot,
            snapshot=Path(name) if name else None,
            rehearsal=rehearsal,
        )
        with Progress(options.video.name) as progress:
            every = options.detect_every_ms / 1e3
            frames = replay(options.video, detector, outputs, every, progress)
        for cue in rehearsal.unsaid if rehearsal else ():
            print(f"{cue.at:8.2f} s  not reached: the video is shorter")
    written = [path for path in (options.events, options.out, options.mot, name) if path]
    told = "" if rehearsal else ": name an output"
    print(f"{frames} frames; wrote {', '.join(map(str, written)) or f'nothing{told}'}")
    return 0


def _replay_recording(options: argparse.Namespace) -> int:
    """Plays a recording back, and says whether what comes of it is what came of it then."""
    own = (options.ask, options.watch, options.captions, options.snapshot, options.detect_every_ms)
    if any(own):
        raise ConfigError(
            "a recording is played back as it was: leave out --ask, --watch, --captions, "
            "--snapshot and --detect-every-ms, or replay the camera's video that is in it"
        )
    outputs = RecordingOutputs(options.events, options.out, options.mot)
    unlike = replay_recording(options.video, outputs, _print)
    for each in (*unlike.tracks[:MOST_DIFFERENCES], *unlike.said[:MOST_DIFFERENCES]):
        print(each)
    print(f"tracks: {_differing(unlike.tracks)}")
    print(f"what was said: {_differing(unlike.said)}")
    return 1 if unlike.tracks else 0


def _differing(lines: list[str]) -> str:
    return f"{len(lines)} lines differ" if lines else "the same as in the recording"


def _cues(options: argparse.Namespace) -> list[Cue]:
    return [
        *(question_cue(text, number) for number, text in enumerate(options.ask, 1)),
        *(watch_cue(text, number) for number, text in enumerate(options.watch, 1)),
    ]


@contextmanager
def _rehearsal(
    options: argparse.Namespace, settings: Settings, cues: list[Cue], detector: Detector
) -> Iterator[Rehearsal | None]:
    """The assistant, if anything is wanted of it."""
    if not (cues or options.captions or options.memory):
        yield None
        return
    loaders = app.make_loaders(settings)
    with ExitStack() as stack:
        store = MemoryStore.open(settings.memory, settings.memory_limits, time.time)
        stack.callback(store.close)
        runner = stack.enter_context(asyncio.Runner())
        reader = _reader(loaders)
        if reader is not None:
            stack.callback(reader.close)
        props = Props(
            memory=store,
            reader=reader,
            model=_opened(stack, runner, loaders),
            runner=runner,
            language=options.language,
            captions=options.captions,
            shared=settings.memory is not None,
        )
        rehearsal = Rehearsal(detector.labels, cues, props)
        rehearsal.listeners.append(_print)
        yield rehearsal


def _reader(loaders: Loaders) -> TextReader | None:
    """The text reader, if one is wanted and there; as on a server, it can be done without."""
    try:
        return loaders.reader() if loaders.reader else None
    except ModelError as error:
        log.warning("no text is read: %s", error)
        return None


def _opened(stack: ExitStack, runner: asyncio.Runner, loaders: Loaders) -> SeeingModel | None:
    """The language model, if one is wanted; closed with the stack."""
    if loaders.model is None:
        return None
    opening = loaders.model()
    model = runner.run(_entered(opening))
    stack.callback(lambda: runner.run(_left(opening)))
    return model


async def _entered(opening: AbstractAsyncContextManager[SeeingModel]) -> SeeingModel:
    return await opening.__aenter__()


async def _left(opening: AbstractAsyncContextManager[SeeingModel]) -> None:
    await opening.__aexit__(None, None, None)


def _print(message: Message, at: float) -> None:
    line = _line(message)
    if line:
        print(f"{at:8.2f} s  {line}", flush=True)


def _line(message: Message) -> str:
    """What a message says, for people; empty for what only programs need."""
    match message:
        case Answer(done=True):
            return f"{message.id}: {message.text} ({message.source})"
        case Watching():
            return f"{message.id}: {message.state}. {message.rule}"
        case Alert():
            return f"{message.watch}: ALERT. {message.text}"
        case Caption():
            return f"caption: {message.text} ({message.source})"
        case Problem():
            return f"{message.about or 'problem'}: {message.detail}"
        case _:
            return ""
