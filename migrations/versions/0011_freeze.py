"""freeze time

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freeze_hours", sa.Integer(), server_default="48", nullable=False))
        batch_op.create_check_constraint(op.f("ck_event_freeze_hours"), "freeze_hours >= 0")


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_event_freeze_hours"), type_="check")
        batch_op.drop_column("freeze_hours")
