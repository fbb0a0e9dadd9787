"""Labels of goods into the print queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog import api as catalog
from backend.documents import api as documents
from backend.inbound.labels import COUNT_MAX, GoodsLabel, gtin_of, label_fields
from backend.inbound.store.receipts import find_receipt
from backend.inbound.tables import receipt_line
from backend.platform.errors import Malformed, NotFound
from backend.print_queue import api as printing

PAPER_KIND = "goods_label"
LABEL = "product-large"


class Drawable(msgspec.Struct, frozen=True):
    """Labels before they are drawn: for which product, by which template, for which printer, and the data of each."""

    product: catalog.Product
    template: documents.Template
    form: printing.ArtifactForm
    fields: list[dict[str, Any]]

    def draw(self) -> list[documents.Artifact]:
        """Takes a moment for each: done while no transaction is open."""
        return [documents.artifact_of(self.template, each, self.form.dpi, self.form.format) for each in self.fields]


def read_labels(conn: Connection, receipt_id: int, asked: GoodsLabel, station: str, language: str) -> Drawable:
    """What is to be drawn. Raises NO_ROUTE where no printer is set up, LINE_UNKNOWN, LABEL_COUNT."""
    count = max(asked.count, len(asked.serials))
    if not 1 <= asked.count <= COUNT_MAX or count > COUNT_MAX:
        raise Malformed("LABEL_COUNT", f"Expected 1 to {COUNT_MAX} labels, got {count}.", got=str(count))
    head = find_receipt(conn, receipt_id)
    row = conn.execute(
        sa.select(receipt_line).where(receipt_line.c.id == asked.line, receipt_line.c.receipt_id == receipt_id)
    ).one_or_none()
    if row is None:
        raise NotFound("LINE_UNKNOWN", f"Expected a line of {head.number}, got number {asked.line}; reload it.")
    product = catalog.products_by_ids(conn, [row.product_id])[row.product_id]
    codes = catalog.codes_of(conn, [row.product_id])[row.product_id]
    mine = [each for each in codes if each.level == asked.level]
    pieces = mine[0].quantity if mine else 1
    fields = label_fields(asked, product.sku, product.name, gtin_of(tuple(each.key for each in mine)), pieces, language)
    form = printing.label_form(conn, station or "*", PAPER_KIND)
    return Drawable(product, documents.load_label(conn, LABEL), form, fields)


def queue_labels(
    conn: Connection,
    product: catalog.Product,
    drawn: Sequence[documents.Artifact],
    asked: GoodsLabel,
    station: str,
    key: str,
    now: datetime,
) -> list[int]:
    """Print jobs, one for each different label. A repeat of `key` prints nothing twice. Raises NO_ROUTE."""
    return [
        _queue(conn, f"{key}:{place}", station, product, artifact, asked, now) for place, artifact in enumerate(drawn)
    ]


def _queue(
    conn: Connection, key: str, station: str, product: catalog.Product, artifact: documents.Artifact, asked: GoodsLabel,
    now: datetime,
) -> int:  # fmt: skip
    demands = tuple(printing.Demand(each["symbology"], each["text"]) for each in artifact.plain_demands)
    return printing.enqueue(
        conn, key=f"goods:{key}", station=station or "*", paper_kind=PAPER_KIND, title=f"{product.sku} {asked.lot}".strip(),
        about=f"product:{product.id}", content=artifact.content, format=artifact.format, now=now,
        media_width_mm=round(artifact.media.width_mm), media_height_mm=round(artifact.media.height_mm), dpi=artifact.dpi,
        demands=demands, copies=1 if asked.serials else asked.count, template=LABEL,
        merchant_id=product.merchant_id, priority=5,
    ).id  # fmt: skip
