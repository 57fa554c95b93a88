"""``openeyes models list|pull``: language models to run in this process."""

from __future__ import annotations

import argparse

from streaming import app


def add_models(parser: argparse.ArgumentParser) -> None:
    """Adds the commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="what there is, and what of it is here")
    listing.set_defaults(run=_list)
    pull = commands.add_parser("pull", help="fetch one from the model hub and verify it")
    pull.add_argument("name", metavar="NAME", help=f"one of: {', '.join(app.model_names())}")
    pull.set_defaults(run=_pull)


def _list(_: argparse.Namespace) -> int:
    here = app.installed_models()
    for name in app.model_names():
        print(f"{name:20} {'here' if name in here else 'not pulled'}")
    return 0


def _pull(options: argparse.Namespace) -> int:
    folder = app.pull_model(options.name)
    print(f"{options.name} is in {folder}; use it with: openeyes serve --vlm {options.name}")
    return 0
