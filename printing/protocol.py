"""What the printing agent and the backend say to each other over HTTP; the only printing module the backend imports.

The agent holds a bearer token and speaks first, always: it claims work by a long poll (`POST CLAIM_PATH`), reads its
printers (`GET CONFIG_PATH`) and reports each job (`POST job_path(id)`). A job is lent for `lease_s`; the token `lease`
comes back in every report, so an agent that slept too long cannot speak for a job that was given out again.

The promise behind the states: before the first byte a job may be retried freely; after the first byte its outcome is
`sent`, `confirmed` or `unknown`, and an unknown one is put to a person, never guessed. `sending` is asked for *before*
the first byte and only an answer 200 allows that byte, so two agents cannot print one job.

Both sides read leniently (unknown fields are ignored) so that an older agent works with a newer server.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

CLAIM_PATH = "/api/agent/claim"
SPOOL_NAME = "^([0-9a-f]{8})?$"
CONFIG_PATH = "/api/agent/config"

WAIT_S_MAX = 25
"""The longest long poll: below the usual 30 s of proxies."""
LEASE_S = 60
"""How long a claimed or sending job belongs to its agent without another word."""
JOBS_PER_CLAIM_MAX = 20
CONTENT_BYTES_MAX = 8 * 1024 * 1024
COPIES_MAX = 100


def job_path(job_id: int) -> str:
    """Where the reports of one job go."""
    return f"/api/agent/jobs/{job_id}"


def scale_path(station: str) -> str:
    """Where the weight of a bench goes."""
    return f"/api/stations/{quote(station, safe='')}/scale"


class PrinterState(StrEnum):
    """What a person standing in front of the printer would call it."""

    CONNECTED = "connected"
    PRINTING = "printing"
    NO_MEDIA = "no_media"
    JAM = "jam"
    OPEN = "open"
    DISCONNECTED = "disconnected"
    BLOCKED = "blocked"


READY_STATES = frozenset({PrinterState.CONNECTED, PrinterState.PRINTING})
"""States in which a printer is given work."""


class JobState(StrEnum):
    """Life of a print job, as the backend keeps it."""

    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class ReportState(StrEnum):
    """What an agent may say about a job."""

    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Demand(Struct, frozen=True):
    """One code that must be readable on the finished paper.

    `symbology` is a name such as `code128`, `gs1-128`, `ean13`, `qr`, `datamatrix`; `text` is what a scanner says.
    """

    symbology: str
    text: str


class PrintJob(Struct, frozen=True):
    """One immutable artifact for one printer, lent for `lease_s` seconds."""

    id: int
    key: str
    printer: str
    format: str
    """`zpl`, `png1` (1-bit PNG) or `pdf`; a word of a newer server must not spoil the whole reply, so any is read."""
    content: bytes
    content_sha256: str
    lease: str
    lease_s: int = LEASE_S
    media_width_mm: int = 0
    media_height_mm: int = 0
    dpi: int = 203
    copies: int = 1
    demands: tuple[Demand, ...] = ()
    expires_at: datetime | None = None
    label_text: str = ""
    """What a person recognises: "parcel P000123, order 26-0001"."""


class Media(Struct, frozen=True):
    """The paper loaded in a printer."""

    width_mm: int
    height_mm: int


class PrinterConfig(Struct, frozen=True):
    """A printer as the office set it up.

    `address` is `host:port` for `tcp`, a device file for `device` (`/dev/usb/lp0`, `/dev/ttyUSB0@115200`) and a name
    below the agent's output folder for `folder`. `answers_status` is
    None until the printer has been heard: a printer known to answer and now silent is blocked, one that never answered
    is only assumed to work. `closes_line` is False for print servers that keep the line open after a job.
    `darkness_percent`, `speed_mm_s` and `after_label` (`tear`, `peel`, `cut`) change what the printer itself is set to;
    None and "" leave it, and a driver whose language has no such command ignores them.
    """

    code: str
    name: str
    driver: str
    transport: str
    address: str
    dpi: int = 203
    media: Media | None = None
    answers_status: bool | None = None
    closes_line: bool = True
    darkness_percent: int | None = None
    speed_mm_s: int | None = None
    after_label: str = ""
    takes: tuple[str, ...] = ()
    """Kinds of documents that the printer itself named; the agent fills this in."""


class ScaleConfig(Struct, frozen=True):
    """A bench scale as the office set it up: `protocol` as in `printing/scales.py`, `address` a device file or URL."""

    station: str
    protocol: str
    address: str


class AgentConfig(Struct, frozen=True):
    """The printers and scales of one agent; `version` changes whenever anything in it does."""

    version: str
    printers: tuple[PrinterConfig, ...] = ()
    scales: tuple[ScaleConfig, ...] = ()


class PrinterReport(Struct, frozen=True):
    """How a printer is now, and how many further jobs the agent takes for it (`room`)."""

    code: str
    state: PrinterState
    detail: str = ""
    room: int = 1
    answers_status: bool | None = None


class ScaleReport(Struct, frozen=True):
    """How a scale is: `connected`, `silent`, `trouble` (overload, below zero) or `disconnected`, and what a person sees."""

    station: str
    state: str
    detail: str = ""


class ScaleWeight(Struct, frozen=True):
    """What stands still on a bench scale; 0 takes the last weight away."""

    weight_g: int


class ClaimRequest(Struct, frozen=True):
    """Asks for work; the server waits up to `wait_s` seconds (at most WAIT_S_MAX) when there is none.

    `config_version` is what the agent works with: the wait ends as well when the server has another one. `holds` are the
    leases that the agent knows: a job lent to it in a reply that never arrived is queued again at once, in its old place.
    `spool` names the agent's memory (hexadecimal): a second program with the same token has another one, and what was
    lent to that one is not taken back.
    """

    agent: str
    wait_s: int = 0
    printers: tuple[PrinterReport, ...] = ()
    config_version: str = ""
    scales: tuple[ScaleReport, ...] = ()
    holds: tuple[str, ...] | None = None
    spool: Annotated[str, Meta(pattern=SPOOL_NAME)] = ""


class ClaimReply(Struct, frozen=True):
    """Jobs lent to the agent, and the version of the configuration it should be using."""

    jobs: tuple[PrintJob, ...] = ()
    config_version: str = ""


class JobReport(Struct, frozen=True):
    """One step of a job. `retry` with `failed` says: nothing was sent, the job may be given out again."""

    lease: str
    state: ReportState
    detail: str = ""
    first_byte_at: datetime | None = None
    last_byte_at: datetime | None = None
    retry: bool = False


class JobReportReply(Struct, frozen=True):
    """The state the backend now holds, and the lease as extended by the report."""

    state: JobState
    lease_s: int = LEASE_S
