"""Countries as people write them: tables of shops say Slovensko or SVK where ISO 3166-1 says SK."""

from typing import Any

from backend.orders.incoming import clean, fold

_NAMES = {
    "CZ": ("cze", "cesko", "ceska republika", "czechia", "czech republic", "csehorszag", "tschechien"),
    "SK": ("svk", "slovensko", "slovenska republika", "slovakia", "slovak republic", "szlovakia", "slowakei"),
    "HU": ("hun", "madarsko", "magyarorszag", "hungary", "ungarn"),
    "PL": ("pol", "polsko", "poland", "polska", "lengyelorszag", "polen"),
    "DE": ("deu", "nemecko", "germany", "deutschland", "nemetorszag"),
    "AT": ("aut", "rakousko", "rakusko", "austria", "osterreich", "ausztria"),
    "RO": ("rou", "rumunsko", "romania"),
    "SI": ("svn", "slovinsko", "slovenia", "slovenija", "szlovenia"),
    "HR": ("hrv", "chorvatsko", "croatia", "hrvatska", "horvatorszag"),
    "UA": ("ukr", "ukrajina", "ukraine", "ukrajna"),
}
_CODES = {name: code for code, names in _NAMES.items() for name in names}


def country_code(value: Any) -> str:
    """Two letters where the country is known; what was written, in capitals, where it is not."""
    written = clean(value)
    return written.upper() if len(written) <= 2 else _CODES.get(fold(written), written.upper())
