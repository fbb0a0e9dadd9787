"""`rampa label`: draw a label from JSON to a file, or list the labels with example data."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from backend.documents.api import label_examples, render_label, render_label_run
from backend.documents.templates import template_of, templates
from backend.platform.errors import Problem

_DATA_BYTES_MAX = 10_000_000


def add_commands(commands: Any) -> None:
    """`commands`: the argparse sub-parsers of `rampa`."""
    label = commands.add_parser(
        "label",
        help="draw a label from JSON",
        description="Draw a label. `rampa label --list` shows every label with example data.",
    )
    label.add_argument("template", nargs="?", help="which label, see --list")
    label.add_argument(
        "data", nargs="?", help="JSON file with the label's data, or a list of them for a run; - for standard input"
    )
    label.add_argument("--format", choices=("zpl", "png", "pdf"), default="zpl")
    label.add_argument("--dpi", type=int, default=203, help="203, 300 or 600 (default 203)")
    label.add_argument("-o", "--output", default="-", metavar="FILE", help="where to write, - for standard output")
    label.add_argument("--list", action="store_true", help="labels with their media and example JSON")
    label.add_argument("--example", action="store_true", help="print the example JSON of TEMPLATE, ready to edit")
    label.set_defaults(run=run_label)


def run_label(args: argparse.Namespace) -> int:
    if args.list:
        for code, example in label_examples().items():
            template = templates()[code]
            print(f"{code} ({template.media.width_mm:g} x {template.media.height_mm:g} mm): {template.title}")
            print("  " + json.dumps(example, ensure_ascii=False))
        return 0
    if args.template is None or (args.data is None and not args.example):
        raise Problem(
            "LABEL_ARGUMENTS",
            "Expected TEMPLATE and DATA.json, got too few arguments; see rampa label --list.",
        )
    if args.example:
        print(json.dumps(template_of(args.template).example, ensure_ascii=False, indent=2))
        return 0
    template_of(args.template)  # before waiting for standard input
    read = _read_json(args.data)
    make = render_label_run if isinstance(read, list) else render_label
    content = make(args.template, read, args.format, args.dpi)
    _write(args.output, content)
    return 0


def _read_json(name: str) -> Any:
    try:
        raw = sys.stdin.buffer.read(_DATA_BYTES_MAX + 1) if name == "-" else Path(name).read_bytes()
        if len(raw) > _DATA_BYTES_MAX:
            raise Problem("LABEL_DATA", f"Expected at most {_DATA_BYTES_MAX} bytes of JSON, got more; shorten {name}.")
        content = json.loads(raw)
    except OSError as error:
        raise Problem("LABEL_DATA", f"Expected a JSON file, got {name}: {error.strerror}; check the path.") from None
    except (ValueError, RecursionError) as error:
        raise Problem("LABEL_DATA", f"Expected JSON in {name}, got no JSON ({error}); correct the file.") from None
    rows = content if isinstance(content, list) and content else [content]
    wrong = next((type(row).__name__ for row in rows if not isinstance(row, dict)), "")
    if wrong:
        raise Problem("LABEL_DATA", f"Expected a JSON object, or a list of them, in {name}, got {wrong}; see --list.")
    return content


def _write(name: str, content: bytes) -> None:
    if name == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise Problem("LABEL_OUTPUT", f"Expected to write {name}, got {error.strerror}; choose another file.") from None
