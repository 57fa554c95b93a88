"""Who may see the operator's page: whoever has the operator's token, which no phone is given."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from streaming.problems import HTTPProblem
from streaming.security import Gate

LOCKED = (
    "The operator's page has no token of its own, and the pairing token does not open it. Start "
    "the server with --admin-token or with OPENEYES_ADMIN_TOKEN in its environment; make a token "
    "with: python3 -c 'import secrets; print(secrets.token_urlsafe(16))'"
)

REFUSED = "No or wrong operator's token: it is what --admin-token or OPENEYES_ADMIN_TOKEN names"


class AdminGate:
    """Lets the operator through, or says why not."""

    def __init__(
        self, token: str | None, *, paired: bool = False, behind_proxy: bool = False
    ) -> None:
        """``paired`` says that everyone else needs a token to come in."""
        self._locked = token is None and paired
        self._gate = Gate(token, behind_proxy=behind_proxy, refusal=REFUSED)

    @property
    def usable(self) -> bool:
        """Whether anyone can come in at all."""
        return not self._locked

    def check(self, request: HTTPConnection) -> None:
        """Checks origin and token.

        Raises:
            HTTPProblem: 403 where no token opens it or the page is another's, else as
                ``Gate.check_header``.
        """
        if self._locked:
            raise HTTPProblem(403, LOCKED)
        self._gate.check_origin(request)
        self._gate.check_header(request)
