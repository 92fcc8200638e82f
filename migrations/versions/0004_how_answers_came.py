"""how and when the answers of a check-in came"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ADDED = ("mode", "entered_by_id", "offered_at", "submitted_at", "answered_ms", "quality", "engine")


def upgrade() -> None:
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    op.execute(
        "ALTER TABLE check_ins ADD COLUMN mode VARCHAR(21) DEFAULT 'self' NOT NULL "
        "CONSTRAINT ck_check_ins_mode CHECK (mode IN ('self', 'phone', 'bedside', 'clinician'))"
    )
    key = sa.Uuid().compile(dialect=op.get_bind().dialect)
    op.execute(
        f"ALTER TABLE check_ins ADD COLUMN entered_by_id {key} "
        "CONSTRAINT fk_check_ins_entered_by_id REFERENCES users (id)"
    )
    op.add_column("check_ins", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("check_ins", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("check_ins", sa.Column("answered_ms", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("check_ins", sa.Column("quality", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("check_ins", sa.Column("engine", sa.SmallInteger(), nullable=False, server_default="1"))
    op.add_column("check_in_drafts", sa.Column("answered_ms", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("check_in_drafts", sa.Column("version", sa.SmallInteger(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("check_in_drafts", "version")
    op.drop_column("check_in_drafts", "answered_ms")
    with op.batch_alter_table("check_ins") as batch:
        batch.drop_constraint(op.f("ck_check_ins_mode"), type_="check")
        for name in reversed(ADDED):
            batch.drop_column(name)
