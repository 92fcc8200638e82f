"""follow-ups for later and to many"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PLANNED, TO_DECIDE, RUNNING = (sa.text(f"state = '{state}'") for state in ("planned", "to-decide", "running"))
STATES = ("planned", "sent", "dropped", "cancelled", "to-decide")
REASONS = ("none", "check-in-came", "left-care", "author-left", "not-theirs")
BATCH_STATES = ("draft", "running", "paused", "stopped", "done")
PLACES = ("ready", "sent", "left-out")
LEFT_OUT = ("none", "not-chosen", "missing-value", "not-in-care", "not-yours", "words-changed", "too-long")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def choice(column: str, name: str, values: tuple[str, ...]) -> sa.Column[object]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=max(map(len, values)) + 12)
    return sa.Column(column, kind, nullable=False)


def own(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns
    ]


def partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        own("id"),
        own("submission_id"),
        own("patient_id"),
        own("author_id"),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        own("about_infusion_id", nullable=True),
        own("about_check_in_id", nullable=True),
        sa.Column("send_on", sa.Date(), nullable=False),
        moment("due_at"),
        sa.Column("unless_check_in", sa.Boolean(), nullable=False),
        choice("state", "state", STATES),
        choice("why", "why", REASONS),
        sa.Column("revision", sa.Integer(), nullable=False),
        moment("planned_at"),
        moment("settled_at", nullable=True),
        own("settled_by_id", nullable=True),
        own("thread_id", nullable=True),
        *refers(
            "follow_ups",
            ("patient_id", "patients"),
            ("author_id", "users"),
            ("about_infusion_id", "infusions"),
            ("about_check_in_id", "check_ins"),
            ("settled_by_id", "users"),
            ("thread_id", "threads"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_follow_ups_submission_id")),
    )
    op.create_index(op.f("ix_follow_ups_patient_id_planned_at"), "follow_ups", ["patient_id", "planned_at"])
    op.create_index(op.f("ix_follow_ups_thread_id"), "follow_ups", ["thread_id"])
    partial("due", "follow_ups", ["due_at", "id"], PLANNED)
    partial("planned_by", "follow_ups", ["author_id", "due_at"], PLANNED)
    partial("to_decide", "follow_ups", ["patient_id", "due_at"], TO_DECIDE)
    _many()


def _many() -> None:
    op.create_table(
        "follow_up_batches",
        own("id"),
        own("submission_id"),
        own("author_id"),
        sa.Column("show", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        choice("state", "batchstate", BATCH_STATES),
        moment("created_at"),
        moment("started_at", nullable=True),
        moment("settled_at", nullable=True),
        *refers("follow_up_batches", ("author_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_batches")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_follow_up_batches_submission_id")),
    )
    op.create_index(op.f("ix_follow_up_batches_author_id_created_at"), "follow_up_batches", ["author_id", "created_at"])
    partial("running", "follow_up_batches", ["started_at"], RUNNING)
    op.create_table(
        "follow_up_recipients",
        own("id"),
        own("batch_id"),
        own("patient_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        choice("place", "place", PLACES),
        choice("why", "leftout", LEFT_OUT),
        moment("settled_at", nullable=True),
        own("thread_id", nullable=True),
        *refers(
            "follow_up_recipients",
            ("batch_id", "follow_up_batches"),
            ("patient_id", "patients"),
            ("thread_id", "threads"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_recipients")),
        sa.UniqueConstraint("batch_id", "patient_id", name=op.f("uq_follow_up_recipients_batch_id_patient_id")),
    )
    op.create_index(op.f("ix_follow_up_recipients_batch_id_position"), "follow_up_recipients", ["batch_id", "position"])
    op.create_index(op.f("ix_follow_up_recipients_thread_id"), "follow_up_recipients", ["thread_id"])


def downgrade() -> None:
    for table in ("follow_up_recipients", "follow_up_batches", "follow_ups"):
        op.drop_table(table)
