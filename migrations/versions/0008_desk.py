"""desk

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=32), nullable=False, server_default="search"))
        batch_op.add_column(sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("incumbent", sa.JSON(), nullable=True))
    with op.batch_alter_table("schedule") as batch_op:
        batch_op.add_column(sa.Column("certificate", sa.JSON(), nullable=True))
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("edit", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("of_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_step_account_id_account")),
        sa.ForeignKeyConstraint(["of_id"], ["step.id"], name=op.f("fk_step_of_id_step"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_step_schedule_id_schedule"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("schedule_id", "edit", name=op.f("uq_step_schedule_id_edit")),
    )
    op.create_index("ix_step_schedule_account", "step", ["schedule_id", "account_id"])
    op.create_table(
        "presence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_presence_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_presence_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("event_id", "account_id", name=op.f("uq_presence_event_id_account_id")),
    )


def downgrade() -> None:
    op.drop_table("presence")
    op.drop_index("ix_step_schedule_account", table_name="step")
    op.drop_table("step")
    with op.batch_alter_table("schedule") as batch_op:
        batch_op.drop_column("certificate")
    with op.batch_alter_table("run") as batch_op:
        batch_op.drop_column("incumbent")
        batch_op.drop_column("options")
        batch_op.drop_column("kind")
