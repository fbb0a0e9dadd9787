"""What `/demo` shows: every code of the tour, big enough to be scanned from a screen. Only with RAMPA_DEMO."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.engine import Connection

from backend.app.demo import SETTING
from backend.app.demo_dock import deliveries, put_places
from backend.app.demo_stock import count_places
from backend.catalog.api import ProductCode, codes_of, read_setting
from backend.catalog.tables import product
from backend.documents.api import render_paper
from backend.documents.barcodes import encode
from backend.documents.canvas import LayoutProblem
from backend.documents.pdf import symbol_svg
from backend.documents.symbologies import LINEAR
from backend.gs1.own_codes import build_own_code
from backend.identity.store import open_enrolment
from backend.identity.tables import LANGUAGES
from backend.orders.tables import sales_order
from backend.outbound.tables import carton, parcel, pick, station, wave
from backend.platform import clock
from backend.platform.database import Database
from backend.platform.errors import Malformed
from backend.stock.tables import balance, location

SHOWN_TOTES = 8
SHOWN_SYMBOLOGIES = ("code128", "ean13", "qr", "datamatrix", "itf14")


def tour(conn: Connection) -> dict[str, Any]:
    """Cards of the guided story: people, benches, cartons, totes, and the places and goods of the open waves."""
    story = read_setting(conn, SETTING)
    totes = conn.execute(
        sa.select(location.c.code).where(location.c.kind == "tote").order_by(location.c.code).limit(SHOWN_TOTES)
    ).scalars()
    return {
        "people": [
            {
                "name": each["name"],
                "role": each["role"],
                "pin": each["pin"],
                "code": build_own_code("badge", each["badge"]),
            }
            for each in story.get("people", [])
        ],
        "owner": story.get("owner", {}),
        "stations": [
            {"name": row.name, "code": build_own_code("station", row.code)}
            for row in conn.execute(sa.select(station.c.code, station.c.name).order_by(station.c.code))
        ],
        "cartons": [
            {"name": row.name, "code": build_own_code("carton", row.code)}
            for row in conn.execute(sa.select(carton.c.code, carton.c.name).order_by(carton.c.id))
        ],
        "totes": [{"name": code, "code": build_own_code("tote", code)} for code in totes],
        "commands": [{"name": "Zpět", "code": build_own_code("command", "UNDO")}],
        "picks": _picks(conn),
        "packs": _packs(conn),
        "parcels": _parcels(conn),
        "deliveries": deliveries(conn, clock.now().date()),
        "put_places": put_places(conn),
        "count_places": count_places(conn),
    }


def _parcels(conn: Connection) -> list[dict[str, Any]]:
    """Parcels whose label can be scanned now: on the bench, and on the way to the courier."""
    rows = conn.execute(
        sa.select(parcel.c.number, parcel.c.state, sales_order.c.number.label("order"))
        .join(sales_order, sales_order.c.id == parcel.c.order_id)
        .where(parcel.c.state.in_(("labelled", "verified", "loaded")))
        .order_by(parcel.c.id)
        .limit(24)
    )
    return [{**row._mapping, "code": build_own_code("parcel", row.number)} for row in rows]


def _packs(conn: Connection) -> list[dict[str, Any]]:
    """Goods that lie in totes and wait for the bench, in the shape of the picks."""
    rows = conn.execute(
        sa.select(
            location.c.code.label("place"), balance.c.product_id, balance.c.on_hand, product.c.sku, product.c.name
        )
        .join(location, location.c.id == balance.c.location_id)
        .join(product, product.c.id == balance.c.product_id)
        .where(location.c.kind == "tote", balance.c.on_hand > 0)
        .order_by(location.c.code, product.c.sku)
        .limit(60)
    ).all()
    codes = codes_of(conn, {row.product_id for row in rows})
    return [
        {
            "wave": row.place, "sku": row.sku, "name": row.name, "quantity": row.on_hand, "place": row.place,
            "place_code": build_own_code("tote", row.place), "codes": _gtins(codes[row.product_id]),
        }
        for row in rows
    ]  # fmt: skip


def _gtins(codes: Iterable[ProductCode]) -> list[dict[str, Any]]:
    return [
        {"level": each.level, "quantity": each.quantity, "gtin": each.key.removeprefix("gtin:")}
        for each in codes
        if each.key.startswith("gtin:")
    ]


def _picks(conn: Connection) -> list[dict[str, Any]]:
    """Open lines of the running waves, in walking order, with the codes to scan."""
    rows = conn.execute(
        sa.select(
            wave.c.number, pick.c.product_id, pick.c.quantity, pick.c.picked, product.c.sku, product.c.name,
            location.c.code.label("place"),
        )
        .join(wave, wave.c.id == pick.c.wave_id)
        .join(product, product.c.id == pick.c.product_id)
        .join(location, location.c.id == pick.c.location_id)
        .where(wave.c.state.in_(("released", "picking")), pick.c.state == "open")
        .order_by(wave.c.id, location.c.walk_sequence, pick.c.id)
        .limit(60)
    ).all()  # fmt: skip
    codes = codes_of(conn, {row.product_id for row in rows})
    return [
        {
            "wave": row.number, "sku": row.sku, "name": row.name, "quantity": row.quantity - row.picked,
            "place": row.place, "place_code": build_own_code("location", row.place),
            "codes": _gtins(codes[row.product_id]),
        }
        for row in rows
    ]  # fmt: skip


@get("/api/demo/tour")
async def read_tour(database: NamedDependency[Database]) -> dict[str, Any]:
    """Everything that `/demo` shows. Public, because a demo has no secrets."""
    return await database.read(tour)


@post("/api/demo/enrolment", status_code=200)
async def new_enrolment(database: NamedDependency[Database]) -> dict[str, str]:
    """A fresh code that lets one more device join the demo."""
    token, _ = await database.write(lambda conn: open_enrolment(conn, "Demo", None, clock.now()))
    return {"token": token, "path": f"/enrol#{token}"}


@get("/api/demo/code.svg")
async def code_picture(symbology: FromQuery[str], text: FromQuery[str]) -> Response[str]:
    """One code as a picture: `symbology` as the label engine names them (code128, ean13, qr ...)."""
    if symbology not in SHOWN_SYMBOLOGIES or len(text) > 200:
        raise Malformed(
            "SYMBOLOGY_UNKNOWN",
            f"Expected one of {', '.join(SHOWN_SYMBOLOGIES)}, got {symbology[:20]!r}.",
            got=symbology,
        )
    try:
        symbol = encode(symbology, text)
    except LayoutProblem as problem:
        raise Malformed("CODE_IMPOSSIBLE", str(problem), got=text) from problem
    height = symbol.width * 0.35 if symbology in LINEAR else float(symbol.height)
    return Response(symbol_svg(symbol, height), media_type="image/svg+xml")


def _cards(found: dict[str, Any]) -> list[dict[str, Any]]:
    cards = [
        {"caption": card["name"], "note": f"PIN {card['pin']}" if "pin" in card else "", "symbology": "qr",
         "text": card["code"], "hidden": group == "people"}
        for group in ("people", "stations", "totes", "cartons", "commands")
        for card in found[group]
    ]  # fmt: skip
    for each in found["picks"][:24]:
        cards.append({"caption": each["place"], "note": each["name"], "symbology": "qr", "text": each["place_code"]})
        cards += [
            {"caption": each["sku"], "note": f"{each['quantity']} × {each['name']}", "symbology": "ean13",
             "text": code["gtin"][1:]}
            for code in each["codes"][:1]
        ]  # fmt: skip
    return cards


@get("/api/demo/tour.pdf", media_type="application/pdf")
async def tour_paper(database: NamedDependency[Database], language: FromQuery[str] = "cs") -> Response[bytes]:
    """The same codes on paper."""
    found = await database.read(tour)
    chosen = language if language in LANGUAGES else "cs"
    content = render_paper("code-sheet", {"title": "Rampa: demo", "cards": _cards(found), "language": chosen})
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": "inline; filename=demo.pdf"})


ROUTES = [read_tour, new_enrolment, code_picture, tour_paper]
