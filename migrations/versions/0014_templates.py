"""the clinic's templates and its words of danger; the caseload says since when an answer is owed"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NOBODY_WAITS = "9999-12-31 00:00:00"
OWED = "owed_since IS NOT NULL"
FLAGS = ("is_lead", "is_worsening", "in_induction")
BY_NEED = ("user_id", "rank", "sort_name", "patient_id")
BY_NEED_AND_WAIT = ("user_id", "rank", "waits_from", "sort_name", "patient_id")


def moment(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns
    ]


def upgrade() -> None:
    op.create_table(
        "message_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        moment("created_at"),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        moment("retired_at", nullable=True),
        *refers("message_templates", ("created_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_templates")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_message_templates_submission_id")),
    )
    op.create_table(
        "message_template_versions",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        moment("changed_at"),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        *refers("message_template_versions", ("template_id", "message_templates"), ("changed_by_id", "users")),
        sa.PrimaryKeyConstraint("template_id", "version", name=op.f("pk_message_template_versions")),
    )
    op.create_table(
        "danger_words",
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("changed_at"),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        *refers("danger_words", ("changed_by_id", "users")),
        sa.PrimaryKeyConstraint("language", "version", name=op.f("pk_danger_words")),
    )
    _caseload()


def _caseload() -> None:
    for table in ("caseload_rows", "caseload_entries"):
        op.add_column(table, moment("owed_since", nullable=True))
    zone = "+00" if op.get_bind().dialect.name == "postgresql" else ".000000"
    op.add_column("caseload_entries", moment("waits_from", default=f"{NOBODY_WAITS}{zone}"))
    op.execute(
        "UPDATE caseload_rows SET owed_since ="
        " (SELECT MIN(t.owed_since) FROM threads t WHERE t.patient_id = caseload_rows.patient_id)"
    )
    op.execute(
        "UPDATE caseload_entries SET owed_since ="
        " (SELECT r.owed_since FROM caseload_rows r WHERE r.patient_id = caseload_entries.patient_id)"
    )
    op.execute("UPDATE caseload_entries SET waits_from = owed_since WHERE owed_since IS NOT NULL")
    op.execute("UPDATE caseload_entries SET rank = 4 WHERE owed_since IS NOT NULL AND rank > 4")
    _indexes("user_id_rank_sort_name_patient_id", "need", BY_NEED_AND_WAIT)
    where = sa.text(OWED)
    columns = ["user_id", "owed_since", "sort_name", "patient_id"]
    op.create_index(
        "ix_caseload_entries_owed_since", "caseload_entries", columns, sqlite_where=where, postgresql_where=where
    )


def _indexes(old: str, new: str, columns: tuple[str, ...]) -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index(f"ix_caseload_entries_{old}", "caseload_entries")
    op.create_index(f"ix_caseload_entries_{new}", "caseload_entries", list(columns))
    for flag in FLAGS:
        where = sa.text(f"{flag} = 1" if is_sqlite else flag)
        op.drop_index(f"ix_caseload_entries_{flag}", "caseload_entries")
        op.create_index(
            f"ix_caseload_entries_{flag}", "caseload_entries", list(columns), sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    _rank_without_owed()
    op.drop_index("ix_caseload_entries_owed_since", "caseload_entries")
    _indexes("need", "user_id_rank_sort_name_patient_id", BY_NEED)
    op.drop_column("caseload_entries", "waits_from")
    for table in ("caseload_entries", "caseload_rows"):
        op.drop_column(table, "owed_since")
    for table in ("danger_words", "message_template_versions", "message_templates"):
        op.drop_table(table)


def _rank_without_owed() -> None:
    # Whom only an owed answer raised to 4 goes back to where the rest of the row puts them (`review/need.py`).
    op.execute(
        "UPDATE caseload_entries SET rank = (SELECT CASE WHEN r.status <> 'active' THEN 8"
        " WHEN r.trend = 'worse' THEN 5 WHEN r.unreviewed > 0 THEN 6 ELSE 7 END"
        " FROM caseload_rows r WHERE r.patient_id = caseload_entries.patient_id)"
        " WHERE rank = 4 AND EXISTS (SELECT 1 FROM caseload_rows r"
        " WHERE r.patient_id = caseload_entries.patient_id AND r.unread = 0)"
    )
