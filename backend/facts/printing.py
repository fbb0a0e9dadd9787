"""What happens to papers at the printers. `about` is the paper's own subject (`order:<id>`, `handover:<id>`,
`printer:<id>` for a trial), save for `PaperQueued`: an order's story already tells what was asked for."""

from backend.platform.journal import Fact


class PaperQueued(Fact, frozen=True, kw_only=True):
    """A paper waits for a printer. About `print_job:<id>`; `again` when it replaces an older one."""

    title: str
    station: str
    again: bool = False


class PaperPrinted(Fact, frozen=True, kw_only=True):
    """The paper went to the printer. `confirmed`: the printer said itself that it came out."""

    title: str
    confirmed: bool


class PaperFailed(Fact, frozen=True, kw_only=True):
    """The paper did not come out and will not by itself."""

    title: str
    reason: str


class PaperInDoubt(Fact, frozen=True, kw_only=True):
    """Nobody knows whether the paper came out; a person has to look."""

    title: str
    reason: str


class PaperExpired(Fact, frozen=True, kw_only=True):
    """The paper waited until it was of no use any more."""

    title: str


class PaperCancelled(Fact, frozen=True, kw_only=True):
    """A person took the waiting paper back."""

    title: str
