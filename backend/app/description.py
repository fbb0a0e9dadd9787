"""What /schema promises about errors: problem+json (RFC 9457) with our members at every operation.

The framework describes a shape of its own that is never sent; this puts the truth in its place, once, when the
description is first asked for.
"""

from dataclasses import dataclass
from typing import Any

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

from backend.app.problems import MEDIA_TYPE, RETRY_AFTER_S

OPEN_TO_ALL = ("/health", "/ready", "/api/devices", "/api/office/sign-in", "/api/courier/")
"""Addresses (or their beginnings) that ask for no session; a wrong password or an old link is still a 401 or 403."""

MEANINGS = {
    400: "The request cannot be understood.",
    401: "Nobody is signed in, or the sign-in is over.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "The thing exists, but its state does not allow what was asked.",
    413: "The body is larger than the server takes.",
    422: "The request has not the promised shape.",
    429: "Too many tries; wait.",
    500: "Our mistake; `trace` finds it in the log.",
    503: "The database is away or full; nothing was kept, come again after `Retry-After` seconds.",
}

PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "What a request that cannot be done is answered with (RFC 9457). Further members depend on the code.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:rampa:problem: and the code"},
        "title": {"type": "string", "description": "the code in words"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$", "description": "keys the translated texts"},
        "detail": {"type": "string", "description": "one English sentence: what was expected, what came, what to do"},
        "expected": {"type": "string"},
        "got": {"type": "string"},
        "cure": {"type": "string", "description": "a code for what to do"},
        "trace": {"type": "string", "description": "finds a 500 in the server's log"},
    },
    "additionalProperties": True,
}


def _response(meaning: str, status: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": meaning,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 503:
        seconds = {"type": "integer", "minimum": 1, "examples": [RETRY_AFTER_S]}
        told["headers"] = {"Retry-After": {"description": "seconds", "schema": seconds}}
    return told


def _statuses(method: str, path: str, operation: dict[str, Any]) -> list[int]:
    """Errors that this operation can give, by what it takes."""
    asks = bool(operation.get("parameters")) or "requestBody" in operation
    found = {401, 403} if not path.startswith(OPEN_TO_ALL[:2]) else set()
    if "{" in path:
        found.add(404)
    if method != "get":
        found |= {404, 409, 413}
    if asks or method in ("post", "put", "patch"):
        found |= {400, 422}
    if path.startswith(OPEN_TO_ALL[2:]) or "session" in path:
        found.add(429)
    if path != "/health":
        found.add(503)
    return sorted(found | {500})


def describe_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's 4xx and 5xx replaced by ours, in the finished description. Nothing else is touched."""
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    responses = components.setdefault("responses", {})
    for status, meaning in MEANINGS.items():
        responses[f"Problem{status}"] = _response(meaning, status)
    responses["Problem"] = _response("Any other no.", None)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            good = {code: each for code, each in operation["responses"].items() if code[0] not in "45"}
            ours = {
                str(status): {"$ref": f"#/components/responses/Problem{status}"}
                for status in _statuses(method, path, operation)
            }
            operation["responses"] = good | ours | {"default": {"$ref": "#/components/responses/Problem"}}
    return schema


@dataclass
class TruthfulOpenAPI(OpenAPI):
    """The framework's description with our errors in it."""

    def to_schema(self) -> dict[str, Any]:
        return describe_problems(super().to_schema())


@dataclass
class TruthfulConfig(OpenAPIConfig):
    """Makes the framework build a `TruthfulOpenAPI`."""

    def to_openapi_schema(self) -> OpenAPI:
        made = super().to_openapi_schema()
        return TruthfulOpenAPI(**{name: getattr(made, name) for name in made.__dataclass_fields__})
