"""Our own codes: `L.A-04-2.K`, a letter for the kind, the body, and a check character over all before it.

Only `0-9 A-X - .` are printed. Y and Z swap silently under Czech, Slovak and Hungarian keyboards, so they are not in
the alphabet; what these layouts do to digits and to `-` can be undone, and the check character proves that it was. The
check is ISO 7064 mod 37,36 over exactly these 36 characters, in the order of `ALPHABET`: every single wrong character
and nearly every swap of neighbours is found.
"""

from __future__ import annotations

from backend.gs1.check_digits import mod37_36_character

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWX-."
_ALLOWED = frozenset(ALPHABET)
_BASE34 = ALPHABET[:34]

# kind -> (letter, prefix of the key)
KINDS: dict[str, tuple[str, str]] = {
    "location": ("L", "loc"),
    "tote": ("T", "tote"),
    "cart": ("C", "cart"),
    "badge": ("B", "badge"),
    "station": ("S", "station"),
    "carton": ("K", "carton"),
    "order": ("O", "order"),
    "parcel": ("P", "parcel"),
    "wave": ("W", "wave"),
    "handover": ("H", "handover"),
    "printer": ("R", "printer"),
    "command": ("U", "command"),
    "enrol": ("E", "enrol"),
}
COMMANDS = ("undo", "done", "skip", "short")
_BY_LETTER = {letter: (kind, prefix) for kind, (letter, prefix) in KINDS.items()}


def build_own_code(kind: str, body: str) -> str:
    """The text to print for a code of `kind` (see KINDS). `body` is put in capitals.

    ValueError when the kind is unknown, the body is empty or has a character outside `0-9 A-X - .`, or a command is
    none of COMMANDS.
    """
    if kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(KINDS)}, got {kind}")
    body = body.upper()
    wrong = next((character for character in body if character not in _ALLOWED), None)
    if not body or wrong is not None:
        got = "nothing" if not body else f"{wrong} in {body}"
        raise ValueError(f"expected only 0-9, A-X, - and . (Y and Z swap on Czech keyboards), got {got}")
    if kind == "command" and body.lower() not in COMMANDS:
        raise ValueError(f"expected one of {', '.join(COMMANDS)}, got {body.lower()}")
    start = f"{KINDS[kind][0]}.{body}."
    return start + mod37_36_character(start, ALPHABET)


def own_code_key(kind: str, body: str) -> str:
    """The scan key of an own code: "loc:A-04-2"."""
    return f"{KINDS[kind][1]}:{body.lower() if kind == 'command' else body.upper()}"


def read_own_code(text: str) -> tuple[str, str, str | None] | None:
    """(kind, key, error) of a text shaped like an own code, None for any other text.

    The key is empty when the check character or the command is wrong.
    """
    text = text.upper()
    if len(text) < 5 or text[1] != "." or text[-2] != "." or text[0] not in _BY_LETTER or not _ALLOWED.issuperset(text):
        return None
    kind, prefix = _BY_LETTER[text[0]]
    body = text[2:-2]
    wanted = mod37_36_character(text[:-1], ALPHABET)
    if wanted != text[-1]:
        sentence = (
            f"expected check character {wanted} after {text[:-1]}, got {text[-1]}. Scan again or print a new label."
        )
        return kind, "", f"CHECK_CHARACTER_WRONG: {sentence}"
    if kind != "command":
        return kind, f"{prefix}:{body}", None
    if body.lower() not in COMMANDS:
        return (
            kind,
            "",
            f"UNKNOWN_COMMAND: expected one of {', '.join(COMMANDS)}, got {body.lower()}. Print a new label.",
        )
    return kind, f"{prefix}:{body.lower()}", None


def badge_body(random_bytes: bytes) -> str:
    """A badge's body from at least 16 random bytes: letters and digits only, so that it reads aloud."""
    if len(random_bytes) < 16:
        raise ValueError(f"expected at least 16 random bytes for a badge, got {len(random_bytes)}")
    number = int.from_bytes(random_bytes, "big")
    # 34 ** 26 is above 2 ** 128; longer input gets the places it needs.
    places = -(-len(random_bytes) * 8 * 1000 // 5087)
    body = ""
    for _ in range(places):
        number, digit = divmod(number, 34)
        body += _BASE34[digit]
    return body
