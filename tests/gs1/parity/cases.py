"""Texts for the parity test: every family of code, right and wrong, whole and damaged, made from a seed."""

import random
import string
from collections.abc import Iterator

from backend.gs1.application_identifiers import AIS
from backend.gs1.check_digits import CSET82, czech_post_digit, gls_digit, mod10_digit, s10_digit
from backend.gs1.keyboards import LAYOUT_KEYS, damage_keyboard, swap_case
from backend.gs1.own_codes import ALPHABET, KINDS, build_own_code

SYMBOLS = ("]C1", "]e0", "]d2", "]Q3", "]J1", "]E0", "]E3", "]E4", "]I1", "]C0", "]Q1", "]d1", "]A0", "]X0", "]E1", "]")
COMMON_AIS = ("01", "10", "17", "21", "15", "30", "37", "00", "02", "3103", "11", "240", "7003", "8006", "20", "99")
GARBAGE = string.printable + "áčďéěíňóřšťúůýžĚŠČÖÜÓŐŰÁÉß§´ˇ°¨\x1d\x00\u00a0~^"


class CaseMaker:
    """One stream of cases from one seed; the same seed gives the same cases."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.ais = tuple(AIS)

    def digits(self, length: int) -> str:
        return "".join(self.rng.choices(string.digits, k=length))

    def checked(self, length: int, start: str = "") -> str:
        body = (start + self.digits(length))[: length - 1]
        return body + mod10_digit(body)

    def trade_item(self) -> str:
        length = self.rng.choice((8, 12, 13, 13, 13, 14))
        start = self.rng.choice(("", "", "28", "29", "20", "0", "978", "859"))
        return self.checked(length, start)

    def number(self) -> str:
        return self.digits(self.rng.choice((1, 5, 8, 10, 11, 12, 13, 14, 15, 16, 18, 20, 26, 27, 28, 40)))

    def value(self, ai: str) -> str:
        """A value that is often right: shaped by the AI's components, dates and check digits usually sound."""
        out = ""
        for component in AIS[ai].components:
            if component.optional and self.rng.random() < 0.4:
                break
            names = {name for name, _ in component.checks}
            length = self.rng.randint(component.min_length, component.max_length)
            if "csum" in names:
                piece = self.checked(length)
            elif names & {"yymmd0", "yymmdd"}:
                piece = f"{self.rng.randint(0, 99):02d}{self.rng.randint(1, 12):02d}{self.rng.randint(0, 31):02d}"
            elif names & {"csetnumeric"}:
                piece = self.digits(length)
            else:
                piece = "".join(self.rng.choices(CSET82 if self.rng.random() < 0.2 else "ABC0123456789-", k=length))
            out += piece
        return out

    def element_string(self) -> str:
        pool = COMMON_AIS if self.rng.random() < 0.8 else self.ais
        chosen = self.rng.sample(pool, k=self.rng.randint(1, 4))
        if self.rng.random() < 0.7 and "01" not in chosen:
            chosen.insert(0, "01")
        separator = self.rng.choice(("\x1d", "\x1d", "\x1d", "~", ""))
        parts = [ai + self.value(ai) + ("" if AIS[ai].predefined else separator) for ai in chosen]
        text = "".join(parts)
        return text if self.rng.random() < 0.2 else text.rstrip("\x1d~")

    def bracketed(self) -> str:
        chosen = self.rng.sample(COMMON_AIS, k=self.rng.randint(1, 3))
        return "".join(f"({ai}){self.value(ai)}" for ai in chosen)

    def link(self) -> str:
        host = self.rng.choice(("id.gs1.org", "brand.example.com/some/path", "a.", "a$", "192.0.2.1"))
        key = self.rng.choice(("01", "01", "01", "00", "gtin", "8004", "414", "253"))
        ai = "01" if key == "gtin" else key
        value = self.value(ai)
        if ai == "01" and self.rng.random() < 0.3:
            value = self.checked(13)
        path = f"/{key}/{value}"
        for qualifier in ("22", "10", "21", "235"):
            if self.rng.random() < 0.3:
                path += f"/{qualifier}/{self.value(qualifier)}".replace("%", "%25").replace("?", "%3F")
        query = "&".join(f"{ai}={self.value(ai)}" for ai in self.rng.sample(COMMON_AIS, k=self.rng.randint(0, 2)))
        return f"{self.rng.choice(('https', 'HTTP', 'http'))}://{host}{path}" + (f"?{query}" if query else "")

    def own_address(self) -> str:
        token = "".join(self.rng.choices(string.ascii_letters + string.digits + "-_", k=12))
        shape = self.rng.choice(
            (
                "https://h.example/enrol#{}",
                "https://h.example/h/{}",
                "http://h/x/h/{}/",
                "https://h/enrol/#{}",
                "https://h/{}",
            )
        )
        return shape.format(token)

    def own_code(self) -> str:
        kind = self.rng.choice([kind for kind in KINDS if kind != "command"])
        if self.rng.random() < 0.1:
            return build_own_code("command", self.rng.choice(("undo", "done", "skip", "short")))
        body = "".join(self.rng.choices(ALPHABET, k=self.rng.randint(1, 14)))
        text = build_own_code(kind, body)
        return text.lower() if self.rng.random() < 0.1 else text

    def tracking(self) -> str:
        letters = "".join(self.rng.choices(string.ascii_uppercase, k=2))
        eight, nine, eleven = self.digits(8), self.digits(9), self.digits(11)
        return self.rng.choice(
            (
                f"{letters}{nine}{czech_post_digit(nine)}{self.rng.choice('CBMLFEP')}",
                f"{letters}{eight}{s10_digit(eight)}{self.rng.choice(('CZ', 'SK', 'HU', 'XX', 'GB'))}",
                f"Z{self.digits(10)}",
                f"Z {self.digits(3)} {self.digits(4)} {self.digits(3)}",
                eleven + gls_digit(eleven),
                eleven + mod10_digit(eleven),
                f"{self.digits(14)}{self.rng.choice(string.ascii_uppercase)}",
                f"%{self.digits(27)}",
                f"PN{self.digits(11)}",
                f"JJH{self.digits(17)}",
                f"RL{self.digits(14)}",
            )
        )

    def plain(self) -> str:
        return "".join(self.rng.choices(string.ascii_letters + string.digits + "-_/. ", k=self.rng.randint(1, 24)))

    def garbage(self) -> str:
        return "".join(self.rng.choices(GARBAGE, k=self.rng.randint(0, 24)))

    def spoil(self, text: str) -> str:
        """Sometimes: one character changed, lost or doubled, an AIM prefix, blanks around, a wrong keyboard layout."""
        rng = self.rng
        if text and rng.random() < 0.2:
            at = rng.randrange(len(text))
            text = (
                text[:at]
                + rng.choice(("", text[at] * 2, rng.choice(GARBAGE), rng.choice(string.digits)))
                + text[at + 1 :]
            )
        if rng.random() < 0.35:
            text = rng.choice(SYMBOLS) + text
        if rng.random() < 0.2:
            text = damage_keyboard(text, rng.choice(tuple(LAYOUT_KEYS)))
            text = swap_case(text) if rng.random() < 0.2 else text
        return f" {text}\r\n" if rng.random() < 0.05 else text

    def case(self) -> tuple[str, list[str]]:
        """A text and the keys known meanwhile; one time in four they belong to this text, whole or damaged."""
        make = self.rng.choice(
            (
                self.trade_item, self.trade_item, self.number, self.element_string, self.element_string, self.bracketed,
                self.link, self.own_address, self.own_code, self.own_code, self.tracking, self.tracking, self.plain,
                self.garbage,
            )
        )  # fmt: skip
        text = make()
        known: list[str] = []
        if self.rng.random() < 0.25:
            known = [f"text:{text.upper()}", f"track:{text.upper()}", f"track:{text[:-1]}", f"gtin:{text.zfill(14)}"]
            known = self.rng.sample(known, k=self.rng.randint(1, 3))
        return self.spoil(text), known


def make_cases(seed: int, count: int) -> Iterator[tuple[str, list[str]]]:
    maker = CaseMaker(seed)
    for _ in range(count):
        yield maker.case()
