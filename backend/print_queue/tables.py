"""Agents, printers, routes of papers to printers, and the jobs with their content.

Who did something is a plain number: this module lies below `identity` and may not point at its tables. Content is kept
apart and by its hash: lists of jobs never drag it along, and a reprint shares it.
"""

import sqlalchemy as sa

from backend.platform.database import Id, Json, UtcTime, Uuid, choice, reference, table
from printing.protocol import JobState, PrinterState

PAPER_KINDS = ("label", "goods_label", "place_label", "paper")
FORMATS = ("zpl", "png1", "pdf")
TRANSPORTS = ("tcp", "device", "folder", "ipp")
SCALE_PROTOCOLS = ("ascii", "sics", "toledo", "hid", "http")
AFTER_LABEL = ("tear", "peel", "cut")
ANY_STATION = "*"

print_agent = table(
    "print_agent",
    sa.Column("name", sa.String(100), nullable=False, unique=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True, info={"secret": True}),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_seen_at", UtcTime, nullable=True),
    sa.Column("revoked_at", UtcTime, nullable=True),
)

printer = table(
    "printer",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    reference("print_agent"),
    sa.Column("driver", sa.String(32), nullable=False, info={"help": "file in printing/drivers: zpl, tspl, pdf..."}),
    sa.Column("transport", choice(*TRANSPORTS, name="printer_transport"), nullable=False),
    sa.Column(
        "address", sa.String(200), nullable=False, info={"help": "host:port, a device file, ipp://..., a folder"}
    ),
    sa.Column("dpi", sa.Integer, nullable=False, default=203),
    sa.Column("media_width_mm", sa.Integer, nullable=True, info={"help": "the loaded labels; empty: not checked"}),
    sa.Column("media_height_mm", sa.Integer, nullable=True),
    sa.Column("darkness_percent", sa.Integer, nullable=True, info={"help": "empty: as set at the printer"}),
    sa.Column("speed_mm_s", sa.Integer, nullable=True, info={"help": "empty: as set at the printer"}),
    sa.Column("after_label", sa.String(8), nullable=True, info={"help": "tear, peel or cut; empty: as set there"}),
    sa.Column("answers_status", sa.Boolean, nullable=True, info={"help": "empty: not known yet, learned once"}),
    sa.Column("closes_line", sa.Boolean, nullable=False, default=True),
    reference("printer", name="fallback_id", nullable=True, index=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column(
        "state", choice(*PrinterState, name="printer_state"), nullable=False, default=PrinterState.DISCONNECTED.value
    ),
    sa.Column("state_detail", sa.String(500), nullable=False, default=""),
    sa.Column("state_at", UtcTime, nullable=True),
)

print_route = table(
    "print_route",
    sa.Column("station", sa.String(32), nullable=False, info={"help": "station code, or * for all others"}),
    sa.Column("paper_kind", choice(*PAPER_KINDS, name="route_paper_kind"), nullable=False),
    reference("printer"),
    reference("printer", name="fallback_id", nullable=True, index=False),
    sa.Column("lifetime_h", sa.Integer, nullable=True, info={"help": "hours a paper may wait; empty: as its kind"}),
    sa.UniqueConstraint("station", "paper_kind"),
)

bench_scale = table(
    "bench_scale",
    sa.Column("station", sa.String(32), nullable=False, unique=True, info={"help": "the bench it stands on"}),
    reference("print_agent"),
    sa.Column("protocol", choice(*SCALE_PROTOCOLS, name="scale_protocol"), nullable=False),
    sa.Column("address", sa.String(200), nullable=False, info={"help": "device file @ speed, hidraw file or http://"}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("state", sa.String(16), nullable=False, default="disconnected"),
    sa.Column("state_detail", sa.String(500), nullable=False, default=""),
    sa.Column("state_at", UtcTime, nullable=True),
)

print_content = table(
    "print_content",
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

print_job = table(
    "print_job",
    sa.Column("uid", Uuid, nullable=False, unique=True, info={"help": "what the agent's journal knows it by"}),
    sa.Column("key", sa.String(200), nullable=False, unique=True, info={"help": "idempotency key of who asked"}),
    sa.Column("merchant_id", Id, nullable=True),
    sa.Column("station", sa.String(32), nullable=False),
    sa.Column("paper_kind", choice(*PAPER_KINDS, name="job_paper_kind"), nullable=False),
    reference("printer"),
    sa.Column("template", sa.String(64), nullable=False, default=""),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("about", sa.String(64), nullable=False, index=True, info={"help": "subject, as order:12"}),
    sa.Column("format", choice(*FORMATS, name="job_format"), nullable=False),
    sa.Column("media_width_mm", sa.Integer, nullable=False, default=0),
    sa.Column("media_height_mm", sa.Integer, nullable=False, default=0),
    sa.Column("dpi", sa.Integer, nullable=False, default=203),
    sa.Column("copies", sa.Integer, nullable=False, default=1),
    sa.Column(
        "demands", Json, nullable=False, info={"help": '{"codes": [{"symbology", "text"}]} that must be readable'}
    ),
    reference("print_content", name="content_id", index=False),
    sa.Column("priority", sa.Integer, nullable=False, default=0, info={"help": "higher comes first"}),
    sa.Column("sequence_group", sa.String(100), nullable=True, info={"help": "papers that come out one after another"}),
    sa.Column("state", choice(*JobState, name="print_job_state"), nullable=False, default=JobState.QUEUED.value),
    sa.Column("detail", sa.String(500), nullable=False, default=""),
    reference("print_agent", name="agent_id", nullable=True, index=False),
    sa.Column("lease", sa.String(40), nullable=True, info={"secret": True}),
    sa.Column("leased_until", UtcTime, nullable=True),
    sa.Column("not_before", UtcTime, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("first_byte_at", UtcTime, nullable=True),
    sa.Column("last_byte_at", UtcTime, nullable=True),
    sa.Column("ended_at", UtcTime, nullable=True),
    reference("print_job", name="reprint_of", nullable=True, index=False),
    sa.Column("reprint_reason", sa.String(200), nullable=False, default=""),
    sa.Column("asked_by", Id, nullable=True, info={"help": "the person behind a reprint, an answer or a cancellation"}),
    reference("print_job", name="voided_by", nullable=True, index=False),
    sa.CheckConstraint("copies BETWEEN 1 AND 100", name="copies"),
    sa.Index("ix_print_job_open", "printer_id", "state", "priority", "id"),
    sa.Index("ix_print_job_group", "sequence_group", "state"),
    sa.Index("ix_print_job_lease", "state", "leased_until"),
)
