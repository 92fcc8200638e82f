"""unanswered words of danger count in the caseload's order, right below an urgent alert"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INDEX = "ix_caseload_entries_is_in_danger"


def upgrade() -> None:
    op.add_column(
        "caseload_entries", sa.Column("is_in_danger", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(
        "UPDATE caseload_entries SET is_in_danger = true WHERE patient_id IN"
        " (SELECT t.patient_id FROM threads t WHERE t.owed_since IS NOT NULL AND t.danger_at IS NOT NULL)"
    )
    op.execute("UPDATE caseload_entries SET rank = CASE WHEN is_in_danger THEN 2 ELSE rank + 1 END WHERE rank > 1")
    of_sqlite, of_postgresql = sa.text("is_in_danger = 1"), sa.text("is_in_danger")
    columns = ["user_id", "rank", "waits_from", "sort_name", "patient_id"]
    op.create_index(INDEX, "caseload_entries", columns, sqlite_where=of_sqlite, postgresql_where=of_postgresql)


def downgrade() -> None:
    # Whom only those words raised to 2 goes back to where an alert puts them, or else the answer they are owed.
    op.execute(
        "UPDATE caseload_entries SET rank = (SELECT CASE r.worst_open_alert WHEN 2 THEN 3 WHEN 1 THEN 4 ELSE 5 END"
        " FROM caseload_rows r WHERE r.patient_id = caseload_entries.patient_id) WHERE rank = 2"
    )
    op.execute("UPDATE caseload_entries SET rank = rank - 1 WHERE rank > 2")
    op.drop_index(INDEX, "caseload_entries")
    op.drop_column("caseload_entries", "is_in_danger")
