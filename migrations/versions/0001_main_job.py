"""main job"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("thing_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_actor_id_at"), ["actor_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_event_at"), ["event", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_patient_id_at"), ["patient_id", "at"], unique=False)

    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "clinics",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("reply_within_hours", sa.Integer(), nullable=False),
        sa.Column("review_within_hours", sa.Integer(), nullable=False),
        sa.Column("alert_within_minutes", sa.Integer(), nullable=False),
        sa.Column("past_days", sa.Integer(), nullable=False),
        sa.Column("leave_address", sa.String(length=300), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinics")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "holidays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("on", name=op.f("uq_holidays_on")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_account_key_at"), ["account_key", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_address_key_at"), ["address_key", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_at"), ["at"], unique=False)

    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "patient",
                "provider",
                "nurse",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "invited",
                "active",
                "deactivated",
                name="accountstatus",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("is_medical_director", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_role_status_name"), ["role", "status", "name"], unique=False)

    op.create_table(
        "account_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "password-reset",
                name="tokenpurpose",
                native_enum=False,
                create_constraint=True,
                length=26,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_tokens")),
    )
    with op.batch_alter_table("account_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_tokens_user_id"), ["user_id"], unique=False)

    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_kept_forms_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_forms")),
    )
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_forms_user_id"), ["user_id"], unique=False)

    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("mobile_phone", sa.String(length=40), nullable=False),
        sa.Column("home_phone", sa.String(length=40), nullable=False),
        sa.Column("address_line_1", sa.String(length=200), nullable=False),
        sa.Column("address_line_2", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("region", sa.String(length=100), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("emergency_name", sa.String(length=200), nullable=False),
        sa.Column("emergency_relationship", sa.String(length=100), nullable=False),
        sa.Column("emergency_phone", sa.String(length=40), nullable=False),
        sa.Column("emergency_may_call", sa.Boolean(), nullable=False),
        sa.Column("primary_instrument", sa.String(length=60), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "paused",
                "transferred",
                "discharged",
                "died",
                name="patientstatus",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_patients_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
        sa.UniqueConstraint("user_id", name=op.f("uq_patients_user_id")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "acknowledged",
                "acted-on",
                "closed",
                name="alertstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_alerts_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_patient_id_state"), ["patient_id", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alerts_state_severity_opened_at"), ["state", "severity", "opened_at"], unique=False
        )

    op.create_table(
        "care_team_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_care_team_members_patient_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_care_team_members_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_team_members")),
    )
    with op.batch_alter_table("care_team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_team_members_user_id_until"), ["user_id", "until"], unique=False)
        batch_op.create_index(
            "uq_care_team_members_current",
            ["patient_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "caseload_entries",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("sort_name", sa.String(length=220), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_caseload_entries_patient_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_caseload_entries_user_id")),
        sa.PrimaryKeyConstraint("user_id", "patient_id", name=op.f("pk_caseload_entries")),
    )
    with op.batch_alter_table("caseload_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_caseload_entries_patient_id"), ["patient_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_caseload_entries_user_id_rank_sort_name_patient_id"),
            ["user_id", "rank", "sort_name", "patient_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_caseload_entries_user_id_sort_name_patient_id"),
            ["user_id", "sort_name", "patient_id"],
            unique=False,
        )

    op.create_table(
        "caseload_rows",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=220), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "paused",
                "transferred",
                "discharged",
                "died",
                name="patientstatus",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("conditions", sa.String(length=300), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("latest", sa.Double(), nullable=True),
        sa.Column("latest_state", sa.String(length=20), nullable=True),
        sa.Column("latest_band", sa.String(length=40), nullable=True),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous", sa.Double(), nullable=True),
        sa.Column("best", sa.Double(), nullable=True),
        sa.Column("last_infusion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_infusion_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("infusions_done", sa.SmallInteger(), nullable=False),
        sa.Column("last_check_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreviewed", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("open_alerts", sa.Integer(), nullable=False),
        sa.Column("worst_open_alert", sa.SmallInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_since_look", sa.Integer(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_caseload_rows_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_caseload_rows")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("care", "not-monitored", name="consentkind", native_enum=False, create_constraint=True, length=25),
            nullable=False,
        ),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_consents_given_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_consents_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("patient_id", "kind", "version", name=op.f("uq_consents_patient_id_kind_version")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("indication", sa.String(length=60), nullable=False),
        sa.Column("series_planned", sa.SmallInteger(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("running", "ended", name="coursestatus", native_enum=False, create_constraint=True, length=19),
            nullable=False,
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_courses_created_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_courses_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "history_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("merged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("notices", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["imported_by_id"], ["users.id"], name=op.f("fk_history_imports_imported_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_history_imports_patient_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_history_imports_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_imports")),
    )
    with op.batch_alter_table("history_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_imports_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "history_scales",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("minimum", sa.Double(), nullable=False),
        sa.Column("maximum", sa.Double(), nullable=False),
        sa.Column("higher_is_better", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_history_scales_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_scales")),
        sa.UniqueConstraint(
            "patient_id", "name", "minimum", "maximum", "higher_is_better", "unit", name="uq_history_scales_described"
        ),
    )
    op.create_table(
        "history_uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("look", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_history_uploads_patient_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_history_uploads_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_uploads")),
        sa.UniqueConstraint("user_id", name=op.f("uq_history_uploads_user_id")),
    )
    with op.batch_alter_table("history_uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_uploads_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("once_key", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "leased",
                "sent",
                "failed",
                "dropped",
                name="delivery",
                native_enum=False,
                create_constraint=True,
                length=19,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_outbox_messages_patient_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_outbox_messages_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("once_key", name=op.f("uq_outbox_messages_once_key")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_messages_recipient_id_created_at"), ["recipient_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_outbox_messages_state_is_urgent_due_at"), ["state", "is_urgent", "due_at"], unique=False
        )

    op.create_table(
        "patient_conditions",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "treatment-resistant-depression",
                "anxiety",
                "bipolar",
                "chronic-pain",
                "chronic-suicidal-ideation",
                "ocd",
                "postpartum-depression",
                "ptsd",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=42,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_patient_conditions_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "condition", name=op.f("pk_patient_conditions")),
    )
    op.create_table(
        "plan_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("every_days", sa.SmallInteger(), nullable=False),
        sa.Column("extra_items", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_plan_items_created_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_plan_items_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_items")),
    )
    with op.batch_alter_table("plan_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_items_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "status_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "active",
                "paused",
                "transferred",
                "discharged",
                "died",
                name="before",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "active",
                "paused",
                "transferred",
                "discharged",
                "died",
                name="after",
                native_enum=False,
                create_constraint=True,
                length=23,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_status_changes_changed_by_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_status_changes_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_changes")),
    )
    with op.batch_alter_table("status_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_changes_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "alert_transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column(
            "before",
            sa.Enum(
                "open",
                "acknowledged",
                "acted-on",
                "closed",
                name="before",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            sa.Enum(
                "open",
                "acknowledged",
                "acted-on",
                "closed",
                name="after",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_transitions_alert_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_alert_transitions_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_transitions")),
    )
    with op.batch_alter_table("alert_transitions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_transitions_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "check_in_drafts",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("plan_item_id", sa.Uuid(), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_check_in_drafts_patient_id")),
        sa.ForeignKeyConstraint(["plan_item_id"], ["plan_items.id"], name=op.f("fk_check_in_drafts_plan_item_id")),
        sa.PrimaryKeyConstraint("patient_id", "plan_item_id", "for_on", name=op.f("pk_check_in_drafts")),
    )
    op.create_table(
        "check_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("plan_item_id", sa.Uuid(), nullable=True),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers_hash", sa.String(length=64), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["corrects_id"], ["check_ins.id"], name=op.f("fk_check_ins_corrects_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_check_ins_patient_id")),
        sa.ForeignKeyConstraint(["plan_item_id"], ["plan_items.id"], name=op.f("fk_check_ins_plan_item_id")),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["users.id"], name=op.f("fk_check_ins_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_check_ins_corrects_id")),
        sa.UniqueConstraint("patient_id", "submission_id", name=op.f("uq_check_ins_patient_id_submission_id")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_check_ins_patient_id_instrument_for_on"),
            ["patient_id", "instrument", "for_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_check_ins_patient_id_received_at"), ["patient_id", "received_at"], unique=False
        )
        batch_op.create_index(
            "ix_check_ins_unreviewed",
            ["patient_id", "received_at"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL AND superseded_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL AND superseded_at IS NULL"),
        )

    op.create_table(
        "concerns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=10), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_concerns_alert_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_concerns_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint(
            "patient_id",
            "submission_id",
            "rule",
            "item",
            "value",
            name=op.f("uq_concerns_patient_id_submission_id_rule_item_value"),
        ),
    )
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concerns_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_concerns_patient_id"), ["patient_id"], unique=False)

    op.create_table(
        "history_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("time_known", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("activities", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["history_imports.id"], name=op.f("fk_history_entries_import_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_history_entries_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entries")),
        sa.UniqueConstraint("patient_id", "fingerprint", name=op.f("uq_history_entries_patient_id_fingerprint")),
    )
    with op.batch_alter_table("history_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_entries_import_id"), ["import_id"], unique=False)

    op.create_table(
        "infusions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("induction", "booster", name="infusionkind", native_enum=False, create_constraint=True, length=21),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "completed",
                "stopped-early",
                "cancelled",
                "missed",
                name="infusionstatus",
                native_enum=False,
                create_constraint=True,
                length=25,
            ),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("happens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dose_mg", sa.Numeric(precision=8, scale=2, asdecimal=False), nullable=True),
        sa.Column("dose_mg_per_kg", sa.Numeric(precision=7, scale=3, asdecimal=False), nullable=True),
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
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column(
            "site",
            sa.Enum("home", "clinic", name="site", native_enum=False, create_constraint=True, length=18),
            nullable=False,
        ),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("dose_reason", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("dose_mg IS NULL OR dose_mg > 0", name=op.f("ck_infusions_dose_mg_positive")),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_infusions_minutes_positive")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_infusions_course_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_infusions_patient_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_infusions_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infusions")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_infusions_course_id_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_infusions_submission_id")),
    )
    with op.batch_alter_table("infusions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_infusions_patient_id_happens_at"), ["patient_id", "happens_at"], unique=False
        )

    op.create_table(
        "history_values",
        sa.Column("scale_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["history_entries.id"], name=op.f("fk_history_values_entry_id")),
        sa.ForeignKeyConstraint(["import_id"], ["history_imports.id"], name=op.f("fk_history_values_import_id")),
        sa.ForeignKeyConstraint(["scale_id"], ["history_scales.id"], name=op.f("fk_history_values_scale_id")),
        sa.PrimaryKeyConstraint("scale_id", "occurred_at", "entry_id", name=op.f("pk_history_values")),
    )
    with op.batch_alter_table("history_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_values_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "infusion_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("infusion_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_infusion_revisions_changed_by_id")),
        sa.ForeignKeyConstraint(["infusion_id"], ["infusions.id"], name=op.f("fk_infusion_revisions_infusion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_infusion_revisions")),
    )
    with op.batch_alter_table("infusion_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_infusion_revisions_infusion_id"), ["infusion_id"], unique=False)

    op.create_table(
        "scores",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("for_on", sa.Date(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("band", sa.String(length=40), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "complete",
                "prorated",
                "not-scorable",
                name="scorestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("answered", sa.SmallInteger(), nullable=False),
        sa.Column("asked", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_ins.id"], name=op.f("fk_scores_check_in_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_scores_patient_id")),
        sa.PrimaryKeyConstraint("patient_id", "instrument", "scale", "for_on", "check_in_id", name=op.f("pk_scores")),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_check_in_id"), ["check_in_id"], unique=False)

    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("about_infusion_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by_id", sa.Uuid(), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unread_by_team", sa.Integer(), nullable=False),
        sa.Column("unread_by_patient", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["about_infusion_id"], ["infusions.id"], name=op.f("fk_threads_about_infusion_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_threads_patient_id")),
        sa.ForeignKeyConstraint(["started_by_id"], ["users.id"], name=op.f("fk_threads_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_threads_last_message_at"), ["last_message_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_threads_patient_id_last_message_at"), ["patient_id", "last_message_at"], unique=False
        )
        batch_op.create_index(
            "ix_threads_waiting_for_team",
            ["last_message_at"],
            unique=False,
            sqlite_where=sa.text("unread_by_team > 0"),
            postgresql_where=sa.text("unread_by_team > 0"),
        )

    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("is_from_patient", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_messages_author_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_messages_patient_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name=op.f("fk_messages_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_messages_submission_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messages_patient_id_is_from_patient_sent_at"),
            ["patient_id", "is_from_patient", "sent_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_messages_thread_id_sent_at"), ["thread_id", "sent_at"], unique=False)

    op.create_table(
        "message_reads",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_reads_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_message_reads_user_id")),
        sa.PrimaryKeyConstraint("message_id", "user_id", name=op.f("pk_message_reads")),
    )

    _first_rows()
    _forbid_changing_the_audit()


def downgrade() -> None:
    op.drop_table("message_reads")
    _allow_changing_the_audit()
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_thread_id_sent_at"))
        batch_op.drop_index(batch_op.f("ix_messages_patient_id_is_from_patient_sent_at"))

    op.drop_table("messages")
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_threads_waiting_for_team",
            sqlite_where=sa.text("unread_by_team > 0"),
            postgresql_where=sa.text("unread_by_team > 0"),
        )
        batch_op.drop_index(batch_op.f("ix_threads_patient_id_last_message_at"))
        batch_op.drop_index(batch_op.f("ix_threads_last_message_at"))

    op.drop_table("threads")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scores_check_in_id"))

    op.drop_table("scores")
    with op.batch_alter_table("infusion_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_infusion_revisions_infusion_id"))

    op.drop_table("infusion_revisions")
    with op.batch_alter_table("history_values", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_values_entry_id"))

    op.drop_table("history_values")
    with op.batch_alter_table("infusions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_infusions_patient_id_happens_at"))

    op.drop_table("infusions")
    with op.batch_alter_table("history_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_entries_import_id"))

    op.drop_table("history_entries")
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_concerns_patient_id"))
        batch_op.drop_index(batch_op.f("ix_concerns_alert_id"))

    op.drop_table("concerns")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_check_ins_unreviewed",
            sqlite_where=sa.text("reviewed_at IS NULL AND superseded_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL AND superseded_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_check_ins_patient_id_received_at"))
        batch_op.drop_index(batch_op.f("ix_check_ins_patient_id_instrument_for_on"))

    op.drop_table("check_ins")
    op.drop_table("check_in_drafts")
    with op.batch_alter_table("alert_transitions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_transitions_alert_id"))

    op.drop_table("alert_transitions")
    with op.batch_alter_table("status_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_status_changes_patient_id"))

    op.drop_table("status_changes")
    with op.batch_alter_table("plan_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_items_patient_id"))

    op.drop_table("plan_items")
    op.drop_table("patient_conditions")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_messages_state_is_urgent_due_at"))
        batch_op.drop_index(batch_op.f("ix_outbox_messages_recipient_id_created_at"))

    op.drop_table("outbox_messages")
    with op.batch_alter_table("history_uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_uploads_sent_at"))

    op.drop_table("history_uploads")
    op.drop_table("history_scales")
    with op.batch_alter_table("history_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_imports_patient_id"))

    op.drop_table("history_imports")
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_patient_id"))

    op.drop_table("courses")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_patient_id"))

    op.drop_table("consents")
    op.drop_table("caseload_rows")
    with op.batch_alter_table("caseload_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_caseload_entries_user_id_sort_name_patient_id"))
        batch_op.drop_index(batch_op.f("ix_caseload_entries_user_id_rank_sort_name_patient_id"))
        batch_op.drop_index(batch_op.f("ix_caseload_entries_patient_id"))

    op.drop_table("caseload_entries")
    with op.batch_alter_table("care_team_members", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_care_team_members_current",
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_care_team_members_user_id_until"))

    op.drop_table("care_team_members")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_state_severity_opened_at"))
        batch_op.drop_index(batch_op.f("ix_alerts_patient_id_state"))

    op.drop_table("alerts")
    with op.batch_alter_table("user_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_sessions_user_id"))

    op.drop_table("user_sessions")
    op.drop_table("patients")
    with op.batch_alter_table("kept_forms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_forms_user_id"))

    op.drop_table("kept_forms")
    with op.batch_alter_table("account_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_tokens_user_id"))

    op.drop_table("account_tokens")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_role_status_name"))

    op.drop_table("users")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_address_key_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_account_key_at"))

    op.drop_table("sign_in_attempts")
    op.drop_table("holidays")
    op.drop_table("heartbeats")
    op.drop_table("clinics")
    op.drop_table("audit_heads")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_patient_id_at"))
        batch_op.drop_index(batch_op.f("ix_audit_events_event_at"))
        batch_op.drop_index(batch_op.f("ix_audit_events_actor_id_at"))

    op.drop_table("audit_events")


def _first_rows() -> None:
    week = {day: ["09:00", "17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    clinics = sa.table(
        "clinics",
        *(sa.column(name) for name in ("id", "display_name", "country", "time_zone", "phone", "leave_address")),
        sa.column("hours", sa.JSON()),
        *(
            sa.column(name)
            for name in ("reply_within_hours", "review_within_hours", "alert_within_minutes", "past_days")
        ),
        sa.column("is_demo", sa.Boolean()),
        sa.column("changed_at", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(
        clinics,
        [
            {
                "id": 1,
                "display_name": "Your clinic",
                "country": "",
                "time_zone": "UTC",
                "phone": "",
                "leave_address": "",
                "hours": week,
                "reply_within_hours": 16,
                "review_within_hours": 16,
                "alert_within_minutes": 60,
                "past_days": 7,
                "is_demo": False,
                "changed_at": datetime.now(UTC),
            }
        ],
    )
    heads = sa.table("audit_heads", sa.column("id"), sa.column("sequence"), sa.column("hash"))
    op.bulk_insert(heads, [{"id": 1, "sequence": 0, "hash": ""}])


def _forbid_changing_the_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_events_no_{action.lower()} BEFORE {action} ON audit_events "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )


def _allow_changing_the_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_events_no_{action}")
        return
    op.execute("DROP TRIGGER audit_events_no_change ON audit_events")
    op.execute("DROP FUNCTION refuse_audit_change()")
