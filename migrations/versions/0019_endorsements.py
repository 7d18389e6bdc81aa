"""publishing by two people

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("needs_second_person", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.create_table(
        "endorsement",
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_endorsement_account_id")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_endorsement_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint(
            "schedule_id", "account_id", "edit", name=op.f("uq_endorsement_schedule_id_account_id_edit")
        ),
    )
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_endorsement_schedule_id"), ["schedule_id"], unique=False)


def downgrade() -> None:
    op.drop_table("endorsement")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("needs_second_person")
