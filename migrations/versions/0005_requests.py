"""requests

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PROGRAMMES = (
    "business_meetings",
    "supplier_development",
    "technology",
    "marketing",
    "innovation",
    "financing",
    "consulting",
    "talent",
)
AXES = ("innovation", "talent", "conscious_leadership", "globalisation", "none")
FORMATS = ("many_buyers", "single_anchor", "any_to_any")
SIDES = ("buyer_supplier", "firm_financier", "firm_consultant", "company_university")
SOURCES = ("web", "import", "invited", "walk_in")
INSTANT = sa.DateTime(timezone=True)


def words(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32)


def added(name: str, kind: sa.types.TypeEngine, default: str) -> sa.Column:
    """A column that may not be empty, with a value for the rows that there are."""
    return sa.Column(name, kind, server_default=sa.text(default), nullable=False)


def upgrade() -> None:
    op.create_table(
        "digest_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["delegate_id"], ["delegate.id"], name=op.f("fk_digest_stop_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_stop")),
        sa.UniqueConstraint("delegate_id", name=op.f("uq_digest_stop_delegate_id")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(added("programme", words("programme", PROGRAMMES), "'business_meetings'"))
        batch_op.add_column(added("axis", words("axis", AXES), "'none'"))
        batch_op.add_column(added("format", words("eventformat", FORMATS), "'many_buyers'"))
        batch_op.add_column(added("sides", words("sidenames", SIDES), "'buyer_supplier'"))
        batch_op.add_column(sa.Column("late_registration_until", INSTANT, nullable=True))
        batch_op.add_column(sa.Column("buyer_places", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("supplier_places", sa.Integer(), nullable=True))
        batch_op.add_column(added("request_expiry_hours", sa.Integer(), "72"))
        batch_op.add_column(added("request_reminder_hours", sa.Integer(), "24"))
        batch_op.add_column(added("buyer_requests_binding", sa.Boolean(), "false"))
        batch_op.create_check_constraint("places", "buyer_places > 0 AND supplier_places > 0")
        batch_op.create_check_constraint("reminder_before_expiry", "request_expiry_hours > request_reminder_hours")
        batch_op.create_check_constraint("request_reminder_hours", "request_reminder_hours > 0")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(added("source", words("registrationsource", SOURCES), "'web'"))
        batch_op.add_column(sa.Column("auto_accept_level", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("waitlisted_at", INSTANT, nullable=True))
        batch_op.create_check_constraint("auto_accept_level", "auto_accept_level BETWEEN 2 AND 5")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("expires_at", INSTANT, nullable=True))
        batch_op.add_column(sa.Column("reminded_at", INSTANT, nullable=True))
        batch_op.add_column(sa.Column("requirement_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("capability_id", sa.Uuid(), nullable=True))
        for noun in ("requirement", "capability"):
            batch_op.create_foreign_key(batch_op.f(f"fk_request_{noun}_id"), noun, [f"{noun}_id"], ["id"])
            batch_op.create_index(batch_op.f(f"ix_request_{noun}_id"), [f"{noun}_id"], unique=False)
        batch_op.create_check_constraint("rank", "rank > 0")
        batch_op.create_index(batch_op.f("ix_request_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_expires_at"))
        batch_op.drop_constraint(batch_op.f("ck_request_rank"), type_="check")
        for noun in ("capability", "requirement"):
            batch_op.drop_index(batch_op.f(f"ix_request_{noun}_id"))
            batch_op.drop_constraint(batch_op.f(f"fk_request_{noun}_id"), type_="foreignkey")
            batch_op.drop_column(f"{noun}_id")
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("expires_at")
        batch_op.drop_column("rank")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_registration_auto_accept_level"), type_="check")
        batch_op.drop_column("waitlisted_at")
        batch_op.drop_column("auto_accept_level")
        batch_op.drop_column("source")
    with op.batch_alter_table("event", schema=None) as batch_op:
        for name in ("request_reminder_hours", "reminder_before_expiry", "places"):
            batch_op.drop_constraint(batch_op.f(f"ck_event_{name}"), type_="check")
        for name in (
            "buyer_requests_binding",
            "request_reminder_hours",
            "request_expiry_hours",
            "supplier_places",
            "buyer_places",
            "late_registration_until",
            "sides",
            "format",
            "axis",
            "programme",
        ):
            batch_op.drop_column(name)
    op.drop_table("digest_stop")
