"""ways to be told: SMS, push, preferences"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHANNELS = ("email", "sms", "push")
IS_A_BROWSER = sa.text("channel = 'push' AND gone_at IS NULL")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "contact_ways",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*CHANNELS, name="channel", native_enum=False, create_constraint=True, length=17),
            nullable=False,
        ),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("device", sa.String(120), nullable=False),
        moment("added_at"),
        moment("confirmed_at", nullable=True),
        moment("gone_at", nullable=True),
        moment("code_at", nullable=True),
        sa.Column("code_tries", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_contact_ways_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_ways")),
    )
    op.create_index("ix_contact_ways_user_id", "contact_ways", ["user_id"], unique=False)
    op.create_index(
        "uq_contact_ways_browser",
        "contact_ways",
        ["address"],
        unique=True,
        sqlite_where=IS_A_BROWSER,
        postgresql_where=IS_A_BROWSER,
    )
    op.create_table(
        "contact_choices",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=True),
        moment("changed_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_contact_choices_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_contact_choices")),
    )
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    key = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    op.execute(
        "ALTER TABLE outbox_messages ADD COLUMN channel VARCHAR(17) DEFAULT 'email' NOT NULL"
        " CONSTRAINT ck_outbox_messages_channel CHECK (channel IN ('email', 'sms', 'push'))"
    )
    op.execute(
        f"ALTER TABLE outbox_messages ADD COLUMN way_id {key}"
        " CONSTRAINT fk_outbox_messages_way_id REFERENCES contact_ways (id)"
    )


def downgrade() -> None:
    # What was to go another way is not sent as mail after all: the older portal would send it with no template.
    op.execute("DELETE FROM outbox_messages WHERE channel <> 'email'")
    with op.batch_alter_table("outbox_messages") as batch:
        batch.drop_constraint(op.f("ck_outbox_messages_channel"), type_="check")
        batch.drop_column("way_id")
        batch.drop_column("channel")
    op.drop_table("contact_choices")
    op.drop_table("contact_ways")
