"""Members of a case are found by their case."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("item") as table:
        table.create_index("ix_item_bank_case", ["bank_id", "case_code"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("item") as table:
        table.drop_index("ix_item_bank_case")
