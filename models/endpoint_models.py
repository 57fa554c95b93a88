"""The models that an endpoint has, and which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.endpoint_stream import Patience
from models.endpoint_trouble import Failed, Quote, Trouble
from models.endpoint_wire import Wire, read_whole
from vision.errors import ConfigError

LISTING = 10.0
"""Seconds in which the list of models must come."""

MODELS_NAMED = 12
"""In messages that say what an endpoint has."""


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


async def listed(wire: Wire) -> tuple[str, ...]:
    """Names of the models that the endpoint lists.

    Raises:
        Failed: it gives no such list.
    """
    body = await Patience(LISTING).wait(_body(wire))
    try:
        return tuple(each.id for each in msgspec.json.decode(body, type=_Models).data)
    except (msgspec.MsgspecError, RecursionError):
        raise Failed(Trouble("what is there is no list of models", lasting=True)) from None


def only(models: Sequence[str], url: str, quote: Quote) -> str:
    """The model, if there is one and no other.

    Raises:
        ConfigError: the operator has to choose.
    """
    if not models:
        raise ConfigError(f"{url} has no model: load one there, or name one here")
    if len(models) > 1:
        raise ConfigError(
            f"{url} has {len(models)} models, name one of them: {in_words(models, quote)}"
        )
    return models[0]


def in_words(models: Sequence[str], quote: Quote) -> str:
    """The first names of a list, and how many more there are."""
    names = ", ".join(map(quote, models[:MODELS_NAMED]))
    more = len(models) - MODELS_NAMED
    return f"{names} and {more} more" if more > 0 else names or "empty"


async def _body(wire: Wire) -> bytes:
    async with wire.get("/models") as response:
        return await read_whole(response)
