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
    _count_earlier_uses()


def _count_earlier_uses() -> None:
    """Items of forms approved before there was a ledger have been used all the same."""
    bind = op.get_bind()
    assemblies = sa.table(
        "assembly", sa.column("id"), sa.column("bank_id"), sa.column("state"), sa.column("approved_ms"),
        sa.column("created_ms"),
    )  # fmt: skip
    forms = sa.table(
        "assembly_form", sa.column("assembly_id"), sa.column("form_id"), sa.column("reserve"),
        sa.column("sections", sa.JSON()),
    )  # fmt: skip
    names = ("assembly_id", "form_id", "code", "bank_id", "reserve", "purpose", "at_ms")
    uses = sa.table("item_use", *(sa.column(name) for name in names))
    query = sa.select(assemblies, forms.c.form_id, forms.c.reserve, forms.c.sections)
    query = query.join(forms, forms.c.assembly_id == assemblies.c.id)
    for row in bind.execute(query.where(assemblies.c.state.in_(("approved", "sealed")))).all():
        codes = sorted({item["code"] for part in row.sections for item in part["items"]})
        shared = {
            "assembly_id": row.id, "form_id": row.form_id, "bank_id": row.bank_id, "reserve": row.reserve,
            "purpose": "formal", "at_ms": row.approved_ms or row.created_ms,
        }  # fmt: skip
        bind.execute(uses.insert(), [shared | {"code": code} for code in codes])


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
