"""calendars: answers to invitations, written parts of feeds, virtual meetings, the history of a mail

Revision: 0007, after 0006.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PARTICIPATION = sa.Enum("accepted", "tentative", "declined", "delegated", native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "mail_mute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_mute")),
        sa.UniqueConstraint("address", name=op.f("uq_mail_mute_address")),
    )
    with op.batch_alter_table("event") as batch_op:
        modality = sa.Enum("on_site", "hybrid", "virtual", native_enum=False, length=32)
        batch_op.add_column(sa.Column("modality", modality, nullable=False, server_default="on_site"))
    with op.batch_alter_table("meeting_table") as batch_op:
        batch_op.add_column(sa.Column("virtual_url", sa.String(length=500), nullable=False, server_default=""))
    with op.batch_alter_table("delegate") as batch_op:
        batch_op.add_column(sa.Column("feed_version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.add_column(sa.Column("history", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.add_column(sa.Column("uid", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("part", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("part_writing", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("answer", PARTICIPATION, nullable=True))
        batch_op.add_column(sa.Column("answered_sequence", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_stamp", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answer_comment", sa.String(length=1000), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_invitation_uid"), ["uid"], unique=False)
    _name_what_was_sent()
    kinds = sa.Enum("answer", "proposal", "unreadable", native_enum=False, length=32)
    states = sa.Enum(
        *("counted", "stale", "repeated", "review", "open", "moved", "refused", "dismissed", "unknown", "unreadable"),
        native_enum=False,
        length=32,
    )
    op.create_table(
        "calendar_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("said", PARTICIPATION, nullable=True),
        sa.Column("fault", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("attendee", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("proposed_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_place", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_calendar_reply_event_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_calendar_reply_invitation_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"], name=op.f("fk_calendar_reply_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_reply")),
        sa.UniqueConstraint("key", name=op.f("uq_calendar_reply_key")),
    )
    with op.batch_alter_table("calendar_reply") as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_reply_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_reply_invitation_id"), ["invitation_id"], unique=False)


def _name_what_was_sent() -> None:
    """The identity and the time of what was sent stood inside its content only."""
    invitation = sa.table(
        "invitation",
        sa.column("id", sa.Uuid()),
        sa.column("content", sa.JSON()),
        sa.column("uid"),
        sa.column("starts_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row_id, content in connection.execute(sa.select(invitation.c.id, invitation.c.content)).all():
        said = content["invitation"]
        values = {"uid": said["uid"], "starts_at": datetime.fromisoformat(said["start"])}
        connection.execute(sa.update(invitation).where(invitation.c.id == row_id).values(values))
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    op.drop_table("calendar_reply")
    with op.batch_alter_table("invitation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_uid"))
        for name in (
            *("answer_comment", "answered_at", "answered_stamp", "answered_sequence", "answer"),
            *("part_writing", "part", "starts_at", "uid"),
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("outbox_message") as batch_op:
        batch_op.drop_column("history")
    with op.batch_alter_table("delegate") as batch_op:
        batch_op.drop_column("feed_version")
    with op.batch_alter_table("meeting_table") as batch_op:
        batch_op.drop_column("virtual_url")
    with op.batch_alter_table("event") as batch_op:
        batch_op.drop_column("modality")
    op.drop_table("mail_mute")
