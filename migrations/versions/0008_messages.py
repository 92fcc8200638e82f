"""threads that are owed an answer, drafts, notes, contacts, retraction"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("thread_closings", "thread_notes", "message_drafts")
INDEXES = (
    ("owed", ("owed_since", "id", "patient_id"), None),
    ("urgent", ("owed_since", "id", "patient_id"), "is_urgent OR danger_at IS NOT NULL"),
    ("assigned", ("assigned_to_id", "owed_since", "id", "patient_id"), "assigned_to_id IS NOT NULL"),
    ("answered", ("last_message_at", "id", "patient_id"), "NOT (owed_since IS NOT NULL)"),
    ("danger", ("danger_at", "id", "patient_id"), "owed_since IS NOT NULL AND danger_at IS NOT NULL"),
    ("owed_patient", ("patient_id", "owed_since"), "owed_since IS NOT NULL"),
    ("about_infusion", ("about_infusion_id",), "about_infusion_id IS NOT NULL"),
    ("about_check_in", ("about_check_in_id",), "about_check_in_id IS NOT NULL"),
)
MOMENTS = ("owed_since", "settled_at", "danger_at")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns
    ]


def choice(column: str, name: str, *values: str, nullable: bool = False) -> sa.Column[object]:
    length = max(len(value) for value in values) + 12
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)
    return sa.Column(column, kind, nullable=nullable)


def upgrade() -> None:
    _threads()
    op.add_column("messages", sa.Column("parcel", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("messages", moment("retracted_at", nullable=True))
    op.add_column("messages", sa.Column("subject", sa.String(200), nullable=True))
    op.add_column("messages", sa.Column("suggests_danger", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "message_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        moment("saved_at"),
        *refers("message_drafts", ("user_id", "users"), ("patient_id", "patients")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_drafts")),
        sa.UniqueConstraint("user_id", "patient_id", "place", name=op.f("uq_message_drafts_user_id_patient_id_place")),
    )
    _notes()
    _closings()
    # What waits as of now: the patient's first message after the last one from the team.
    op.execute(
        "UPDATE threads SET owed_since = (SELECT MIN(m.sent_at) FROM messages m"
        " WHERE m.thread_id = threads.id AND m.is_from_patient AND NOT EXISTS (SELECT 1 FROM messages s"
        " WHERE s.thread_id = threads.id AND NOT s.is_from_patient AND s.sent_at >= m.sent_at))"
    )


def _threads() -> None:
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    key = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    for column, other in (("about_check_in_id", "check_ins"), ("assigned_to_id", "users")):
        op.execute(
            f"ALTER TABLE threads ADD COLUMN {column} {key} CONSTRAINT fk_threads_{column} REFERENCES {other} (id)"
        )
    for name in MOMENTS:
        op.add_column("threads", moment(name, nullable=True))
    op.add_column("threads", sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, columns, condition in INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(f"ix_threads_{name}", "threads", list(columns), sqlite_where=where, postgresql_where=where)


def _notes() -> None:
    op.create_table(
        "thread_notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        moment("written_at"),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        *refers("thread_notes", ("thread_id", "threads"), ("patient_id", "patients"), ("written_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_notes")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_thread_notes_submission_id")),
        sa.UniqueConstraint("note_id", "version", name=op.f("uq_thread_notes_note_id_version")),
    )
    op.create_index("ix_thread_notes_thread_id_written_at", "thread_notes", ["thread_id", "written_at"])


def _closings() -> None:
    op.create_table(
        "thread_closings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        choice("how", "how", "contact", "resolved"),
        choice("way", "way", "telephone", "in-person", "other", nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        moment("owed_since", nullable=True),
        moment("at"),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        *refers("thread_closings", ("thread_id", "threads"), ("patient_id", "patients"), ("by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_closings")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_thread_closings_submission_id")),
    )
    op.create_index("ix_thread_closings_thread_id_at", "thread_closings", ["thread_id", "at"])


def downgrade() -> None:
    _withdraw_for_good()
    for table in TABLES:
        op.drop_table(table)
    for name in ("suggests_danger", "subject", "retracted_at", "parcel"):
        op.drop_column("messages", name)
    for name, _columns, _condition in INDEXES:
        op.drop_index(f"ix_threads_{name}", "threads")
    with op.batch_alter_table("threads") as batch:
        for name in (*MOMENTS, "is_urgent", "assigned_to_id", "about_check_in_id"):
            batch.drop_column(name)


def _withdraw_for_good() -> None:
    # Nothing says any more that a message was withdrawn, so its words must go: else they would stand as if sent.
    op.execute(
        "UPDATE threads SET subject = COALESCE((SELECT m.subject FROM messages m"
        " WHERE m.thread_id = threads.id AND m.subject <> '—' ORDER BY m.sent_at DESC LIMIT 1), subject)"
        " WHERE subject = '—'"
    )
    op.execute("UPDATE messages SET body = '(withdrawn)' WHERE retracted_at IS NOT NULL")
