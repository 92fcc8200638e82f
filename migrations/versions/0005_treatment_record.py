"""screening, orders, the day of an infusion, medicines, events, monitoring and what a patient confirms"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MADE = (
    "treatment_rules",
    "allergies",
    "life_events",
    "medicines",
    "monitoring_results",
    "treatment_revisions",
    "medicine_changes",
    "screenings",
    "flowsheet_entries",
    "infusion_orders",
    "infusion_signatures",
    "preparations",
    "screening_decisions",
)
ON_INFUSIONS = ("dose_mg_per_kg_h", "given_by_id", "supervised_by_id", "at_bedside")


def upgrade() -> None:
    op.create_table(
        "treatment_rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_treatment_rules_changed_by_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_treatment_rules")),
    )
    op.create_table(
        "allergies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("substance", sa.String(length=200), nullable=False),
        sa.Column("reaction", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_allergies_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_allergies_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allergies")),
    )
    op.create_index(op.f("ix_allergies_patient_id"), "allergies", ["patient_id"], unique=False)

    op.create_table(
        "life_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_life_events_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_life_events_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_events")),
    )
    op.create_index(op.f("ix_life_events_patient_id"), "life_events", ["patient_id"], unique=False)

    op.create_table(
        "medicines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("dose", sa.String(length=200), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_medicines_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_medicines_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medicines")),
    )
    op.create_index(op.f("ix_medicines_patient_id"), "medicines", ["patient_id"], unique=False)

    op.create_table(
        "monitoring_results",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "urinary",
                "liver",
                "cognition",
                "misuse",
                name="watched",
                native_enum=False,
                create_constraint=True,
                length=21,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("fine", "attention", name="outcome", native_enum=False, create_constraint=True, length=21),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_monitoring_results_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_monitoring_results_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_results")),
    )
    op.create_index(
        op.f("ix_monitoring_results_patient_id_kind_done_on"),
        "monitoring_results",
        ["patient_id", "kind", "done_on"],
        unique=False,
    )

    op.create_table(
        "treatment_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("thing", sa.String(length=30), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_treatment_revisions_changed_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_treatment_revisions_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_revisions")),
        sa.UniqueConstraint("thing_id", "revision", name=op.f("uq_treatment_revisions_thing_id_revision")),
    )
    op.create_table(
        "medicine_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("medicine_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "started", "changed", "stopped", name="changekind", native_enum=False, create_constraint=True, length=19
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("dose", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["medicine_id"], ["medicines.id"], name=op.f("fk_medicine_changes_medicine_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_medicine_changes_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_medicine_changes_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medicine_changes")),
    )
    op.create_index(op.f("ix_medicine_changes_medicine_id"), "medicine_changes", ["medicine_id"], unique=False)
    op.create_index(op.f("ix_medicine_changes_patient_id"), "medicine_changes", ["patient_id"], unique=False)

    op.create_table(
        "screenings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("weight_kg", sa.Numeric(precision=6, scale=2, asdecimal=False), nullable=True),
        sa.Column("in_person_on", sa.Date(), nullable=True),
        sa.Column("in_person_by", sa.String(length=200), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("adult_name", sa.String(length=200), nullable=False),
        sa.Column("adult_phone", sa.String(length=40), nullable=False),
        sa.Column("emergency_plan", sa.Text(), nullable=False),
        sa.Column("medicines", sa.JSON(), nullable=False),
        sa.Column("allergies", sa.JSON(), nullable=False),
        sa.Column("lists_checked", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["screenings.id"], name=op.f("fk_screenings_corrects_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_screenings_course_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_screenings_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_screenings_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_screenings_corrects_id")),
    )
    op.create_index(op.f("ix_screenings_patient_id"), "screenings", ["patient_id"], unique=False)

    op.create_table(
        "flowsheet_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pre-check",
                "drug",
                "vitals",
                "started",
                "ended",
                "state",
                "side-effect",
                "side-effect-ended",
                "medicine-given",
                "authorisation",
                "emergency",
                "discharge",
                "note",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=29,
            ),
            nullable=False,
        ),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("none", "soft", "hard", name="level", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("skew_seconds", sa.Integer(), nullable=False),
        sa.Column("was_queued", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["flowsheet_entries.id"], name=op.f("fk_flowsheet_entries_corrects_id")
        ),
        sa.ForeignKeyConstraint(["infusion_id"], ["infusions.id"], name=op.f("fk_flowsheet_entries_infusion_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_flowsheet_entries_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_flowsheet_entries_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flowsheet_entries")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_flowsheet_entries_corrects_id")),
    )
    op.create_index(
        op.f("ix_flowsheet_entries_infusion_id_occurred_at"),
        "flowsheet_entries",
        ["infusion_id", "occurred_at"],
        unique=False,
    )

    op.create_table(
        "infusion_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("drug", sa.String(length=120), nullable=False),
        sa.Column("dose_mg", sa.Numeric(precision=8, scale=2, asdecimal=False), nullable=True),
        sa.Column("dose_mg_per_kg", sa.Numeric(precision=7, scale=3, asdecimal=False), nullable=True),
        sa.Column("dose_mg_per_kg_h", sa.Numeric(precision=9, scale=4, asdecimal=False), nullable=True),
        sa.Column("weight_kg", sa.Numeric(precision=6, scale=2, asdecimal=False), nullable=True),
        sa.Column(
            "route",
            sa.Enum(
                "intravenous",
                "intramuscular",
                "subcutaneous",
                "intranasal",
                "oral",
                name="route",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("dose_reason", sa.Text(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=True),
        sa.Column("unscreened_reason", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_infusion_orders_minutes_positive")),
        sa.ForeignKeyConstraint(["infusion_id"], ["infusions.id"], name=op.f("fk_infusion_orders_infusion_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_infusion_orders_patient_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_infusion_orders_screening_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_infusion_orders_signed_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_infusion_orders_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infusion_orders")),
        sa.UniqueConstraint("infusion_id", "number", name=op.f("uq_infusion_orders_infusion_id_number")),
    )
    op.create_table(
        "infusion_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["infusion_id"], ["infusions.id"], name=op.f("fk_infusion_signatures_infusion_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_infusion_signatures_patient_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_infusion_signatures_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infusion_signatures")),
    )
    op.create_index(op.f("ix_infusion_signatures_infusion_id"), "infusion_signatures", ["infusion_id"], unique=False)

    op.create_table(
        "preparations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum("evening", "same-day", name="step", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column(
            "adult",
            sa.Enum("yes", "no", "not-sure", name="adult", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("adult_name", sa.String(length=200), nullable=False),
        sa.Column("has_health_change", sa.Boolean(), nullable=True),
        sa.Column("health_change", sa.Text(), nullable=False),
        sa.Column("has_medicine_change", sa.Boolean(), nullable=True),
        sa.Column("medicine_change", sa.Text(), nullable=False),
        sa.Column("ate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drank_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_preparations_answered_by_id")),
        sa.ForeignKeyConstraint(["infusion_id"], ["infusions.id"], name=op.f("fk_preparations_infusion_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_preparations_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparations")),
    )
    op.create_index(
        op.f("ix_preparations_infusion_id_step_answered_at"),
        "preparations",
        ["infusion_id", "step", "answered_at"],
        unique=False,
    )

    op.create_table(
        "screening_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("screening_id", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum("go-ahead", "not-now", name="decision", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("overrides", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_screening_decisions_decided_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_screening_decisions_patient_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_screening_decisions_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_decisions")),
    )
    op.create_index(op.f("ix_screening_decisions_screening_id"), "screening_decisions", ["screening_id"], unique=False)

    op.add_column("concerns", sa.Column("said", sa.Text(), nullable=False, server_default=""))
    op.add_column("concerns", sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("courses", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("infusions", sa.Column("dose_mg_per_kg_h", sa.Numeric(9, 4), nullable=True))
    op.add_column("infusions", sa.Column("at_bedside", sa.String(200), nullable=False, server_default=""))
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    key = sa.Uuid().compile(dialect=op.get_bind().dialect)
    for name in ("given_by_id", "supervised_by_id"):
        op.execute(
            f"ALTER TABLE infusions ADD COLUMN {name} {key} CONSTRAINT fk_infusions_{name} REFERENCES users (id)"
        )


def downgrade() -> None:
    with op.batch_alter_table("infusions") as batch:
        for name in ON_INFUSIONS:
            batch.drop_column(name)
    op.drop_column("courses", "revision")
    op.drop_column("concerns", "occurred_at")
    op.drop_column("concerns", "said")
    for name in reversed(MADE):
        op.drop_table(name)
