"""the clinic's safety rules, on call, escalation, personal baselines, safety plans, silence"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("silences", "kept_plans", "safety_plans", "personal_baselines", "on_call_shifts", "safety_rules", "called_in")
IN_FORCE = sa.text("withdrawn_at IS NULL")
GOING_ON = sa.text("ended_at IS NULL")
RUNS = sa.text("escalate_at IS NOT NULL")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns
    ]


def upgrade() -> None:
    op.create_table(
        "worker_rounds",
        sa.Column("name", sa.String(40), nullable=False),
        moment("due_at"),
        moment("leased_until", nullable=True),
        sa.Column("leased_by", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_rounds")),
    )
    op.create_table(
        "safety_rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("changed_at"),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        *refers("safety_rules", ("changed_by_id", "users")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_safety_rules")),
    )
    _called_in()
    _on_call()
    _baselines()
    _plans()
    op.create_table(
        "silences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("missed", sa.JSON(), nullable=False),
        moment("began_at"),
        moment("reminded_at", nullable=True),
        moment("reminded_again_at", nullable=True),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        moment("ended_at", nullable=True),
        *refers("silences", ("patient_id", "patients"), ("alert_id", "alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(
        "uq_silences_going_on",
        "silences",
        ["patient_id"],
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    )
    _columns()


def _called_in() -> None:
    op.create_table(
        "called_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "on-call",
                "escalated",
                "assigned",
                name="calling",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        moment("since"),
        moment("until", nullable=True),
        *refers("called_in", ("patient_id", "patients"), ("alert_id", "alerts"), ("user_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_called_in")),
        sa.UniqueConstraint("alert_id", "user_id", name=op.f("uq_called_in_alert_id_user_id")),
    )
    op.create_index("ix_called_in_patient_id", "called_in", ["patient_id"], unique=False)
    op.create_index("ix_called_in_user_id_until", "called_in", ["user_id", "until"], unique=False)


def _on_call() -> None:
    op.create_table(
        "on_call_shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        moment("starts_at"),
        moment("ends_at"),
        moment("added_at"),
        sa.Column("added_by_id", sa.Uuid(), nullable=False),
        moment("removed_at", nullable=True),
        sa.Column("removed_by_id", sa.Uuid(), nullable=True),
        *refers("on_call_shifts", ("user_id", "users"), ("added_by_id", "users"), ("removed_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_shifts")),
    )
    op.create_index("ix_on_call_shifts_ends_at", "on_call_shifts", ["ends_at"], unique=False)


def _baselines() -> None:
    op.create_table(
        "personal_baselines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(60), nullable=False),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("set_at"),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        moment("expires_at"),
        moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        *refers("personal_baselines", ("patient_id", "patients"), ("set_by_id", "users"), ("withdrawn_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_baselines")),
    )
    op.create_index(
        "uq_personal_baselines_in_force",
        "personal_baselines",
        ["patient_id", "instrument", "item"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def _plans() -> None:
    op.create_table(
        "safety_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        moment("written_at"),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_with_id", sa.Uuid(), nullable=True),
        *refers("safety_plans", ("patient_id", "patients"), ("written_by_id", "users"), ("written_with_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_plans")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_safety_plans_submission_id")),
    )
    op.create_index("ix_safety_plans_patient_id_written_at", "safety_plans", ["patient_id", "written_at"])
    op.create_table(
        "kept_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("device", sa.String(120), nullable=False),
        moment("kept_at"),
        moment("seen_at"),
        moment("removed_at", nullable=True),
        moment("gone_at", nullable=True),
        *refers("kept_plans", ("patient_id", "patients"), ("plan_id", "safety_plans")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_plans")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kept_plans_token_hash")),
    )
    op.create_index("ix_kept_plans_patient_id", "kept_plans", ["patient_id"], unique=False)


def _columns() -> None:
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    key = "UUID" if op.get_bind().dialect.name == "postgresql" else "CHAR(32)"
    for table, column in (("alerts", "assigned_to_id"), ("alert_transitions", "whom_id")):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {key} CONSTRAINT fk_{table}_{column} REFERENCES users (id)"
        )
    op.execute(
        "ALTER TABLE clinics ADD COLUMN on_call VARCHAR(23) DEFAULT 'never' NOT NULL"
        " CONSTRAINT ck_clinics_on_call CHECK (on_call IN ('never', 'when-closed', 'always'))"
    )
    op.drop_column("clinics", "alert_within_minutes")
    op.add_column("alerts", moment("acknowledged_at", nullable=True))
    op.add_column("alerts", sa.Column("on_worklist", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("alerts", sa.Column("ring", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("alerts", moment("due_at", nullable=True))
    op.add_column("alerts", moment("escalate_at", nullable=True))
    op.create_index("ix_alerts_escalate_at", "alerts", ["escalate_at"], sqlite_where=RUNS, postgresql_where=RUNS)
    # What somebody has taken on was taken on when it last changed, as far as the rows can say.
    op.execute(
        "UPDATE alerts SET acknowledged_at = (SELECT MIN(t.at) FROM alert_transitions t"
        " WHERE t.alert_id = alerts.id AND t.after IN ('acknowledged', 'acted-on'))"
    )
    # What is open and nobody has taken on goes further with the worker's next step: it has waited long enough.
    # What could wait for a review does not: a clinic that let it lie would be told of all of it in one minute.
    op.execute(
        "UPDATE alerts SET due_at = opened_at,"
        " escalate_at = CASE WHEN rule NOT IN ('R4', 'R9b') THEN opened_at END WHERE state = 'open'"
    )
    op.add_column("concerns", sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("concerns", sa.Column("rules_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("patients", moment("card_since", nullable=True))
    op.add_column("outbox_messages", sa.Column("alert_id", sa.Uuid(), nullable=True))
    op.create_index("ix_outbox_messages_alert_id", "outbox_messages", ["alert_id"], unique=False)
    op.add_column("check_in_drafts", moment("left_open_at", nullable=True))
    op.create_index("ix_check_in_drafts_saved_at", "check_in_drafts", ["saved_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_check_in_drafts_saved_at", "check_in_drafts")
    op.drop_column("check_in_drafts", "left_open_at")
    op.drop_index("ix_outbox_messages_alert_id", "outbox_messages")
    op.drop_column("outbox_messages", "alert_id")
    op.drop_column("patients", "card_since")
    for name in ("rules_version", "details"):
        op.drop_column("concerns", name)
    op.drop_index("ix_alerts_escalate_at", "alerts")
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("alerts") as batch:
        for name in ("escalate_at", "due_at", "ring", "on_worklist", "assigned_to_id", "acknowledged_at"):
            batch.drop_column(name)
    with op.batch_alter_table("alert_transitions") as batch:
        batch.drop_column("whom_id")
    op.add_column("clinics", sa.Column("alert_within_minutes", sa.Integer(), nullable=False, server_default="60"))
    with op.batch_alter_table("clinics") as batch:
        batch.drop_constraint(op.f("ck_clinics_on_call"), type_="check")
        batch.drop_column("on_call")
    op.drop_table("worker_rounds")
