"""Problems: what an API client or the command line is told when a request cannot be done.

A `Problem` is an exception with an HTTP status and one plain sentence that says what was expected, what came and what
to do (RFC 9457). A refusal on the floor is not a problem: it is a value, see `backend.scanning.protocol.Refusal`.
"""

from typing import Any

PLACE_MAX = 300


class Problem(Exception):
    """Something the caller can mend.

    `code` is stable and keys the translated texts; `sentence` is the English fallback. `expected`, `got` and `cure`
    fill the same places in every language. `extra` goes into the problem+json body as further members.
    """

    status: int = 400

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        status: int | None = None,
        expected: str = "",
        got: str = "",
        cure: str = "",
        **extra: Any,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.status = status if status is not None else type(self).status
        self.expected = expected
        self.got = got
        self.cure = cure
        self.extra = extra

    def kept(self) -> dict[str, str]:
        """What is stored where nobody waits for an answer: the code of the text, and what fills its places."""
        places = {"expected": self.expected, "got": self.got, "cure": self.cure}
        return {"code": self.code} | {name: str(value)[:PLACE_MAX] for name, value in places.items() if value}


class NotFound(Problem):
    status = 404


class Conflict(Problem):
    """The thing exists, but its state does not allow what was asked."""

    status = 409


class Malformed(Problem):
    """The body is not of the promised shape. Only for malformed input, never for a business no."""

    status = 422


class Unauthenticated(Problem):
    status = 401


class Forbidden(Problem):
    status = 403


class TooLarge(Problem):
    status = 413
