"""Requirements of buyers and capabilities of suppliers.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requirement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "direct_material",
                "indirect_mro",
                "service",
                "tooling",
                "project",
                "technology",
                name="requirementkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("material", sa.String(length=200), nullable=False),
        sa.Column("dimensions", sa.String(length=200), nullable=False),
        sa.Column("annual_quantity", sa.BigInteger(), nullable=True),
        sa.Column(
            "unit",
            sa.Enum(
                "pieces",
                "kilograms",
                "tonnes",
                "metres",
                "square_metres",
                "litres",
                "sets",
                "hours",
                "services",
                name="unit",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "value_band",
            sa.Enum(
                "under_1", "1_to_5", "5_to_20", "20_to_100", "over_100", name="valueband", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("lot_size", sa.BigInteger(), nullable=True),
        sa.Column("target_start", sa.Date(), nullable=True),
        sa.Column("sample_date", sa.Date(), nullable=True),
        sa.Column(
            "current_source",
            sa.Enum("import", "domestic", "new", name="currentsource", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("import_country", sa.String(length=2), nullable=False),
        sa.Column(
            "tooling",
            sa.Enum("buyer_owned", "supplier", "to_agree", name="tooling", native_enum=False, length=32),
            nullable=True,
        ),
        sa.Column("delivery_state", sa.String(length=80), nullable=False),
        sa.Column("delivery_city", sa.String(length=120), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=True),
        sa.Column("must_certificates", sa.JSON(), nullable=False),
        sa.Column("preferred_certificates", sa.JSON(), nullable=False),
        sa.Column("accepts_in_progress", sa.Boolean(), nullable=False),
        sa.Column("scian_wanted", sa.JSON(), nullable=False),
        sa.Column("size_wanted", sa.JSON(), nullable=False),
        sa.Column("max_distance_km", sa.Integer(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("nda_needed", sa.Boolean(), nullable=False),
        sa.Column("drawing_available", sa.Boolean(), nullable=False),
        sa.Column("urgency", sa.Enum("now", "6m", "12m", name="urgency", native_enum=False, length=32), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum("public", "approved", "requested", name="visibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "in_review",
                "published",
                "covered",
                "closed_no_supplier",
                "withdrawn",
                "expired",
                name="requirementstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "close_reason",
            sa.Enum(
                "found_here",
                "found_elsewhere",
                "no_certificate",
                "no_capacity",
                "no_process",
                "price",
                "distance",
                "not_needed",
                "other",
                name="closereason",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("close_text", sa.String(length=500), nullable=False),
        sa.Column("review_note", sa.String(length=500), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "annual_quantity IS NULL OR annual_quantity >= 0", name=op.f("ck_requirement_annual_quantity")
        ),
        sa.CheckConstraint(
            "max_distance_km IS NULL OR max_distance_km > 0", name=op.f("ck_requirement_max_distance_km")
        ),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_requirement_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("registration_id", "number", name=op.f("uq_requirement_registration_id_number")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_status"), ["status"], unique=False)

    op.create_table(
        "capability",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("machines", sa.JSON(), nullable=False),
        sa.Column("monthly_capacity", sa.BigInteger(), nullable=True),
        sa.Column(
            "unit",
            sa.Enum(
                "pieces",
                "kilograms",
                "tonnes",
                "metres",
                "square_metres",
                "litres",
                "sets",
                "hours",
                "services",
                name="unit",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("utilisation_pct", sa.Integer(), nullable=True),
        sa.Column("min_lot", sa.BigInteger(), nullable=True),
        sa.Column("tolerance", sa.String(length=120), nullable=False),
        sa.Column("materials", sa.String(length=300), nullable=False),
        sa.Column("main_customers", sa.String(length=500), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column(
            "verification",
            sa.Enum(
                "declared",
                "document_checked",
                "site_visited",
                "rejected",
                name="verification",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("verified_by_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "suspended",
                "withdrawn",
                "expired",
                name="capabilitystatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("review_note", sa.String(length=500), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "monthly_capacity IS NULL OR monthly_capacity >= 0", name=op.f("ck_capability_monthly_capacity")
        ),
        sa.CheckConstraint(
            "utilisation_pct IS NULL OR utilisation_pct BETWEEN 0 AND 100", name=op.f("ck_capability_utilisation_pct")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_capability_company_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["account.id"], name=op.f("fk_capability_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_capability_company_id_number")),
    )
    with op.batch_alter_table("capability", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capability_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_capability_status"), ["status"], unique=False)


def downgrade() -> None:
    op.drop_table("capability")
    op.drop_table("requirement")
