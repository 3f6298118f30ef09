"""a closed session keeps the number of its answered items

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add hall_session.answered."""
    with op.batch_alter_table("hall_session") as batch:
        batch.add_column(sa.Column("answered", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop it again; the steps still say it."""
    with op.batch_alter_table("hall_session") as batch:
        batch.drop_column("answered")
