"""Check digits and check characters of every code family the floor meets.

Each function returns what *should* stand there; comparing is the caller's job, so a refusal can always say what was
expected and what came. Rules: GS1 General Specifications (mod 10, alphanumeric pair), UPU S10, ISO 7064 (mod 37,36 and
mod 97), and the carriers' own as checked on real parcel numbers.
"""

from __future__ import annotations

CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
DPD_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_CSET82_VALUE = {character: value for value, character in enumerate(CSET82)}
_PAIR_PRIMES = tuple(n for n in range(2, 510) if all(n % divisor for divisor in range(2, int(n**0.5) + 1)))
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_CZECH_POST_WEIGHTS = (1, 8, 6, 4, 2, 3, 5, 9, 7)


def is_digits(text: str) -> bool:
    """True for one or more ASCII digits; str.isdigit alone would let superscripts and Arabic digits through."""
    return text.isascii() and text.isdigit()


def mod10_digit(body: str) -> str:
    """GS1 check digit of a body without it: weights 3, 1 from the right. `body` must be ASCII digits."""
    values = body.encode()
    total = 3 * sum(values[-1::-2]) + sum(values[-2::-2])
    # Each byte is 48 too high; taking that out of the sum is cheaper than taking it out of each digit.
    total -= 48 * (3 * ((len(values) + 1) // 2) + len(values) // 2)
    return str(-total % 10)


def mod10_fits(digits: str) -> bool:
    """True when the last digit is the GS1 check digit of the rest."""
    values = digits.encode()
    total = 3 * sum(values[-2::-2]) + sum(values[-1::-2])
    total -= 48 * (3 * (len(values) // 2) + (len(values) + 1) // 2)
    return total % 10 == 0


def alphanumeric_pair(body: str) -> str:
    """The two check characters of a GS1 alphanumeric key (GMN, AI 8013). KeyError outside character set 82, ValueError when too long."""
    if len(body) > len(_PAIR_PRIMES):
        raise ValueError(f"expected at most {len(_PAIR_PRIMES)} characters before the pair, got {len(body)}")
    primes = reversed(_PAIR_PRIMES[: len(body)])
    total = sum(_CSET82_VALUE[character] * prime for character, prime in zip(body, primes, strict=True)) % 1021
    return CSET32[total >> 5] + CSET32[total & 31]


def _post_digit(body: str, weights: tuple[int, ...]) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return str({0: 5, 1: 0}.get(rest, 11 - rest))


def s10_digit(body: str) -> str:
    """UPU S10 check digit of the eight serial digits."""
    return _post_digit(body, _S10_WEIGHTS)


def czech_post_digit(body: str) -> str:
    """Czech Post domestic check digit of the nine digits after the two letters."""
    return _post_digit(body, _CZECH_POST_WEIGHTS)


def mod37_36_character(body: str, alphabet: str) -> str:
    """ISO 7064 mod 37,36 hybrid check character over any alphabet of 36 characters. ValueError outside it."""
    product = 36
    for character in body:
        product = (product + alphabet.index(character)) % 36 or 36
        product = product * 2 % 37
    return alphabet[(37 - product) % 36]


def ups_digit(body: str) -> str:
    """UPS check digit of the 15 characters after 1Z: weights 1, 2 from the left, letters count from A as 2, mod 10."""
    values = (int(character) if character.isdigit() else ord(character) - 63 for character in body)
    return str(-sum(value * (1 + place % 2) for place, value in enumerate(values)) % 10)


def gls_digit(body: str) -> str:
    """GLS check digit as printed in CZ and HU: weights 3, 1 from the right, plus one. Advisory: others differ."""
    return str((int(mod10_digit(body)) - 1) % 10)


def iban_rest(iban: str) -> int:
    """ISO 7064 mod 97 of an IBAN, 1 when its check digits fit. `iban` must be 0-9 A-Z."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97
