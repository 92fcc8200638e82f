"""a line of a plan hangs on triggers; the caseload counts what is overdue"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_items", sa.Column("triggers", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("plan_items", sa.Column("min_gap_days", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("caseload_rows", sa.Column("overdue", sa.SmallInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("caseload_rows", "overdue")
    op.drop_column("plan_items", "min_gap_days")
    op.drop_column("plan_items", "triggers")
