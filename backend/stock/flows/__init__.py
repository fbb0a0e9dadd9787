"""The scan flows of the stock and the jobs that feed them, by flow name."""

from typing import Any

from backend.stock.flows.carries import MOVE, MOVE_JOB, REPLENISH, REPLENISH_JOB
from backend.stock.flows.counts import COUNT_JOB, count_flow
from backend.stock.store.count_lists import BeingPicked


def stock_flows(being_picked: BeingPicked) -> dict[str, Any]:
    """The flows; `being_picked` tells at which places pickers take goods right now."""
    return {"count": count_flow(being_picked), "move": MOVE, "replenish": REPLENISH}


JOBS: dict[str, Any] = {"count": COUNT_JOB, "move": MOVE_JOB, "replenish": REPLENISH_JOB}
