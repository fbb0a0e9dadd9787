"""Who may change whom. Pure.

The office looks after the people of the floor; only an owner makes, changes or switches off office people and owners. So
nobody lifts themselves, and a stolen office tablet makes no owner.
"""

from backend.identity.caller import RANK, Caller
from backend.platform.errors import Conflict, Forbidden


def demand_may_change(caller: Caller, *roles: str) -> None:
    """`roles`: what the person is, and what they shall be. Raises `Forbidden` ROLE_TOO_LOW."""
    highest = max(roles, key=RANK.__getitem__)
    needed = "owner" if RANK[highest] >= RANK["office"] else "office"
    if not caller.may(needed):
        raise Forbidden(
            "ROLE_TOO_LOW",
            f"Expected the role {needed} to change somebody who is or becomes {highest}, got {caller.role}; ask an owner.",
            expected=needed, got=caller.role or "",
        )  # fmt: skip


def demand_somebody_else(caller: Caller, person_id: int) -> None:
    """Raises `Conflict` YOURSELF: who switches themselves off cannot switch themselves on."""
    if caller.person_id == person_id:
        raise Conflict("YOURSELF", "Expected another person, got yourself; ask somebody else to do it.")
