"""desk

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), nullable=False, server_default="search"))
        batch_op.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("incumbent", sa.JSON(), nullable=True))
    with op.batch_alter_table("schedule") as batch_op:
        batch_op.add_column(sa.Column("certificate", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("schedule") as batch_op:
        batch_op.drop_column("certificate")
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_column("incumbent")
        batch_op.drop_column("options")
        batch_op.drop_column("kind")
