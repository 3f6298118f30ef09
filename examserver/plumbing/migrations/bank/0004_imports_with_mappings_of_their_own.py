"""imports with mappings of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("item_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("format", sa.String(length=20), server_default="sheet", nullable=False))
        batch_op.add_column(sa.Column("counts", sa.String(length=20), server_default="row", nullable=False))
        batch_op.add_column(sa.Column("faulty", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("totals", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("corrections", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("report_file", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("error", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("job_id", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("took_ms", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("unit", sa.String(length=40), server_default="", nullable=False))
    op.execute("UPDATE item_import SET faulty = rows - good")
    op.create_table(
        "item_asset_giver",
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("digest", "account", name=op.f("pk_item_asset_giver")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bank_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("bank_id", "name", name=op.f("uq_import_mapping_bank_id")),
    )
    op.create_table(
        "item_comparison",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bank_id", sa.String(length=40), nullable=False),
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ratio", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("pairs", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_comparison")),
    )
    op.create_index(op.f("ix_item_comparison_bank_id"), "item_comparison", ["bank_id"], unique=False)
    op.create_table(
        "item_pair_decision",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("bank_id", sa.String(length=40), nullable=False),
        sa.Column("first", sa.String(length=64), nullable=False),
        sa.Column("second", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("retired", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("versions", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_pair_decision")),
    )
    op.create_index(op.f("ix_item_pair_decision_bank_id"), "item_pair_decision", ["bank_id"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_table("item_pair_decision")
    op.drop_table("item_comparison")
    op.drop_table("import_mapping")
    op.drop_table("item_asset_giver")
    with op.batch_alter_table("item_import", schema=None) as batch_op:
        names = "unit took_ms job_id error report_file corrections totals faulty counts format"
        for name in names.split():
            batch_op.drop_column(name)
