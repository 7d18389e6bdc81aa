"""chairs at a table

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("meeting_table", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chairs", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_meeting_table_chairs"), "chairs > 0")


def downgrade() -> None:
    with op.batch_alter_table("meeting_table", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_table_chairs"), type_="check")
        batch_op.drop_column("chairs")
