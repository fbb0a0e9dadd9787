"""Whose goods, which goods, and every code by which the floor can meet them."""

import sqlalchemy as sa

from backend.platform.database import Id, Json, Quantity, choice, reference, table

merchant = table(
    "merchant",
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("company_id", sa.String(20), nullable=True, info={"help": "IČO, Cégjegyzékszám"}),
    sa.Column("vat_id", sa.String(20), nullable=True),
    sa.Column("street", sa.String(120), nullable=False, default=""),
    sa.Column("city", sa.String(80), nullable=False, default=""),
    sa.Column("zip", sa.String(12), nullable=False, default=""),
    sa.Column("country", sa.String(2), nullable=False, default="CZ"),
    sa.Column("phone", sa.String(30), nullable=False, default=""),
    sa.Column("email", sa.String(254), nullable=False, default=""),
    sa.Column("currency", sa.String(3), nullable=False, default="CZK"),
    sa.Column(
        "allocation", choice("all_or_nothing", "partial", name="allocation"), nullable=False, default="all_or_nothing"
    ),
    sa.Column("version", sa.Integer, nullable=False, default=1),
)

number_series = table(
    "number_series",
    reference("merchant", nullable=True),
    sa.Column("kind", sa.String(32), nullable=False, info={"help": "order, wave, parcel, handover, ..."}),
    sa.Column("prefix", sa.String(16), nullable=False),
    sa.Column("digits", sa.Integer, nullable=False, default=6),
    sa.Column("next", sa.BigInteger, nullable=False, default=1),
    sa.UniqueConstraint("merchant_id", "kind"),
    # NULL never equals NULL in a UNIQUE constraint: the series that all merchants share need an index of their own
    sa.Index(
        "uq_number_series_shared",
        "kind",
        unique=True,
        sqlite_where=sa.text("merchant_id IS NULL"),
        postgresql_where=sa.text("merchant_id IS NULL"),
    ),
)

product = table(
    "product",
    reference("merchant"),
    sa.Column("sku", sa.String(64), nullable=False),
    sa.Column("name", sa.String(250), nullable=False),
    sa.Column("unit", sa.String(8), nullable=False, default="ks"),
    sa.Column("weight_g", sa.Integer, nullable=False, default=0),
    sa.Column("tracking", choice("none", "lot", "serial", name="tracking"), nullable=False, default="none"),
    sa.Column("picture", sa.String(250), nullable=True, info={"help": "path below /pictures or a data address"}),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.UniqueConstraint("merchant_id", "sku"),
    sa.Index("ix_product_sku_upper", sa.func.upper(sa.column("sku"))),
)

product_code = table(
    "product_code",
    reference("merchant"),
    reference("product"),
    sa.Column("key", sa.String(120), nullable=False, info={"help": "scan key, such as gtin:09520000000011"}),
    sa.Column("level", choice("each", "inner", "case", "pallet", name="packaging_level"), nullable=False),
    sa.Column("quantity", Quantity, sa.CheckConstraint("quantity > 0", name="quantity_positive"), nullable=False),
    sa.UniqueConstraint("merchant_id", "key"),
    sa.Index("ix_product_code_key", "key"),
)

product_policy = table(
    "product_policy",
    sa.Column("product_id", Id, sa.ForeignKey("product.id"), nullable=False, unique=True),
    sa.Column("dated", sa.Boolean, nullable=False, default=False, info={"help": "a best-before date must be known"}),
    sa.Column("rotation", choice("fefo", "fifo", "any", name="rotation"), nullable=False, default="any"),
    sa.Column(
        "life_days",
        sa.Integer,
        nullable=False,
        default=0,
        info={"help": "less remaining life is asked about at the dock"},
    ),
    sa.Column("mixed_lots", sa.Boolean, nullable=False, default=True, info={"help": "several lots may share a place"}),
    sa.Column("zone", sa.String(16), nullable=False, default="", info={"help": "put away into this zone only"}),
    sa.Column(
        "look_alike", sa.String(32), nullable=False, default="", info={"help": "goods of one group share no place"}
    ),
    sa.Column("volume_ml", sa.Integer, nullable=False, default=0, info={"help": "of one piece; 0: not known"}),
)
"""What the goods ask for beyond the plain rules; a product without a row asks for nothing."""

weight_layout = table(
    "weight_layout",
    reference("merchant"),
    sa.Column("pattern", sa.String(13), nullable=False, info={"help": "13 of 0-9 I W V, C at the end: 28IIII0WWWWWC"}),
    sa.Column("g_per_unit", sa.Integer, nullable=False, default=1, info={"help": "grams (or mm) for each unit of W"}),
    sa.UniqueConstraint("merchant_id", "pattern"),
)
"""How a merchant's own weight codes 20 to 29 are laid out; without rows the Czech layouts hold."""

setting = table(
    "setting",
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("value", Json, nullable=False),
)
