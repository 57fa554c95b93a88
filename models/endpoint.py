"""Any OpenAI-compatible endpoint (vLLM, SGLang, llama.cpp, Ollama, …) as a model that sees.

Driving contract: make an ``Endpoint`` on the event loop, ``discover`` once (or let the first
question do it), call ``reply`` in a worker, iterate over what it gives on the loop, ``aclose`` at
the end. To close the pieces closes the connection, which is how these servers learn that nobody
listens any more.
"""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass

import anyio
import httpx

from models.endpoint_answer import Answer
from models.endpoint_config import EndpointConfig
from models.endpoint_models import in_words, listed, only
from models.endpoint_request import LimitField, Question, question
from models.endpoint_stream import Patience, texts
from models.endpoint_trouble import Failed, Trouble
from models.endpoint_wire import Wire
from vision.errors import ConfigError, NoAnswer
from vision.prompt import Prompt

log = logging.getLogger(__name__)

UNNAMED = "language model"
"""What it is called while its name is not known."""

_UNKNOWN_MODEL = (httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Health:
    """What is found when an endpoint is looked at."""

    ok: bool
    "Whether it can be asked, as far as can be told without asking."
    text: str
    "For the operator: what was found, and what to do."


class Endpoint:
    """Implements ``vision.ports.SeeingModel``."""

    def __init__(
        self,
        config: EndpointConfig,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Contacts nobody yet. ``sleep`` and ``chance`` (0 to 1) make the pauses between tries.

        Raises:
            ConfigError: the file of certificates cannot be used.
        """
        self._config = config
        self._model = config.model
        self._limit: LimitField = "max_tokens"
        self._wire = Wire(config, sleep, chance)

    @property
    def name(self) -> str:
        """The model's name, without the owner or folder that servers put before it."""
        last = (self._model or "").rstrip("/").rpartition("/")[2]
        return self._wire.quote(last) or UNNAMED

    @property
    def slots(self) -> int:
        """Requests that it takes at a time."""
        return self._config.slots

    def reply(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The pieces of an answer; scales and encodes the pictures before it returns.

        The pieces raise ``NoAnswer`` when there is none, or not all of one.
        """
        asked = question(prompt, self._config.image_side, self._config.jpeg_quality)
        return self._pieces(asked)

    async def discover(self) -> str:
        """The model that is asked: the configured one, or else the only one that is served.

        Raises:
            ConfigError: the operator must name a model, or give another address or key.
            NoAnswer: the endpoint cannot be reached now, or fails.
        """
        try:
            return await self._chosen()
        except Failed as failed:
            raise self._for_operator(failed.trouble) from None

    async def health(self) -> Health:
        """Looks at the endpoint, for ``openeyes doctor``."""
        url, named = self._config.url, self._config.model
        try:
            models = await listed(self._wire)
            model = named or only(models, url, self._wire.quote)
        except Failed as failed:
            if named is None or failed.trouble.status != httpx.codes.NOT_FOUND:
                return Health(ok=False, text=str(self._for_operator(failed.trouble)))
            text = f"{url} answers, but has no list of models; questions go to {named}, unchecked"
            return Health(ok=True, text=text)
        except ConfigError as error:
            return Health(ok=False, text=str(error))
        return Health(ok=True, text=self._praise(model, models))

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._wire.aclose()

    async def _pieces(self, asked: Question) -> AsyncGenerator[str, None]:
        answer = Answer(self._wire.quote)
        with _told():
            patience = Patience(self._config.first_token_timeout)
            async with self._opened(asked, patience) as response:
                async with aclosing(texts(response, answer, self._wire.quote)) as found:
                    while (text := await patience.wait(anext(found, None))) is not None:
                        yield text
                        patience.renew(self._config.silence_timeout)
                answer.end()

    @asynccontextmanager
    async def _opened(self, asked: Question, patience: Patience) -> AsyncIterator[httpx.Response]:
        response = await patience.wait(self._sent(asked))
        try:
            yield response
        finally:
            await response.aclose()

    async def _sent(self, asked: Question) -> httpx.Response:
        model = await self._chosen()
        try:
            return await self._post(model, asked)
        except Failed as failed:
            if failed.trouble.status in _UNKNOWN_MODEL:
                # The server may have been started again with another model: the next one looks.
                self._model = self._config.model
            if self._limit == "max_completion_tokens" or "max_completion_tokens" not in str(failed):
                raise
        # Some models take the bound by another name only, and say so before they answer.
        self._limit = "max_completion_tokens"
        return await self._post(model, asked)

    async def _post(self, model: str, asked: Question) -> httpx.Response:
        body = asked.body(model, self._limit, self._config.temperature)
        return await self._wire.post("/chat/completions", body)

    async def _chosen(self) -> str:
        if self._model is None:
            self._model = only(await listed(self._wire), self._config.url, self._wire.quote)
        return self._model

    def _praise(self, model: str, models: tuple[str, ...]) -> str:
        quote = self._wire.quote
        text = f"{self._config.url} answers; questions go to {quote(model)}"
        if model not in models:
            text += f", which is not in its list ({in_words(models, quote)})"
        if self._config.key_in_clear:
            text += "; the key goes over the network unencrypted: use https"
        return text

    def _for_operator(self, trouble: Trouble) -> ConfigError | NoAnswer:
        if not trouble.lasting:
            return NoAnswer(f"{trouble.message}: see that its server runs, at {self._config.url}")
        return ConfigError(
            f"the models of {self._config.url} cannot be listed: {trouble.message}; "
            "see that its address and key are right, or name the model"
        )


@contextmanager
def _told() -> Iterator[None]:
    """Whatever goes wrong becomes ``NoAnswer``, in words for the person who asked."""
    try:
        yield
    except Failed as failed:
        raise NoAnswer(str(failed), failed.trouble.public) from None
    except ConfigError as error:
        log.warning("a question could not be asked: %s", error)
        raise NoAnswer("no language model is chosen yet; the server's log says why") from None
