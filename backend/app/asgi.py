"""The web server: API, live pokes, the app's pages, the admin. Built from settings; no global state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from litestar import Litestar, Request
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.plugins import SwaggerRenderPlugin

from backend.admin.mount import admin_mount
from backend.app import demo_routes, events, look_up, people, recall, scanner_card, trouble
from backend.app.access import Access
from backend.app.description import TruthfulConfig
from backend.app.outages import Outages
from backend.app.problems import HANDLERS
from backend.app.schema import load_tables
from backend.app.serving import authority_file, health, page_routes, ready
from backend.app.settings import Settings
from backend.app.wiring import FLOWS, JOBS, ROUTES, WATCHED
from backend.app.worker import Worker
from backend.identity.api import Caller, caller_of, people_of_sessions
from backend.platform.database import Database
from backend.platform.limits import JSON_BODY_BYTES
from backend.scanning.api import PhotoReader
from backend.scanning.flows import Intake

log = structlog.get_logger()
VIEWER = SwaggerRenderPlugin(
    js_url="/viewer/swagger-ui-bundle.js",
    css_url="/viewer/swagger-ui.css",
    standalone_preset_js_url="/viewer/swagger-ui-standalone-preset.js",
    favicon="<link rel='icon' href='/icons/icon-192.png'>",
)
PWA_FOLDER = Path(__file__).parents[2] / "pwa" / "dist"


def build(settings: Settings, database: Database | None = None) -> Litestar:
    """The application. Opens the database of the settings, unless one is handed in."""
    opened = database or Database(settings.database_url)
    photos = PhotoReader(children=1)
    intake = Intake(flows=FLOWS, people=people_of_sessions, watched=WATCHED)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await opened.listen()
        worker = asyncio.create_task(Worker(opened).run()) if settings.worker == "inline" else None
        try:
            yield
        finally:
            if worker is not None:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker
            await photos.close()
            if database is None:
                await opened.close()

    async def give_database() -> Database:
        return opened

    async def give_intake() -> Intake:
        return intake

    async def give_caller(request: Request) -> Caller:
        return caller_of(request)

    async def give_photo_reader() -> PhotoReader:
        return photos

    async def give_settings() -> Settings:
        return settings

    async def give_jobs() -> dict:
        return JOBS

    app_routes = [
        *events.ROUTES,
        *trouble.ROUTES,
        *look_up.ROUTES,
        *recall.ROUTES,
        *people.ROUTES,
        *scanner_card.ROUTES,
        *(demo_routes.ROUTES if settings.demo else []),
    ]
    folder = Path(settings.pwa_folder) if settings.pwa_folder else PWA_FOLDER
    return Litestar(
        route_handlers=[*ROUTES, *app_routes, health, ready, authority_file, admin_mount(load_tables(), opened), *page_routes(folder)],
        dependencies={
            "database": Provide(give_database), "intake": Provide(give_intake), "caller": Provide(give_caller),
            "settings": Provide(give_settings), "jobs": Provide(give_jobs),
            "photo_reader": Provide(give_photo_reader),
        },
        middleware=[Access(opened)],
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        request_max_body_size=JSON_BODY_BYTES,
        compression_config=CompressionConfig(backend="gzip", minimum_size=1_000, exclude=["/api/events", "/admin"]),
        openapi_config=TruthfulConfig(
            title="Rampa", version="1", path="/schema",
            render_plugins=[VIEWER],
        ),
        state=State({"outages": Outages(), "wake": opened.wake}),
        logging_config=None,
        debug=False,
    )  # fmt: skip
