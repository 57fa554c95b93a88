"""``openeyes models``: what there is, what of it is here, and fetching, checking, deleting it."""

from __future__ import annotations

import argparse
import sys

from streaming import app_models
from streaming.models_making import add_bench, add_export
from streaming.models_shown import facts, licence, line, megabytes, table, unconfirmed, use


def add_models(parser: argparse.ArgumentParser) -> None:
    """Adds the commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_list(commands.add_parser("list", help="what there is, and what of it is here"))
    info = commands.add_parser("info", help="all that is known of one, and how to use it")
    info.add_argument("name", metavar="NAME", help="as `list` shows it")
    info.set_defaults(run=_info)
    _add_pull(commands.add_parser("pull", help="fetch one and verify it"))
    verify = commands.add_parser("verify", help="read all files again: are they the right ones?")
    verify.add_argument(
        "names", metavar="NAME", nargs="*", help="which (default: all that is here)"
    )
    verify.set_defaults(run=_verify)
    remove = commands.add_parser("remove", help="delete one from this machine; asks nothing")
    remove.add_argument("name", metavar="NAME", help="of a model that is here")
    remove.set_defaults(run=_remove)
    add_export(commands.add_parser("export", help="make one of weights in another form"))
    add_bench(commands.add_parser("bench", help="how fast and how good detectors are here"))


def _add_list(parser: argparse.ArgumentParser) -> None:
    tasks = app_models.model_tasks()
    parser.add_argument("--task", choices=tasks, help="only these (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=_list)


def _add_pull(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as `openeyes models list` shows it")
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="you have read its licence and accept it; needed where it is not a permissive one",
    )
    parser.add_argument(
        "--offline", action="store_true", help="contact nobody: only verify what is here"
    )
    parser.set_defaults(run=_pull)


def _list(options: argparse.Namespace) -> int:
    cards = [each for each in app_models.model_cards() if options.task in {None, each.entry.task}]
    print("\n".join(map(line, cards) if options.json else table(cards)))
    return 0


def _info(options: argparse.Namespace) -> int:
    print("\n".join(facts(app_models.model_card(options.name))))
    return 0


def _pull(options: argparse.Namespace) -> int:
    card = app_models.model_card(options.name)
    print("\n".join(licence(card)), flush=True)
    if card.state == "comes with openeyes":
        print(f"{options.name} comes with openeyes: there is nothing to pull")
        return 0
    try:
        pulled = app_models.pull_model(
            options.name, accept_licence=options.accept_licence, offline=options.offline
        )
    except KeyboardInterrupt:
        print("stopped; what has come in is kept, the next pull goes on there", file=sys.stderr)
        raise
    for each in unconfirmed(pulled):
        print(each)
    print(f"{options.name} is whole in {pulled.folder}")
    print("\n".join(use(app_models.model_card(options.name))))
    return 0


def _verify(options: argparse.Namespace) -> int:
    read = []
    for verdict in app_models.verify_models(options.names):
        read.append(verdict)
        print(f"{verdict.name}: {verdict.trouble or 'as recorded'}", flush=True)
    if not read:
        print("no model was pulled: nothing to verify")
    return 1 if any(each.trouble for each in read) else 0


def _remove(options: argparse.Namespace) -> int:
    freed = app_models.remove_model(options.name)
    print(f"{options.name} is deleted; {megabytes(freed / 1e6)} MB are free again")
    return 0
