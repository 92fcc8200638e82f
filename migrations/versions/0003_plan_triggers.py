"""a line of a plan hangs on triggers; the caseload counts what is overdue, and workers take turns at counting"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WITHOUT_RHYTHM = 14
"""What is asked once or after infusions has no rhythm in days; going back, it is asked this often."""

items = sa.table(
    "plan_items",
    sa.column("id", sa.Uuid()),
    sa.column("every_days", sa.SmallInteger()),
    sa.column("triggers", sa.JSON()),
)


def upgrade() -> None:
    op.add_column("plan_items", sa.Column("triggers", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("plan_items", sa.Column("min_gap_days", sa.SmallInteger(), nullable=False, server_default="0"))
    connection = op.get_bind()
    for (days,) in connection.execute(sa.select(items.c.every_days).distinct()).all():
        triggers = [{"anchor": "start", "from": 0, "every": days}]
        connection.execute(items.update().where(items.c.every_days == days).values(triggers=triggers))
    op.drop_column("plan_items", "every_days")
    op.add_column("caseload_rows", sa.Column("overdue", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "worker_rounds",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_rounds")),
    )


def downgrade() -> None:
    op.drop_table("worker_rounds")
    op.drop_column("caseload_rows", "overdue")
    op.add_column("plan_items", sa.Column("every_days", sa.SmallInteger(), nullable=False, server_default="14"))
    connection = op.get_bind()
    for item_id, triggers in connection.execute(sa.select(items.c.id, items.c.triggers)).all():
        days = min((one["every"] for one in triggers if one.get("every")), default=WITHOUT_RHYTHM)
        connection.execute(items.update().where(items.c.id == item_id).values(every_days=days))
    op.drop_column("plan_items", "min_gap_days")
    op.drop_column("plan_items", "triggers")
