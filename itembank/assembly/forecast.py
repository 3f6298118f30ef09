"""What the bank has for a blueprint while it is written: supply per cell, measured items, information to expect."""

from decimal import Decimal

from examserver.plumbing.work import Work
from itembank.assembly.blueprint import Blueprint
from itembank.assembly.curves import passing_theta, told
from itembank.assembly.demands import mean_form
from itembank.assembly.schemas import CellForecast, Forecast, ShortageView
from itembank.assembly.store import load_specification
from itembank.assembly.supply import check_supply, in_cell, is_usable, units_of
from itembank.assembly.tables import load_pool, uses_within
from itembank.items.state import FORMAL
from itembank.items.tables import load_bank

SHOWN_THETAS = (-2000, -1000, 0, 1000, 2000)


def forecast_of(work: Work, bank_id: str, blueprint: Blueprint) -> Forecast:
    """The forecast for one formal form; raises NoSuchBank or NoSpecificationYet."""
    load_bank(work.session, bank_id)
    uses = uses_within(work.session, bank_id, blueprint, work.now_ms, "")
    pool, _ = load_pool(work.session, bank_id, load_specification(work, bank_id), FORMAL, uses)
    items = [item for unit in units_of(blueprint, pool) if not unit.reserved for item in unit.items]
    measured = [item for item in items if item.curve is not None]
    average = mean_form(blueprint, items)
    theta = passing_theta(average, float(blueprint.cut_score)) if average else None
    limit = blueprint.max_uses
    return Forecast(
        items=len(pool),
        usable=len(items),
        measured=len(measured),
        held_back=sum(limit is not None and item.uses >= limit for item in pool),
        cells=[
            CellForecast(
                area=cell.area,
                type=cell.type,
                cognition=cell.cognition,
                needed=cell.count,
                available=sum(in_cell(item, cell) and is_usable(blueprint, item) for item in items),
            )
            for cell in blueprint.cells
        ],
        theta=None if theta is None else Decimal(theta) / 1000,
        information=[(Decimal(each) / 1000, Decimal(round(told(average, each) * 1000)) / 1000) for each in SHOWN_THETAS]
        if average
        else [],
        shortages=[ShortageView(**vars(one)) for one in check_supply(blueprint, pool, 1)],
    )
