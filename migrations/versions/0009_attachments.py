"""files and questionnaires in a thread"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("check_in_id IS NULL AND withdrawn_at IS NULL")
UNSENT = sa.text("message_id IS NULL")
KINDS = ("pdf", "jpeg", "png", "chart", "questionnaire")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def refers(table: str, *columns: tuple[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns
    ]


def upgrade() -> None:
    op.add_column("plan_items", sa.Column("is_requested", sa.Boolean(), nullable=False, server_default=sa.false()))
    _requests()
    _attachments()


def _requests() -> None:
    table = "questionnaire_requests"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("plan_item_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        moment("asked_at"),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_id", sa.Uuid(), nullable=True),
        moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        *refers(
            table,
            ("patient_id", "patients"),
            ("plan_item_id", "plan_items"),
            ("asked_by_id", "users"),
            ("check_in_id", "check_ins"),
            ("withdrawn_by_id", "users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for column in ("plan_item_id", "check_in_id"):
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    op.create_index(
        f"ix_{table}_open",
        table,
        ["patient_id", "instrument"],
        unique=False,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("brought_by_id", sa.Uuid(), nullable=False),
        moment("brought_at"),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="filekind", native_enum=False, create_constraint=True, length=25),
            nullable=False,
        ),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("instrument", sa.String(60), nullable=True),
        sa.Column("before_on", sa.Date(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        moment("swept_at", nullable=True),
        *refers(
            "attachments",
            ("patient_id", "patients"),
            ("brought_by_id", "users"),
            ("message_id", "messages"),
            ("request_id", "questionnaire_requests"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_message_id", "attachments", ["message_id"], unique=False)
    op.create_index(
        "ix_attachments_brought_by_id_brought_at", "attachments", ["brought_by_id", "brought_at"], unique=False
    )
    op.create_index(
        "ix_attachments_unsent",
        "attachments",
        ["brought_at"],
        unique=False,
        sqlite_where=UNSENT,
        postgresql_where=UNSENT,
    )


def downgrade() -> None:
    op.drop_table("attachments")
    op.drop_table("questionnaire_requests")
    # A line that a message asked for is no line of a plan: without the mark it would be taken for one.
    op.execute("UPDATE plan_items SET ends_on = starts_on WHERE is_requested")
    op.drop_column("plan_items", "is_requested")
