"""Imports of sheets.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sheet_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("rest_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "reading",
                "matching",
                "checking",
                "checked",
                "applying",
                "done",
                "cancelled",
                "failed",
                name="importstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sheets", sa.JSON(), nullable=False),
        sa.Column("is_all_or_nothing", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("problem_count", sa.Integer(), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("total_rows", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=60), nullable=False),
        sa.Column("error_params", sa.JSON(), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sheet_import_event_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_sheet_import_file_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_sheet_import_job_id")),
        sa.ForeignKeyConstraint(["rest_id"], ["stored_file.id"], name=op.f("fk_sheet_import_rest_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["account.id"], name=op.f("fk_sheet_import_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_import")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_sheet_import_event_id_number")),
    )
    with op.batch_alter_table("sheet_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_import_event_id"), ["event_id"], unique=False)


def downgrade() -> None:
    op.drop_table("sheet_import")
