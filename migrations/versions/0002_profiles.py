"""Profiles of companies: their class, size, sites, certificates and files; what a delegate does and speaks.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

company = sa.table(
    "company", sa.column("id", sa.Uuid()), sa.column("cluster_code"), sa.column("cluster_codes", sa.JSON())
)


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("postal_code", sa.String(length=12), nullable=False),
        sa.Column("plant_area_m2", sa.Integer(), nullable=True),
        sa.Column("shifts", sa.Integer(), nullable=True),
        sa.Column("is_meeting_host", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_site_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_company_id"), ["company_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind", sa.Enum("logo", "certificate", name="filekind", native_enum=False, length=32), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_stored_file_company_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_stored_file_organization_id")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["account.id"], name=op.f("fk_stored_file_uploaded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("certification_code", sa.String(length=40), nullable=False),
        sa.Column("other_name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("coverage", sa.String(length=500), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum("held", "in_progress", name="certificatestage", native_enum=False, length=32),
            nullable=False,
        ),
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
        sa.Column("rejected_reason", sa.String(length=1000), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_on IS NULL OR issued_on <= expires_on", name=op.f("ck_certificate_in_order")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_certificate_company_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_certificate_file_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_certificate_site_id")),
        sa.ForeignKeyConstraint(["verified_by_id"], ["account.id"], name=op.f("fk_certificate_verified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_certification_code"), ["certification_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_verification"), ["verification"], unique=False)

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cluster_codes", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("postal_code", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("latitude", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("longitude", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("scian_code", sa.String(length=6), nullable=True))
        batch_op.add_column(sa.Column("scian_secondary", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("workers", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("annual_sales_mxn", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "size_sector",
                sa.Enum("industry", "commerce", "services", name="sizesector", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "size_class",
                sa.Enum("micro", "small", "medium", "large", name="sizeclass", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "tier",
                sa.Enum(
                    "oem",
                    "tier1",
                    "tier2",
                    "tier3",
                    "raw_material",
                    "tooling",
                    "indirect_mro",
                    "service",
                    "integrator",
                    "not_applicable",
                    name="tier",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("founded_year", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "ownership",
                sa.Enum("mexican", "foreign", "mixed", name="ownership", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("is_women_led", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("export_markets", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("group_name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("logo_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_company_scian_code"), ["scian_code"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_company_logo_id"), "stored_file", ["logo_id"], ["id"])
        batch_op.create_check_constraint("workers", "workers IS NULL OR workers >= 0")
        batch_op.create_check_constraint("sales", "annual_sales_mxn IS NULL OR annual_sales_mxn >= 0")

    _one_to_many()
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_column("cluster_code")

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "department",
                sa.Enum(
                    "purchasing",
                    "sales",
                    "engineering",
                    "quality",
                    "general_management",
                    "logistics",
                    "other",
                    name="department",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "decision_power",
                sa.Enum("decides", "recommends", "informs", name="decisionpower", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("time_zone", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("accessibility_needs", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_column("invited_at")
        batch_op.drop_column("accessibility_needs")
        batch_op.drop_column("time_zone")
        batch_op.drop_column("languages")
        batch_op.drop_column("decision_power")
        batch_op.drop_column("department")

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cluster_code", sa.String(length=16), nullable=True))

    _many_to_one()
    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.drop_constraint("sales", type_="check")
        batch_op.drop_constraint("workers", type_="check")
        batch_op.drop_constraint(batch_op.f("fk_company_logo_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_company_scian_code"))
        batch_op.drop_column("logo_id")
        batch_op.drop_column("group_name")
        batch_op.drop_column("languages")
        batch_op.drop_column("export_markets")
        batch_op.drop_column("is_women_led")
        batch_op.drop_column("ownership")
        batch_op.drop_column("founded_year")
        batch_op.drop_column("tier")
        batch_op.drop_column("size_class")
        batch_op.drop_column("size_sector")
        batch_op.drop_column("annual_sales_mxn")
        batch_op.drop_column("workers")
        batch_op.drop_column("scian_secondary")
        batch_op.drop_column("scian_code")
        batch_op.drop_column("longitude")
        batch_op.drop_column("latitude")
        batch_op.drop_column("postal_code")
        batch_op.drop_column("cluster_codes")

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_verification"))
        batch_op.drop_index(batch_op.f("ix_certificate_company_id"))
        batch_op.drop_index(batch_op.f("ix_certificate_certification_code"))

    op.drop_table("certificate")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_organization_id"))
        batch_op.drop_index(batch_op.f("ix_stored_file_company_id"))

    op.drop_table("stored_file")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_company_id"))

    op.drop_table("site")


def _one_to_many() -> None:
    """The one cluster of a company becomes the first of its memberships."""
    known = op.get_bind().execute(sa.select(company.c.id, company.c.cluster_code).where(company.c.cluster_code != ""))
    for company_id, code in known.all():
        op.execute(sa.update(company).where(company.c.id == company_id).values(cluster_codes=[code]))


def _many_to_one() -> None:
    """Only the first membership fits."""
    known = op.get_bind().execute(sa.select(company.c.id, company.c.cluster_codes))
    for company_id, codes in known.all():
        if codes:
            op.execute(sa.update(company).where(company.c.id == company_id).values(cluster_code=codes[0]))
