"""What stands on a label that we draw ourselves: the fields of the template `parcel`, from a booked consignment."""

from typing import Any

from backend.shipping.carrier import Address, BookedParcel, Consignment

SHORT, WORDING = 60, 200


def label_fields(
    consignment: Consignment, booked: BookedParcel, *, carrier_name: str, service_name: str, language: str
) -> dict[str, Any]:
    """Fields for one parcel; long texts of buyers are cut to what the label takes. Cash is on the first parcel only."""
    parcel = next(each for each in consignment.parcels if each.number == booked.number)
    return {
        "language": language, "parcel_code": booked.code, "parcel_number": parcel.number, "carrier": carrier_name[:SHORT],
        "service": service_name[:SHORT], "sender": address_fields(consignment.sender),
        "recipient": address_fields(consignment.recipient), "weight_g": parcel.weight_g, "route": booked.route[:SHORT],
        "piece": parcel.position, "pieces": len(consignment.parcels), "order_number": consignment.order_number[:SHORT],
        "cod_minor": consignment.cod_minor if parcel.position == 1 else None, "currency": consignment.currency,
        "note": consignment.note[:WORDING],
    }  # fmt: skip


def address_fields(address: Address) -> dict[str, str]:
    return {
        "name": address.name[:WORDING], "company": address.company[:WORDING], "street": address.street[:WORDING],
        "postcode": address.zip[:SHORT], "city": address.city[:WORDING], "country": address.country[:SHORT],
        "phone": address.phone[:SHORT],
    }  # fmt: skip
