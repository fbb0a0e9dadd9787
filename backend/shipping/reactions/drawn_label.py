"""The labels of a booked consignment, drawn for their printers: the carrier's own where it gave one, ours otherwise."""

import msgspec

from backend.documents import api as documents
from backend.print_queue import api as printing
from backend.shipping import store
from backend.shipping.carrier import Booked, CarrierLabel, Consignment
from backend.shipping.label import label_fields


class DrawnLabel(msgspec.Struct, frozen=True):
    """A label ready for the print queue."""

    parcel: str
    content: bytes
    format: str
    width_mm: int
    height_mm: int
    dpi: int
    demands: tuple[printing.Demand, ...]


class Looks(msgspec.Struct, frozen=True):
    """How our labels are drawn: in which language, by which template, and for which printer each parcel's is."""

    language: str
    template: documents.Template
    forms: dict[str, printing.ArtifactForm]


def draw_labels(
    account: store.Account, consignment: Consignment, booked: Booked, looks: Looks
) -> tuple[DrawnLabel, ...]:
    """The carrier's own label where it gave one, ours otherwise."""
    services = {service.code: service.name for service in account.plugin.services}
    drawn = []
    for each in booked.parcels:
        if each.label is not None:
            drawn.append(_carriers_own(each.number, each.label, looks.forms[each.number]))
            continue
        fields = label_fields(
            consignment, each, carrier_name=account.name,
            service_name=services.get(consignment.service, consignment.service), language=looks.language,
        )  # fmt: skip
        form = looks.forms[each.number]
        artifact = documents.artifact_of(looks.template, fields, form.dpi, form.format)
        demands = tuple(printing.Demand(one["symbology"], one["text"]) for one in artifact.plain_demands)
        media = artifact.media
        drawn.append(
            DrawnLabel(
                each.number,
                artifact.content,
                artifact.format,
                round(media.width_mm),
                round(media.height_mm),
                form.dpi,
                demands,
            )
        )
    return tuple(drawn)


def _carriers_own(number: str, own: CarrierLabel, form: printing.ArtifactForm) -> DrawnLabel:
    """Byte for byte where it fits its paper, else cut out of its sheet; what cannot be cut goes as it came."""
    content, kind, dpi = own.content, own.format, own.dpi
    if kind == "pdf":
        media = documents.Media("carrier", own.width_mm, own.height_mm)
        try:
            paper = documents.fit_carrier_paper(content, "pdf", media, own.code, form.format, form.dpi)
            content, kind, dpi = paper.content, paper.format, paper.dpi
        except documents.LayoutProblem:
            pass  # the agent reads it back before printing, and tells the bench what is wrong with it
    demand = printing.Demand(own.symbology, own.code)
    return DrawnLabel(number, content, kind, own.width_mm, own.height_mm, dpi, (demand,))
