"""What phrases mean to the detector: CLIP's text encoder, each phrase encoded once.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021,
https://arxiv.org/abs/2103.00020.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.families.fitting import Floats
from models.open_vocabulary.folder import AGAIN, TOKENIZER, Description
from models.session import Network
from vision.errors import ConfigError, ModelError, WeightsCorrupt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_KEPT = 256
"""Phrases whose meaning is kept, 2 kB each: those asked for last."""


class TextEncoder:
    """Turns phrases into directions. Not for several threads at once."""

    def __init__(self, described: Description, tokenizer: Tokenizer, network: Network) -> None:
        """``network`` reads ``input_ids`` and ``attention_mask``, (1, ``described.tokens``)."""
        self._described = described
        self._tokenizer = tokenizer
        self._network = network
        self._kept: OrderedDict[str, Floats] = OrderedDict()

    def encode(self, phrases: Sequence[str]) -> Floats:
        """(n, d) of length 1 each.

        Raises:
            ConfigError: a phrase has more tokens than the encoder reads.
        """
        tokens = {each: self._tokens(each) for each in phrases if each not in self._kept}
        found = {each: self._meaning(each, tokens.get(each, [])) for each in phrases}
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return np.stack([found[each] for each in phrases])

    def _tokens(self, phrase: str) -> list[int]:
        prompt = self._described.prompt.format(phrase)
        tokens = self._tokenizer.encode(prompt).ids
        if len(tokens) > self._described.tokens:
            raise ConfigError(
                f"the phrase “{phrase}” is too long for {self._described.name}: it has "
                f"{len(tokens)} pieces of words, {self._described.tokens} are read; use fewer words"
            )
        return list(tokens)

    def _meaning(self, phrase: str, tokens: Sequence[int]) -> Floats:
        if phrase not in self._kept:
            self._kept[phrase] = self._computed(tokens)
        self._kept.move_to_end(phrase)
        return self._kept[phrase]

    def _computed(self, tokens: Sequence[int]) -> Floats:
        ids, mask = (self._network.inputs[name][0] for name in ("input_ids", "attention_mask"))
        ids[:], mask[:] = self._described.padding, 0
        ids[: len(tokens)], mask[: len(tokens)] = tokens, 1
        return np.array(self._network.run()["embeds"][0], np.float32)


def tokenizer_of(folder: Path) -> Tokenizer:
    """The tokenizer in a folder, which pads and cuts nothing itself.

    Raises:
        ModelError: the package ``tokenizers`` is not installed.
        WeightsCorrupt: its file cannot be read.
    """
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only this detector needs it
    except ImportError as error:
        raise ModelError(
            "looking for things by name needs the package tokenizers: pip install 'openeyes[find]'"
        ) from error
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the package raises nothing more precise
        raise WeightsCorrupt(f"{folder / TOKENIZER} cannot be read: {AGAIN}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
