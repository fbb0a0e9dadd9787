"""The door of the print queue for the modules above."""

from backend.print_queue.routing import ArtifactForm
from backend.print_queue.store.equipment import (
    AgentKnown,
    authenticate_agent,
    create_agent,
    has_route,
    label_form,
    revoke_agent,
    save_printer,
    save_route,
)
from backend.print_queue.store.jobs import (
    Queued,
    answer_unknown,
    cancel,
    cancel_waiting,
    enqueue,
    forget_papers,
    print_trial,
    reprint,
)
from backend.print_queue.store.leases import claim, move_waiting, report, sweep
from backend.print_queue.store.scales import save_scale
from backend.print_queue.views import JobPage, JobRow, PrinterRow, read_job, read_jobs, read_printers
from printing.protocol import Demand, JobState, PrinterState

__all__ = [
    "AgentKnown",
    "ArtifactForm",
    "Demand",
    "JobPage",
    "JobRow",
    "JobState",
    "PrinterRow",
    "PrinterState",
    "Queued",
    "answer_unknown",
    "authenticate_agent",
    "cancel",
    "cancel_waiting",
    "claim",
    "create_agent",
    "enqueue",
    "forget_papers",
    "has_route",
    "label_form",
    "move_waiting",
    "print_trial",
    "read_job",
    "read_jobs",
    "read_printers",
    "report",
    "reprint",
    "revoke_agent",
    "save_printer",
    "save_route",
    "save_scale",
    "sweep",
]
