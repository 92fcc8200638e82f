"""reminders and links that open one check-in"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PLANNED = sa.text("status = 'planned'")
BEFORE, AFTER = ("invitation", "password-reset"), ("invitation", "password-reset", "check-in")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "check_in_reminders",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(60), nullable=False),
        sa.Column("series", sa.String(60), nullable=False),
        sa.Column("given", sa.SmallInteger(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        moment("last_at"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_check_in_reminders_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "instrument", name=op.f("pk_check_in_reminders")),
    )
    for table in ("account_tokens", "user_sessions"):
        op.add_column(table, sa.Column("scope", sa.String(60), nullable=True))
    op.add_column("clinics", sa.Column("check_in_links", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_infusions_planned", "infusions", ["happens_at"], sqlite_where=PLANNED, postgresql_where=PLANNED)
    _purposes(AFTER)


def downgrade() -> None:
    # A session that was good for one check-in would be good for everything, and so would its link.
    op.execute("DELETE FROM user_sessions WHERE scope IS NOT NULL")
    op.execute("DELETE FROM account_tokens WHERE purpose = 'check-in'")
    op.execute("DELETE FROM outbox_messages WHERE kind IN ('check-in-due', 'get-ready', 'review-waiting')")
    _purposes(BEFORE)
    op.drop_index("ix_infusions_planned", "infusions")
    op.drop_column("clinics", "check_in_links")
    for table in ("user_sessions", "account_tokens"):
        op.drop_column(table, "scope")
    op.drop_table("check_in_reminders")


def _purposes(purposes: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{one}'" for one in purposes)
    with op.batch_alter_table("account_tokens") as batch:
        batch.drop_constraint(op.f("ck_account_tokens_tokenpurpose"), type_="check")
        batch.create_check_constraint(op.f("ck_account_tokens_tokenpurpose"), f"purpose IN ({allowed})")
