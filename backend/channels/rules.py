"""What the settings of a channel say: which carrier a way of shipping means, which payment is cash on delivery."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from backend.channels.reading import SHOP_ZONE, as_object
from backend.orders.incoming import clean, fold

COD_METHODS = frozenset({"cod", "cash_on_delivery", "cashondelivery", "dobirka", "dobierka", "utanvet"})
COD_TITLES = (
    "dobirk", "na dobirk", "platba na dobirk", "platba dobirk", "dobierk", "na dobierk", "platba na dobierk",
    "platba dobierk", "platba pri prevz", "platba pri dorucen", "utanvet", "cash on delivery", "nachnahme",
    "za pobraniem",
)  # fmt: skip
"""How a way of paying begins that is called by hand: many shops pay at the door by a gateway of their own making."""
PICKUP_META = (
    "packetery_point_id", "_packetery_point_id", "pickup_point_id", "_pickup_point_id", "zasilkovna_id_pobocky",
    "zasilkovna-pickup-point-id", "wc_dpd_parcelshop_pus_id", "wc_dpd_parcelshop_id", "_dpd_parcelshop_id",
    "_gls_pickup_info", "_gls_package_point", "foxpost_woo_parcel_apt_id", "_vp_woo_pont_point_id", "_postapont",
    "_pickpack_package_point", "_paczkomat_id", "paczkomat_key",
)  # fmt: skip
"""Where plugins for Packeta, DPD, GLS, Foxpost, MPL, Pick Pack Pont and InPost keep the point that the buyer chose."""


class ChannelRules(msgspec.Struct, frozen=True):
    """Read leniently from the settings: a wrong entry counts as absent."""

    shipping: dict[str, tuple[str, str]]
    """Way of shipping, lower case -> carrier code, service code."""
    otherwise: tuple[str, str]
    """For every way that is not named; empty codes hold the order."""
    states: dict[str, str]
    """The shop's own order states -> open, unpaid, or the name of an end."""
    cod_methods: frozenset[str]
    pickup_meta: tuple[str, ...]
    zone: str

    def carrier_of(self, ways: Iterable[str]) -> tuple[str, str]:
        """Carrier and service of the first way that is named in the settings."""
        for way in ways:
            found = self.shipping.get(way.strip().lower())
            if found is not None:
                return found
        return self.otherwise

    def is_cod(self, method: str, title: str = "") -> bool:
        """By the name that programs use, or by the one that people read."""
        return method.strip().lower() in self.cod_methods or fold(title).startswith(COD_TITLES)


def read_rules(settings: Mapping[str, Any]) -> ChannelRules:
    """Settings: `shipping` {way: {carrier, service}}, `default` {carrier, service}, `states` {name: open|unpaid|...},
    `cod_methods` [..], `pickup_meta` [..], `timezone`."""
    named = as_object(settings.get("shipping"))
    default = settings.get("default") or settings.get("default_shipping") or named.get("default")
    shipping = {clean(way).lower(): pair for way, value in named.items() if (pair := _pair(value))[0]}
    states = {clean(name).lower(): clean(meaning) for name, meaning in as_object(settings.get("states")).items()}
    return ChannelRules(
        shipping=shipping,
        otherwise=_pair(default),
        states=states,
        cod_methods=COD_METHODS | {clean(each).lower() for each in settings.get("cod_methods") or ()},
        pickup_meta=(*(clean(each) for each in settings.get("pickup_meta") or ()), *PICKUP_META),
        zone=clean(settings.get("timezone")) or SHOP_ZONE,
    )


def _pair(value: Any) -> tuple[str, str]:
    found = as_object(value)
    return clean(found.get("carrier")), clean(found.get("service"))
