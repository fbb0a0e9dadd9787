"""Servers to measure against: `python -m bench.serve --how ceiling|one --port N`.

`ceiling` reads the request as the real route does and answers "ok" without any books; `one` is the real application
with a transaction for every single scan, as a first attempt would do it.
"""

import argparse

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post

from backend.app.asgi import build
from backend.app.settings import load
from backend.platform import clock
from backend.scanning import flows, intake
from backend.scanning.intake import Unreadable
from backend.scanning.protocol import ScanReply, Verdict


@post("/api/scans", status_code=200)
async def answer(request: Request) -> Response[bytes]:
    """Decode every scan, say ok."""
    received = intake.read_scans(intake.read_envelope(await request.body()))
    verdicts = [
        Verdict(seq=each.seq, id=None if isinstance(each, Unreadable) else each.id, outcome="ok") for each in received
    ]
    encoded = [msgspec.Raw(intake.encode_verdict(each)) for each in verdicts]
    reply = ScanReply(verdicts=encoded, acked_seq=received[-1].seq, cursor=0, server_time=clock.now())
    return Response(msgspec.json.encode(reply), media_type="application/json")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--how", choices=("ceiling", "one"), required=True)
    parser.add_argument("--port", type=int, required=True)
    args = parser.parse_args()
    if args.how == "one":
        intake.chunks = lambda fresh: [[each] for each in fresh]
        flows.SCANS_TOGETHER = 1
        app = build(load())
    else:
        app = Litestar(route_handlers=[answer], openapi_config=None)
    uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
