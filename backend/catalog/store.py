"""Writes to the catalogue, and the reads that other modules stand on. One statement each, however many rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from backend.catalog.product import KnownCode, Merchant, Product, ProductCode, ProductFace, upper_forms
from backend.catalog.tables import merchant, number_series, product, product_code, setting
from backend.platform.database import upsert
from backend.platform.errors import NotFound, Problem
from backend.platform.statements import Statement, among

ROWS_PER_STATEMENT = 5_000
"""SQLite takes 32,766 parameters in one statement, PostgreSQL 32,767 over asyncpg."""

SERIES_PREFIX = {"order": "O", "wave": "W", "parcel": "P", "handover": "H"}
SERIES_DIGITS = 6

# words of a closed list are read as plain texts: to look each of ten thousand up costs more than to fetch it
_PRODUCT_COLUMNS = (
    product.c.id,
    product.c.merchant_id,
    product.c.sku,
    product.c.name,
    product.c.unit,
    product.c.weight_g,
    sa.type_coerce(product.c.tracking, sa.Text).label("tracking"),
    product.c.picture,
    product.c.active,
)
_LEVEL = sa.type_coerce(product_code.c.level, sa.Text).label("level")
_MERCHANT_COLUMNS = tuple(merchant.c[name] for name in Merchant.__struct_fields__)

# asked with every scan
_MERCHANTS_BY_IDS = Statement(sa.select(*_MERCHANT_COLUMNS).where(among(merchant.c.id, "ids")).order_by(merchant.c.id))
_PRODUCTS_BY_IDS = Statement(sa.select(*_PRODUCT_COLUMNS).where(among(product.c.id, "ids")))
_CODES_OF = Statement(
    sa.select(product.c.id, product.c.sku, product_code.c.key, product_code.c.quantity, _LEVEL)
    .select_from(product)
    .outerjoin(product_code, product_code.c.product_id == product.c.id)
    .where(among(product.c.id, "ids"))
    .order_by(product.c.id, product_code.c.quantity, product_code.c.id)
)


_KNOWN = (
    sa.select(*_PRODUCT_COLUMNS, product_code.c.key, product_code.c.quantity, _LEVEL)
    .join(product_code, product_code.c.product_id == product.c.id)
    .where(among(product_code.c.key, "keys"))
    .order_by(product.c.id)
)
_BY_KEYS = Statement(_KNOWN)
_BY_KEYS_OF_MERCHANT = Statement(_KNOWN.where(product_code.c.merchant_id == sa.bindparam("merchant")))


def in_slices(values: Iterable[Any], size: int = ROWS_PER_STATEMENT) -> Iterable[list[Any]]:
    """The distinct values, sorted, in slices that fit into one statement."""
    distinct = sorted(set(values))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def _as_product(row: Any) -> Product:
    return Product(
        row.id, row.merchant_id, row.sku, row.name, row.unit, row.weight_g, row.tracking, row.picture, row.active
    )


# -- merchants ------------------------------------------------------------------------------------------------------


def create_merchant(conn: Connection, code: str, name: str, **details: Any) -> int:
    """Insert a merchant; `details` are further columns of the table. Returns its id."""
    made = sa.insert(merchant).values(code=code, name=name, **details).returning(merchant.c.id)
    return int(conn.execute(made).scalar_one())


def read_merchants(conn: Connection, ids: Iterable[int] | None = None) -> dict[int, Merchant]:
    """Merchants by id, all of them where `ids` is None."""
    if ids is not None:
        return {row.id: Merchant(*row) for row in _MERCHANTS_BY_IDS.rows(conn, ids=sorted(set(ids)))}
    return {row.id: Merchant(*row) for row in conn.execute(sa.select(*_MERCHANT_COLUMNS).order_by(merchant.c.id))}


def merchant_by_code(conn: Connection, code: str) -> Merchant:
    """Raises `NotFound` MERCHANT_UNKNOWN with the codes that exist."""
    known = read_merchants(conn)
    for each in known.values():
        if each.code == code:
            return each
    existing = ", ".join(each.code for each in known.values()) or "none yet"
    raise NotFound(
        "MERCHANT_UNKNOWN",
        f"Expected the code of a merchant ({existing}), got {code!r}; correct the code or create the merchant.",
        expected=existing,
        got=code,
    )


# -- products and their codes ---------------------------------------------------------------------------------------


def create_products(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert products (columns of the table; merchant_id, sku and name are required); ids in the order of `rows`."""
    if not rows:
        return []
    optional = {"unit": "ks", "weight_g": 0, "tracking": "none", "picture": None, "active": True}
    filled = [optional | dict(row) for row in rows]
    returned = conn.execute(sa.insert(product).returning(product.c.id, sort_by_parameter_order=True), filled)
    return [row.id for row in returned]


