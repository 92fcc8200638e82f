"""instruments a clinic has added or pasted the wording of"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clinic_definitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("own", "wording", name="origin", native_enum=False, create_constraint=True, length=19),
            nullable=False,
        ),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name=op.f("fk_clinic_definitions_proposed_by_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_clinic_definitions_approved_by_id")),
        sa.ForeignKeyConstraint(["retired_by_id"], ["users.id"], name=op.f("fk_clinic_definitions_retired_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic_definitions")),
        sa.UniqueConstraint("instrument", "version", name=op.f("uq_clinic_definitions_instrument_version")),
    )


def downgrade() -> None:
    op.drop_table("clinic_definitions")
