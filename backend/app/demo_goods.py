"""The demo's shelf: about 300 products of a small Czech shop with teas, coffee, spices and things for the kitchen.

Every GTIN lies in the range 952 that GS1 keeps for examples, so no code collides with real goods.
"""

import msgspec

from backend.gs1.check_digits import mod10_digit


class DemoProduct(msgspec.Struct, frozen=True):
    """`price` in haléře with tax; `case_pieces` is 0 where the goods come in no case."""

    sku: str
    name: str
    weight_g: int
    price: int
    zone: str
    gtin: str
    case_gtin: str = ""
    case_pieces: int = 0
    inner_gtin: str = ""
    inner_pieces: int = 0


_TEAS = ("Zelený čaj Sencha", "Zelený čaj Gunpowder", "Černý čaj Assam", "Černý čaj Darjeeling", "Černý čaj Earl Grey",
         "Bílý čaj Pai Mu Tan", "Oolong Tie Guan Yin", "Rooibos vanilka", "Honeybush pomeranč", "Maté zelené",
         "Lesní směs", "Heřmánek květ", "Máta peprná", "Meduňka", "Lípa květ", "Šípek drcený", "Ibišek květ",
         "Zázvor a citron")  # fmt: skip
_TEA_PACKS = (("sáček 50 g", 60, 7900), ("sáček 100 g", 115, 13900), ("dóza 150 g", 290, 23900),
              ("20 nálevových sáčků", 45, 6900))  # fmt: skip
_COFFEES = ("Brazílie Santos", "Etiopie Sidamo", "Kolumbie Supremo", "Guatemala Antigua", "Espresso směs", "Bez kofeinu",
            "Keňa AA", "Indie Monsooned")  # fmt: skip
_COFFEE_PACKS = (("zrnková 250 g", 265, 18900), ("zrnková 1 kg", 1030, 59900), ("mletá 250 g", 265, 19400))
_SPICES = ("Skořice mletá", "Skořice celá", "Kardamom", "Badyán", "Hřebíček", "Kmín celý", "Kmín mletý", "Koriandr",
           "Kurkuma", "Paprika sladká", "Paprika uzená", "Pepř černý celý", "Pepř černý mletý", "Nové koření",
           "Bobkový list", "Majoránka", "Tymián", "Oregano", "Bazalka", "Rozmarýn", "Kari Madras", "Garam masala",
           "Římský kmín", "Chilli drcené", "Vanilkový lusk", "Šafrán 1 g", "Muškátový květ", "Zázvor mletý")  # fmt: skip
_SPICE_PACKS = (("sáček 25 g", 30, 3900), ("dóza 90 g", 150, 9900))
_KITCHEN = (("Hrnek smaltovaný", ("bílý", "modrý", "červený", "zelený", "s puntíky"), 320, 14900),
            ("Konvička skleněná", ("0,6 l", "0,9 l", "1,2 l"), 540, 44900),
            ("Sítko na čaj", ("nerez malé", "nerez velké", "s kolíčkem"), 40, 9900),
            ("Dóza plechová", ("100 g", "250 g", "500 g", "1 kg"), 160, 11900),
            ("Utěrka lněná", ("přírodní", "modrý proužek", "červený proužek"), 90, 15900),
            ("Vařečka buková", ("kulatá 25 cm", "kulatá 30 cm", "s dírou", "plochá"), 60, 4900),
            ("Prkénko dubové", ("malé", "střední", "velké"), 700, 32900),
            ("Zavařovací sklenice", ("0,35 l", "0,5 l", "0,7 l", "1 l"), 280, 3900),
            ("Filtry do kávovaru", ("č. 2, 80 ks", "č. 4, 80 ks", "V60, 40 ks"), 120, 6900),
            ("Mlýnek na koření", ("skleněný", "dřevěný", "keramický"), 260, 24900),
            ("Svíčka z včelího vosku", ("malá", "střední", "velká"), 130, 8900),
            ("Med květový", ("250 g", "500 g", "950 g"), 400, 12900),
            ("Med lesní", ("250 g", "500 g", "950 g"), 400, 14900),
            ("Marmeláda", ("jahoda", "meruňka", "rybíz", "borůvka", "višeň", "šípek"), 330, 9900),
            ("Čokoláda 70 %", ("hořká", "s pomerančem", "s mátou", "se solí", "s chilli"), 85, 7900),
            ("Sušenky", ("máslové", "kakaové", "zázvorové", "ovesné", "linecké"), 180, 6900),
            ("Sirup", ("bezový", "malinový", "zázvorový", "mátový", "levandulový"), 720, 12900),
            ("Sůl", ("mořská jemná", "mořská hrubá", "himálajská", "černá"), 520, 5900),
            ("Olej", ("olivový 0,5 l", "řepkový 1 l", "lněný 0,25 l", "dýňový 0,25 l"), 620, 18900))  # fmt: skip

_GIFTS = ("s medem", "s hrnkem", "se sítkem", "s čokoládou", "s konvičkou")
PRODUCTS = 300


def gtin13(number: int) -> str:
    """The example GTIN-13 with running number `number` (0..99,999)."""
    body = f"9520000{number:05d}"
    return body + mod10_digit(body)


def gtin14_case(number: int, indicator: int = 1) -> str:
    """The GTIN-14 of a case or inner pack of the product with running number `number`."""
    body = f"{indicator}9520000{number:05d}"
    return body + mod10_digit(body)


def demo_products() -> list[DemoProduct]:
    """The whole shelf; the same at every start."""
    found: list[DemoProduct] = []

    def add(prefix: str, name: str, weight_g: int, price: int, zone: str, case: int = 0, inner: int = 0) -> None:
        number = len(found) + 1
        found.append(
            DemoProduct(
                f"{prefix}-{number:03d}", name, weight_g, price, zone, gtin13(number),
                gtin14_case(number, 3) if case else "", case, gtin14_case(number, 1) if inner else "", inner,
            )
        )  # fmt: skip

    for tea in _TEAS:
        for pack, weight_g, price in _TEA_PACKS:
            add(
                "CAJ",
                f"{tea}, {pack}",
                weight_g,
                price,
                "A",
                24 if "nálev" in pack else 12,
                6 if "nálev" in pack else 0,
            )
    for coffee in _COFFEES:
        for pack, weight_g, price in _COFFEE_PACKS:
            add("KAV", f"Káva {coffee}, {pack}", weight_g, price, "A", 10 if weight_g < 500 else 6)
    for spice in _SPICES:
        for pack, weight_g, price in _SPICE_PACKS:
            add("KOR", f"{spice}, {pack}", weight_g, price, "B", 20 if weight_g < 100 else 12)
    for thing, kinds, weight_g, price in _KITCHEN:
        for place, kind in enumerate(kinds):
            add(
                "KUCH", f"{thing}, {kind}", weight_g + 40 * place, price + 2000 * place, "C", 6 if weight_g < 400 else 0
            )
    for number, (tea, extra) in enumerate((tea, extra) for extra in _GIFTS for tea in _TEAS):
        if len(found) == PRODUCTS:
            break
        add("DAR", f"Dárkový balíček: {tea} {extra}", 480 + 15 * number, 29900 + 500 * number, "C")
    return found
