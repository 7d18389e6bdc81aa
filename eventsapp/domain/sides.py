"""What the two sides of an event are: buyer and supplier to the rules, other nouns to the people of some programmes."""

from __future__ import annotations

from enum import StrEnum

from eventsapp.domain.values import Side, SideNames


class Noun(StrEnum):
    """What a side of an event can be called."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    FIRM = "firm"
    FINANCIER = "financier"
    CONSULTANT = "consultant"
    UNIVERSITY = "university"


NOUNS: dict[SideNames, dict[Side, Noun]] = {
    SideNames.BUYER_SUPPLIER: {Side.BUYER: Noun.BUYER, Side.SUPPLIER: Noun.SUPPLIER},
    SideNames.FIRM_FINANCIER: {Side.BUYER: Noun.FIRM, Side.SUPPLIER: Noun.FINANCIER},
    SideNames.FIRM_CONSULTANT: {Side.BUYER: Noun.FIRM, Side.SUPPLIER: Noun.CONSULTANT},
    SideNames.COMPANY_UNIVERSITY: {Side.BUYER: Noun.FIRM, Side.SUPPLIER: Noun.UNIVERSITY},
}
