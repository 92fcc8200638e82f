"""booster reviews, chosen baselines, goals, who leads a care team, and what the caseload is filtered by"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PHASES = ("baseline", "induction", "maintenance", "after-stopping")
FLAGS = ("is_lead", "is_worsening", "in_induction")
DATES = ("review_on", "heard_at")
LEAD = """
    UPDATE care_team_members SET is_lead = TRUE WHERE until IS NULL AND id = (
        SELECT other.id FROM care_team_members AS other JOIN users ON users.id = other.user_id
        WHERE other.patient_id = care_team_members.patient_id AND other.until IS NULL AND users.role = 'provider'
        ORDER BY other.since, other.id LIMIT 1
    )
"""
"""The provider who has been there longest."""


def upgrade() -> None:
    op.create_table(
        "booster_reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "booster",
                "wait",
                "change",
                "stop",
                "refer",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_booster_reviews_patient_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_booster_reviews_signed_by_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_booster_reviews_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booster_reviews")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_booster_reviews_submission_id")),
    )
    op.create_index(
        "ix_booster_reviews_patient_id_signed_at", "booster_reviews", ["patient_id", "signed_at"], unique=False
    )

    op.create_table(
        "patient_goals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_patient_goals_patient_id")),
        sa.ForeignKeyConstraint(["said_by_id"], ["users.id"], name=op.f("fk_patient_goals_said_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_goals")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_patient_goals_submission_id")),
    )
    op.create_index("ix_patient_goals_patient_id_said_at", "patient_goals", ["patient_id", "said_at"], unique=False)

    op.create_table(
        "chosen_baselines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_ins.id"], name=op.f("fk_chosen_baselines_check_in_id")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["users.id"], name=op.f("fk_chosen_baselines_chosen_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_chosen_baselines_course_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_chosen_baselines_patient_id")),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["users.id"], name=op.f("fk_chosen_baselines_withdrawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_baselines")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_chosen_baselines_submission_id")),
    )
    op.create_index(
        "uq_chosen_baselines_in_force",
        "chosen_baselines",
        ["patient_id", "instrument", "scale"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )

    op.drop_table("worker_rounds")
    op.add_column("care_team_members", sa.Column("is_lead", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(LEAD)
    op.create_index(
        "uq_care_team_members_lead",
        "care_team_members",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("is_lead AND until IS NULL"),
        postgresql_where=sa.text("is_lead AND until IS NULL"),
    )
    for name in FLAGS:
        op.add_column("caseload_entries", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("caseload_entries", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("caseload_entries", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("caseload_rows", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("caseload_rows", sa.Column("trend", sa.String(10), nullable=True))
    op.drop_column("caseload_rows", "overdue")
    # Written out, because on SQLite a constraint can only come with its column, or else the table is copied.
    phases = ", ".join(f"'{phase}'" for phase in PHASES)
    op.execute(
        "ALTER TABLE caseload_rows ADD COLUMN phase VARCHAR(26) DEFAULT 'baseline' NOT NULL"
        f" CONSTRAINT ck_caseload_rows_phase CHECK (phase IN ({phases}))"
    )

    # A worsening patient now stands between an unread message and unread check-ins.
    op.execute("UPDATE caseload_entries SET rank = rank + 1 WHERE rank >= 5")
    for name in FLAGS:
        _index(name, ["user_id", "rank", "sort_name", "patient_id"], sqlite=f"{name} = 1", postgresql=name)
    for name in DATES:
        where = f"{name} IS NOT NULL"
        _index(name, ["user_id", name, "sort_name", "patient_id"], sqlite=where, postgresql=where)


def _index(name: str, columns: list[str], *, sqlite: str, postgresql: str) -> None:
    op.create_index(
        f"ix_caseload_entries_{name}",
        "caseload_entries",
        columns,
        sqlite_where=sa.text(sqlite),
        postgresql_where=sa.text(postgresql),
    )


def downgrade() -> None:
    for name in (*FLAGS, *DATES):
        op.drop_index(f"ix_caseload_entries_{name}", "caseload_entries")
    op.execute("UPDATE caseload_entries SET rank = rank - 1 WHERE rank >= 6")
    with op.batch_alter_table("caseload_rows") as batch:
        batch.drop_column("trend")
        batch.add_column(sa.Column("overdue", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.drop_column("review_on")
        batch.drop_constraint(op.f("ck_caseload_rows_phase"), type_="check")
        batch.drop_column("phase")
    with op.batch_alter_table("caseload_entries") as batch:
        for name in ("heard_at", "review_on", *FLAGS):
            batch.drop_column(name)
    op.drop_index("uq_care_team_members_lead", "care_team_members")
    with op.batch_alter_table("care_team_members") as batch:
        batch.drop_column("is_lead")
    op.create_table(
        "worker_rounds",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_rounds")),
    )
    for name in ("chosen_baselines", "patient_goals", "booster_reviews"):
        op.drop_table(name)
