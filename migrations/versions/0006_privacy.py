"""Privacy: notices, consents over time, requests about personal data, data on their way out.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("private", "public", name="noticekind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("simplified", sa.String(length=2000), nullable=False),
        sa.Column("full", sa.String(length=20000), nullable=False),
        sa.Column("necessary", sa.JSON(), nullable=False),
        sa.Column("voluntary", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_privacy_notice_organization_id")
        ),
        sa.ForeignKeyConstraint(["published_by_id"], ["account.id"], name=op.f("fk_privacy_notice_published_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_notice")),
        sa.UniqueConstraint("organization_id", "version", name=op.f("uq_privacy_notice_organization_id_version")),
    )
    op.create_index(op.f("ix_privacy_notice_organization_id"), "privacy_notice", ["organization_id"])
    op.create_table(
        "consent_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("notice_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_change_account_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_consent_change_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_change")),
    )
    op.create_index(op.f("ix_consent_change_registration_id"), "consent_change", ["registration_id"])
    op.create_table(
        "arco_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "access",
                "rectification",
                "cancellation",
                "opposition",
                name="arcokind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum("received", "granted", "denied", "done", name="arcostatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("carry_out_due_on", sa.Date(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_arco_request_account_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name=op.f("fk_arco_request_answered_by_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_arco_request_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arco_request")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_arco_request_organization_id_number")),
    )
    op.create_index(op.f("ix_arco_request_organization_id"), "arco_request", ["organization_id"])
    op.create_index(op.f("ix_arco_request_account_id"), "arco_request", ["account_id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.JSON(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suppress_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suppressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_erasure_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("account_id", name=op.f("uq_erasure_account_id")),
    )
    op.create_index(op.f("ix_erasure_suppress_at"), "erasure", ["suppress_at"])


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_table("arco_request")
    op.drop_table("consent_change")
    op.drop_table("privacy_notice")
