"""weights of an event, and of each version

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("event", "schedule"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("weights", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    for table in ("schedule", "event"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("weights")
