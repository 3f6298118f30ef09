"""custody and tracing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "paper_ceremony", "paper_ceremony_release", "paper_copy", "paper_possession", "paper_hold", "paper_destruction",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema one step forward."""
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.add_column(sa.Column("earlier", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("destroyed_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "paper_ceremony",
        sa.Column("id", sa.String(length=40), primary_key=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("approved_ms", sa.BigInteger(), nullable=True),
        sa.Column("call", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("printed", sa.Integer(), nullable=False),
    )
    op.create_table(
        "paper_ceremony_release",
        sa.Column("ceremony", sa.String(length=40), primary_key=True),
        sa.Column("custodian", sa.String(length=40), primary_key=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "paper_copy",
        sa.Column("mark", sa.String(length=20), primary_key=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("ceremony", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "paper_possession",
        sa.Column("nonce", sa.String(length=60), primary_key=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("manifest_digest", sa.String(length=80), nullable=False),
        sa.Column("custodian", sa.String(length=40), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("proven_ms", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
    )
    op.create_table(
        "paper_hold",
        sa.Column("id", sa.String(length=40), primary_key=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("placed_by", sa.String(length=120), nullable=False),
        sa.Column("placed_ms", sa.BigInteger(), nullable=False),
        sa.Column("lifted_by", sa.String(length=120), nullable=True),
        sa.Column("lifted_ms", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "paper_destruction",
        sa.Column("id", sa.String(length=40), primary_key=True),
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("material", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
    )
    for name in ("paper_ceremony", "paper_copy", "paper_possession", "paper_hold", "paper_destruction"):
        op.create_index(f"ix_{name}_paper", name, ["paper"])


def downgrade() -> None:
    """Take the step back."""
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_column("destroyed_ms")
        batch_op.drop_column("earlier")
