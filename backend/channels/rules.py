"""What the settings of a channel say: which carrier a way of shipping means, which payment is cash on delivery."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from backend.channels.reading import SHOP_ZONE, as_object
from backend.orders.incoming import clean

COD_METHODS = frozenset({"cod", "cash_on_delivery", "cashondelivery", "dobirka", "dobierka", "utanvet"})
PICKUP_META = ("packetery_point_id", "_packetery_point_id", "pickup_point_id", "_pickup_point_id")


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

    def is_cod(self, method: str) -> bool:
        return method.strip().lower() in self.cod_methods


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
        pickup_meta=(*PICKUP_META, *(clean(each) for each in settings.get("pickup_meta") or ())),
        zone=clean(settings.get("timezone")) or SHOP_ZONE,
    )


def _pair(value: Any) -> tuple[str, str]:
    found = as_object(value)
    return clean(found.get("carrier")), clean(found.get("service"))
