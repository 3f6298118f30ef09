"""blueprints exposure and swaps."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table(
        "item_use",
        sa.Column("assembly_id", sa.String(length=40), nullable=False),
        sa.Column("form_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("bank_id", sa.String(length=40), nullable=False),
        sa.Column("reserve", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("assembly_id", "form_id", "code", name=op.f("pk_item_use")),
    )
    with op.batch_alter_table("item_use", schema=None) as batch_op:
        batch_op.create_index("ix_item_use_bank_code", ["bank_id", "code"], unique=False)
    op.create_table(
        "item_swap",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("assembly_id", sa.String(length=40), nullable=False),
        sa.Column("form_id", sa.String(length=40), nullable=False),
        sa.Column("out", sa.Text(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=80), nullable=False),
        sa.Column("after", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_swap")),
    )
    with op.batch_alter_table("item_swap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_swap_assembly_id"), ["assembly_id"], unique=False)
    with op.batch_alter_table("assembly", schema=None) as batch_op:
        batch_op.add_column(sa.Column("measured", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("relaxation", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("report", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("took_ms", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("assembly_form", schema=None) as batch_op:
        batch_op.add_column(sa.Column("report", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("assembly_form", schema=None) as batch_op:
        batch_op.drop_column("report")
    with op.batch_alter_table("assembly", schema=None) as batch_op:
        for name in ("took_ms", "report", "relaxation", "measured"):
            batch_op.drop_column(name)
    with op.batch_alter_table("item_swap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_swap_assembly_id"))
    op.drop_table("item_swap")
    with op.batch_alter_table("item_use", schema=None) as batch_op:
        batch_op.drop_index("ix_item_use_bank_code")
    op.drop_table("item_use")
