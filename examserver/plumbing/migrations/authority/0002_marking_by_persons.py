"""marking by persons."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "marking_question",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key_package_digest", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("full", sa.String(length=20), nullable=False),
        sa.Column("limit_percent", sa.Integer(), nullable=False),
        sa.Column("scoring", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_question")),
        sa.UniqueConstraint("key_package_digest", "code", "version", name="uq_marking_question_item"),
    )
    op.create_table(
        "marking_response",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("sitting", sa.String(length=40), nullable=False),
        sa.Column("record_digest", sa.String(length=80), nullable=False),
        sa.Column("session", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_response")),
    )
    op.create_index(op.f("ix_marking_response_question"), "marking_response", ["question"], unique=False)
    op.create_index(op.f("ix_marking_response_sitting"), "marking_response", ["sitting"], unique=False)
    op.create_table(
        "marking_mark",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("response", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("total", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_mark")),
        sa.UniqueConstraint("response", "account", name="uq_marking_mark_account"),
        sa.UniqueConstraint("response", "reading", name="uq_marking_mark_reading"),
    )
    op.create_index(op.f("ix_marking_mark_response"), "marking_mark", ["response"], unique=False)
    with op.batch_alter_table("grading_run") as batch:
        batch.add_column(sa.Column("awaiting", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("marks_digest", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("grading_run") as batch:
        batch.drop_column("marks_digest")
        batch.drop_column("awaiting")
    op.drop_table("marking_mark")
    op.drop_table("marking_response")
    op.drop_table("marking_question")
