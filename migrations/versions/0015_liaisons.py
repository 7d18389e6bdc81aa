"""liaison of a registration

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("liaison_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_registration_liaison_id"), ["liaison_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_registration_liaison_id"), "account", ["liaison_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_registration_liaison_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_registration_liaison_id"))
        batch_op.drop_column("liaison_id")
