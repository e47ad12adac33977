"""Records of visits begin with a mask of what is known. Those of before stay as they are and are
read as ever.

An earlier version cannot read the records of now, so the step back writes them in full again.
"""

import msgspec
import sqlalchemy as sa
from alembic import op

from floorpulse.contracts.visit_records import decode_visit

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PORTION = 10_000
STORED = sa.text(
    "SELECT partition, tenant, contact, visit, body FROM visit WHERE (partition, tenant, contact, "
    "visit) > (:p, :t, :c, :v)"
    " ORDER BY partition, tenant, contact, visit LIMIT :portion"
)
WRITE = sa.text(
    "UPDATE visit SET body = :body"
    " WHERE partition = :p AND tenant = :t AND contact = :c AND visit = :v"
)
encode = msgspec.msgpack.Encoder().encode


def upgrade() -> None:
    """Nothing to write: both kinds of records are read."""


def downgrade() -> None:
    """Write every record as the array of all fields."""
    place = {"p": -1, "t": "", "c": "", "v": -1}
    while portion := op.get_bind().execute(STORED, {**place, "portion": PORTION}).all():
        place = dict(zip("ptcv", portion[-1], strict=False))
        op.get_bind().execute(
            WRITE,
            [
                dict(zip("ptcv", row, strict=False)) | {"body": encode(decode_visit(row[-1]))}
                for row in portion
            ],
        )
