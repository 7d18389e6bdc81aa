"""until when a table is closed

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meeting_table", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_meeting_table_closed_in_order"), "closed_at < closed_until")


def downgrade() -> None:
    with op.batch_alter_table("meeting_table", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_table_closed_in_order"), type_="check")
        batch_op.drop_column("closed_until")
