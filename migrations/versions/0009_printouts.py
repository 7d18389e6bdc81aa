"""printouts

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "badge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegate.id"], name=op.f("fk_badge_delegate_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_badge_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge")),
        sa.UniqueConstraint("event_id", "delegate_id", name=op.f("uq_badge_event_id_delegate_id")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_badge_event_id_key")),
    )
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_badge_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_event_id"), ["event_id"], unique=False)
    op.create_table(
        "printout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.String(length=1000), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["account.id"], name=op.f("fk_printout_created_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_printout_event_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_printout_job_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_printout_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printout")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_printout_event_id_number")),
    )
    with op.batch_alter_table("printout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printout_event_id"), ["event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("printout")
    op.drop_table("badge")
