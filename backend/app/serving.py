"""The built app: immutable assets, pages by address, the service worker always fresh. Health tells the truth."""

from collections.abc import Callable
from pathlib import Path

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from backend.app.problems import on_outage
from backend.app.schema import missing_migrations
from backend.app.settings import Settings
from backend.platform.database import Database
from backend.platform.errors import Problem

PAGES = {"office": "office.html", "h": "courier.html", "demo": "demo.html"}
"""First part of the address -> page. Everything else outside /api belongs to the floor app."""

TYPES = {
    ".html": "text/html", ".js": "text/javascript", ".css": "text/css",
    ".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png",
    ".svg": "image/svg+xml", ".wasm": "application/wasm", ".ico": "image/x-icon", ".webp": "image/webp",
    ".pdf": "application/pdf", ".txt": "text/plain", ".map": "application/json", ".wav": "audio/wav",
}  # fmt: skip

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


def _file_within(root: Path, path: str) -> Path | None:
    """The file that an address means; None for what is not there, lies elsewhere, or cannot be a name at all."""
    try:
        wanted = (root / path.lstrip("/")).resolve()
        return wanted if root in wanted.parents and wanted.is_file() else None
    except (OSError, ValueError):  # longer than a name may be, or with a zero byte
        return None


def page_routes(folder: Path) -> list[HTTPRouteHandler]:
    """Handlers that serve the built app from `folder` (the output of the front end's build)."""
    root = folder.resolve()

    def answer(path: Path, cache: str) -> Response[bytes]:
        headers = {"Cache-Control": cache, **SECURITY}
        return Response(
            path.read_bytes(), media_type=TYPES.get(path.suffix, "application/octet-stream"), headers=headers
        )

    @get("/", include_in_schema=False)
    async def first_page() -> Response[bytes]:
        return _page(root, "index.html", answer)

    @get("/{path:path}", include_in_schema=False)
    async def page(path: FromPath[str], request: Request) -> Response[bytes]:
        wanted = _file_within(root, path)
        if wanted is not None:
            immutable = "assets" in wanted.relative_to(root).parts
            return answer(wanted, "public, max-age=31536000, immutable" if immutable else "no-cache")
        first = path.strip("/").split("/")[0]
        if first in ("api", "admin", "schema", "assets") or "." in path.rsplit("/", 1)[-1]:
            raise NotFoundException(detail=f"Expected an existing address, got {request.url.path}; check it.")
        return _page(root, PAGES.get(first, "index.html"), answer)

    return [first_page, page]


@get("/rampa-ca.crt", include_in_schema=False, sync_to_thread=True)
def authority_file(settings: NamedDependency[Settings]) -> Response[bytes]:
    """The authority that a phone installs once, so that it trusts this server and gives it the camera."""
    file = Path(settings.ca_file)
    if not file.is_file():
        raise NotFoundException(detail="Expected a server with its own authority, got none; start it with --https.")
    return Response(file.read_bytes(), media_type="application/x-x509-ca-cert")


def _page(root: Path, name: str, answer: Callable[[Path, str], Response[bytes]]) -> Response[bytes]:
    if not (root / name).is_file():
        raise Problem(
            "APP_NOT_BUILT", f"Expected the built app in {root.name}, got none; run the front end's build.", status=503
        )
    return answer(root / name, "no-cache")


@get("/health", include_in_schema=True)
async def health() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@get("/ready")
async def ready(database: NamedDependency[Database], request: Request) -> dict[str, str]:
    """The database answers, takes writes and has the newest schema; 503 with the reason otherwise."""
    missing = await database.read(missing_migrations)
    if missing:
        raise Problem("SCHEMA_OLD", f"Expected the newest schema, {missing}; run `rampa migrate`.", status=503)
    outage = await request.app.state.outages.still(database)
    if outage is not None:
        return on_outage(request, outage)  # type: ignore[return-value]
    return {"status": "ready"}
