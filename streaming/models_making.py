"""``openeyes models export|bench``: models made here, and how fast and how good they are here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from streaming import app_models
from streaming.commandline import positive
from streaming.models_shown import facts, licence, made_of, unconfirmed


def add_export(parser: argparse.ArgumentParser) -> None:
    """How a model is made."""
    parser.add_argument("name", metavar="NAME", help="as `openeyes models list` shows it")
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="you have read its licence and accept it; needed where it is not a permissive one",
    )
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights that are here (default: fetched)"
    )
    parser.set_defaults(run=_export)


def add_bench(parser: argparse.ArgumentParser) -> None:
    """What is measured."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="which detectors (default: all that are here)"
    )
    parser.add_argument(
        "--coco", type=Path, metavar="DIR", help="a folder in the form of COCO, for the AP on it"
    )
    parser.add_argument(
        "--pictures", type=positive(int), metavar="N", help="of that folder at most (default: all)"
    )
    parser.add_argument(
        "--device", default="auto", choices=app_models.devices(), help="default: %(default)s"
    )
    parser.add_argument("--threads", type=positive(int), metavar="N", help="CPU threads of a run")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=_bench)


def _export(options: argparse.Namespace) -> int:
    print("\n".join(licence(app_models.model_card(options.name))), flush=True)
    kept = app_models.export_model(
        options.name, accept_licence=options.accept_licence, weights=options.weights
    )
    print("\n".join((*made_of(kept), *unconfirmed(kept))))
    print(f"{options.name} is whole in {kept.folder}")
    print("\n".join(facts(app_models.model_card(options.name))[-1:]))
    return 0


def _bench(options: argparse.Namespace) -> int:
    benched = app_models.bench_models(
        options.names,
        device=options.device,
        threads=options.threads,
        coco=options.coco,
        most=options.pictures,
    )
    rows = []
    for row in benched:
        rows.append(row)
        if options.json:
            print(msgspec.json.encode(row).decode(), flush=True)
        else:
            print(f"{row.name}: {row.problem or 'done'}", file=sys.stderr, flush=True)
    if not options.json:
        print(app_models.bench_table(rows))
    return 1 if any(row.problem for row in rows) else 0
