"""What spreadsheets make of exact amounts: they reckon in binary fractions of 15 digits, and round
halves away from zero only.

A formula is written where it comes to the exact amount there too; else the amount itself is, so
that no total of a workbook differs from the statement.

half up    1.005 is 1.00499…; ROUND first takes it as the decimal of 15 digits that it stands for
half even  ROUND knows no even digit; half of the number, rounded and doubled, finds it
up, down   0.1 + 0.2 is 0.30000000000000004, which ROUNDUP would make 0.4: noise goes first
"""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Context, Decimal

from floorpulse.definitions.domain.contract_words import RoundingMode
from floorpulse.reports.workbook.tables import Formula

DIGITS = 15
"""That a cell keeps of a number"""
NOISE = 10
"""Decimal places; what lies behind them is noise of binary fractions"""
NEAR = Decimal("1e-9")
"""How near a cell that is not rounded must come"""


def is_kept(value: Decimal) -> bool:
    """Whether a cell keeps all digits of a number."""
    return len(value.normalize().as_tuple().digits) <= DIGITS


def cell_number(value: float) -> Decimal:
    """The decimal number that a cell shows for a binary one."""
    return Context(prec=DIGITS).create_decimal(repr(value)) if value else Decimal(0)


def cell_round(value: float, places: int, mode: str = ROUND_HALF_UP) -> float:
    """What ROUND, ROUNDUP and ROUNDDOWN come to."""
    return float(cell_number(value).quantize(Decimal(1).scaleb(-places), mode))


def rounded(text: str, value: float, places: int, mode: RoundingMode) -> tuple[str, float]:
    """A formula that rounds another as a contract says, and what a spreadsheet makes of it."""
    clean = f"ROUND({text},{NOISE})"
    known = cell_round(value, NOISE)
    match mode:
        case RoundingMode.UP:
            return f"ROUNDUP({clean},{places})", cell_round(known, places, ROUND_UP)
        case RoundingMode.DOWN:
            return f"ROUNDDOWN({clean},{places})", cell_round(known, places, ROUND_DOWN)
        case RoundingMode.HALF_UP:
            return f"ROUND({clean},{places})", cell_round(known, places)
        case RoundingMode.HALF_EVEN:
            even = f"2*ROUND({clean}*{10**places}/2,0)/{10**places}"
            tied = 2 * cell_round(known * 10**places / 2, 0) / 10**places
        case RoundingMode.HALF_DOWN:
            even = f"ROUNDDOWN({clean},{places})"
            tied = cell_round(known, places, ROUND_DOWN)
    rest = f"ROUND(ABS({clean})*{10**places}-INT(ROUND(ABS({clean})*{10**places},6)),6)"
    is_tie = cell_round(abs(known) * 10**places % 1, 6) == 0.5  # noqa: PLR2004  the tie
    whole = f"IF({rest}=0.5,{even},ROUND({clean},{places}))"
    return whole, tied if is_tie else cell_round(known, places)


def formula(value: Decimal, *candidates: tuple[str, float]) -> Formula | Decimal:
    """The first formula that comes to a value in a spreadsheet; the value itself where none does.
    Each comes with what a spreadsheet makes of it.
    """
    for text, found in candidates:
        near = max(NEAR, abs(value).scaleb(2 - DIGITS))
        if is_kept(value) and abs(cell_number(found) - value) <= near:
            return Formula(text, value)
    return value


def amount(
    value: Decimal, text: str, found: float, rounding: tuple[int, RoundingMode] | None
) -> Formula | Decimal:
    """The formula of an amount, rounded where the contract rounds lines."""
    if rounding is None:
        return formula(value, (text, found))
    return formula(value, rounded(text, found, *rounding))
