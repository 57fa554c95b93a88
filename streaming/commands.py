"""What a client may say on ``events``, and what is done about it."""

from __future__ import annotations

import msgspec

from streaming.session import OVERLAY_MODES, Session, Sink
from streaming.wire import (
    Ask,
    Command,
    Ping,
    Pong,
    Problem,
    SetOptions,
    Unwatch,
    Watch,
    decode_command,
    encode,
)

MAX_MISFITS = 10
"""Messages in a row that do not fit, after which the channel is closed."""

MAX_COMMAND_BYTES = 16 * 1024


class Listener:
    """Hears one channel's messages; answers go to that channel's ``sink``."""

    def __init__(self, session: Session, sink: Sink) -> None:
        self._session = session
        self._sink = sink
        self._misfits = 0

    def hear(self, data: str | bytes) -> bool:
        """Obeys one message; False when the channel is to be closed."""
        try:
            self._obey(self._understood(data))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self._misfits += 1
            self._reply(Problem("bad-message", f"{error}. See the wire contract, version 1."))
        else:
            self._misfits = 0
        return self._misfits < MAX_MISFITS

    def _understood(self, data: str | bytes) -> Command:
        if len(data) > MAX_COMMAND_BYTES:
            raise ValueError(f"A message may have at most {MAX_COMMAND_BYTES} bytes")
        return decode_command(data)

    def _obey(self, command: Command) -> None:
        if isinstance(command, Ping):
            self._reply(Pong(command.t))
        elif isinstance(command, SetOptions):
            self._set(command)
        else:
            self._decline(command)

    def _set(self, options: SetOptions) -> None:
        for mode in OVERLAY_MODES:
            if options.overlay == mode:
                self._session.overlay = mode
                break
        else:
            if options.overlay is not None:
                raise ValueError(f"overlay is one of {', '.join(OVERLAY_MODES)}")

    def _decline(self, command: Command) -> None:
        about = command.id if isinstance(command, Ask | Watch | Unwatch) else None
        detail = "This server follows objects; it does not answer questions yet."
        self._reply(Problem("unavailable", detail, about))

    def _reply(self, message: Pong | Problem) -> None:
        self._sink.send(encode(message))