def add_codes(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert codes: merchant_id, product_id, key, and level and quantity where they are not one piece.

    Raises `Problem` CODE_TAKEN when a key already means another product of that merchant.
    """
    if not rows:
        return
    filled: list[dict[str, Any]] = [{"level": "each", "quantity": 1} | dict(row) for row in rows]
    for row in filled:
        if row["quantity"] <= 0:
            raise Problem(
                "QUANTITY_NOT_POSITIVE",
                f"Expected a packaging level of at least 1 piece, got {row['quantity']} for {row['key']}; correct it.",
                expected="1 or more",
                got=str(row["quantity"]),
            )
    taken = {
        (row.merchant_id, row.key): row.product_id
        for keys in in_slices(row["key"] for row in filled)
        for row in conn.execute(
            sa.select(product_code.c.merchant_id, product_code.c.key, product_code.c.product_id).where(
                product_code.c.key.in_(keys)
            )
        )
    }
    new = []
    for row in filled:
        owner = taken.setdefault((row["merchant_id"], row["key"]), row["product_id"])
        if owner != row["product_id"]:
            raise Problem(
                "CODE_TAKEN",
                f"Expected a code that means nothing yet, but {row['key']} already means product {owner} of this "
                "merchant; remove it there first.",
                status=409,
                got=row["key"],
            )
        new.append(row)
    conn.execute(upsert(conn, product_code).on_conflict_do_nothing(), new)


def learn_part_numbers(conn: Connection, merchant_id: int, told: Iterable[tuple[str, int]]) -> list[str]:
    """(supplier's part number, product id): from now on each is a code of its product, one piece each.

    Returns those that mean something else of this merchant already, a code or the SKU of other goods: they stay what
    they were, for a number that means two things would have to be guessed.
    """
    wanted: dict[str, set[int]] = {}
    for number, product_id in told:
        if number.strip():
            wanted.setdefault(f"text:{number.strip().upper()}", set()).add(product_id)
    if not wanted:
        return []
    owners: dict[str, set[int]] = {key: set(ids) for key, ids in wanted.items()}
    for key, codes in products_by_keys(conn, merchant_id, wanted).items():
        owners[key] |= {code.product.id for code in codes}
    for part in in_slices(upper_forms(key.partition(":")[2] for key in wanted)):
        statement = sa.select(product.c.id, product.c.sku).where(
            product.c.merchant_id == merchant_id, sa.func.upper(product.c.sku).in_(part)
        )
        for row in conn.execute(statement):
            owners[f"text:{row.sku.upper()}"].add(row.id)
    sure = [
        {"merchant_id": merchant_id, "product_id": next(iter(ids)), "key": key, "level": "each", "quantity": 1}
        for key, ids in sorted(wanted.items())
        if len(owners[key]) == 1
    ]
    if sure:
        conn.execute(upsert(conn, product_code).on_conflict_do_nothing(), sure)
    return sorted(key.partition(":")[2] for key in wanted if len(owners[key]) > 1)


def products_by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, Product]:
    return {row.id: _as_product(row) for part in in_slices(ids) for row in _PRODUCTS_BY_IDS.rows(conn, ids=part)}


def read_faces(conn: Connection, product_ids: Iterable[int]) -> dict[int, ProductFace]:
    """What bundles tell of their goods, by product id; unknown products are absent."""
    wanted = set(product_ids)
    codes = codes_of(conn, wanted)
    return {
        number: ProductFace(
            each.unit, each.picture, tuple((code.key, code.quantity, code.level) for code in codes[number])
        )
        for number, each in products_by_ids(conn, wanted).items()
    }


def products_by_skus(conn: Connection, merchant_id: int, skus: Iterable[str]) -> dict[str, Product]:
    """Active and inactive products of the merchant by exact SKU; unknown SKUs are absent."""
    return {
        row.sku: _as_product(row)
        for part in in_slices(skus)
        for row in conn.execute(
            sa.select(*_PRODUCT_COLUMNS).where(product.c.merchant_id == merchant_id, product.c.sku.in_(part))
        )
    }


def products_by_keys(
    conn: Connection, merchant_id: int | None, keys: Iterable[str]
) -> dict[str, tuple[KnownCode, ...]]:
    """What scan keys mean. Several merchants may use one GTIN, so that each key has a tuple; unknown keys are absent.

    With `merchant_id` given each tuple has exactly one entry.
    """
    found: dict[str, tuple[KnownCode, ...]] = {}
    for part in in_slices(keys):
        if merchant_id is None:
            rows = _BY_KEYS.rows(conn, keys=part)
        else:
            rows = _BY_KEYS_OF_MERCHANT.rows(conn, keys=part, merchant=merchant_id)
        for row in rows:
            meaning = KnownCode(row.key, _as_product(row), row.quantity, row.level)
            found[row.key] = (*found.get(row.key, ()), meaning)
    return found


def codes_of(conn: Connection, product_ids: Iterable[int]) -> dict[int, tuple[ProductCode, ...]]:
    """All codes of the given products, pieces before packs, the SKU last: it is printed too, and means one piece.

    Each asked product is a key, with `()` if there is no such product.
    """
    asked = sorted(set(product_ids))
    found: dict[int, list[ProductCode]] = {each: [] for each in asked}
    skus: dict[int, str] = {}
    for part in in_slices(asked):
        for product_id, sku, *code in _CODES_OF.rows(conn, ids=part):
            skus[product_id] = f"text:{sku.upper()}"
            if code[0] is not None:
                found[product_id].append(ProductCode(*code))
    for product_id, key in skus.items():
        if all(code.key != key for code in found[product_id]):
            found[product_id].append(ProductCode(key, 1, "each"))
    return {each: tuple(codes) for each, codes in found.items()}


# -- number series --------------------------------------------------------------------------------------------------


def next_numbers(conn: Connection, kind: str, count: int, merchant_id: int | None = None) -> list[str]:
    """Take `count` human numbers from a series, made on first use. The row stays locked until the transaction ends."""
    if count <= 0:
        return []
    owner = number_series.c.merchant_id.is_(None) if merchant_id is None else number_series.c.merchant_id == merchant_id
    advance = (
        sa.update(number_series)
        .where(owner, number_series.c.kind == kind)
        .values(next=number_series.c.next + count)
        .returning(number_series.c.prefix, number_series.c.digits, number_series.c.next)
    )
    row = conn.execute(advance).one_or_none()
    if row is None:
        fresh = {
            "merchant_id": merchant_id,
            "kind": kind,
            "prefix": SERIES_PREFIX.get(kind, kind[:1].upper()),
            "digits": SERIES_DIGITS,
            "next": 1,
        }
        conn.execute(upsert(conn, number_series).values(**fresh).on_conflict_do_nothing())
        row = conn.execute(advance).one()
    first = row.next - count
    return [f"{row.prefix}{number:0{row.digits}d}" for number in range(first, row.next)]


def next_number(conn: Connection, kind: str, merchant_id: int | None = None) -> str:
    """One human number, such as `O000123`."""
    return next_numbers(conn, kind, 1, merchant_id)[0]


# -- settings -------------------------------------------------------------------------------------------------------


def read_setting(conn: Connection, key: str, otherwise: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A setting of the house; `otherwise` (or an empty object) where it was never written."""
    value = conn.execute(sa.select(setting.c.value).where(setting.c.key == key)).scalar_one_or_none()
    return dict(otherwise or {}) if value is None else dict(value)


def write_setting(conn: Connection, key: str, value: Mapping[str, Any]) -> None:
    written = upsert(conn, setting).values(key=key, value=msgspec.to_builtins(dict(value)))
    conn.execute(written.on_conflict_do_update(index_elements=["key"], set_={"value": written.excluded.value}))


def search_products(conn: Connection, text: str, limit: int) -> list[Product]:
    """Active products whose SKU or name holds every word of `text`, or that one of the codes names; by SKU."""
    words = text.split()[:8]
    found: sa.ColumnElement[bool] = product.c.active
    for word in words:
        by_code = sa.exists().where(
            product_code.c.product_id == product.c.id, product_code.c.key.contains(word, autoescape=True)
        )
        named = sa.or_(product.c.sku.icontains(word, autoescape=True), product.c.name.icontains(word, autoescape=True))
        found = sa.and_(found, sa.or_(named, by_code) if word.isdigit() and len(word) >= 6 else named)
    statement = sa.select(*_PRODUCT_COLUMNS).where(found).order_by(product.c.sku, product.c.id).limit(limit)
    return [_as_product(row) for row in conn.execute(statement)]
