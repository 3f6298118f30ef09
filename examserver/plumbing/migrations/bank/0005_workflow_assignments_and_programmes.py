"""workflow assignments and programmes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table('bank_phase',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('areas', sa.JSON(), nullable=False),
    sa.Column('per_point', sa.Integer(), nullable=False),
    sa.Column('targets', sa.JSON(), nullable=False),
    sa.Column('due_on', sa.String(length=10), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_phase')),
    sa.UniqueConstraint('bank_id', 'number', name=op.f('uq_bank_phase_bank_id'))
    )
    with op.batch_alter_table('bank_phase', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_phase_bank_id'), ['bank_id'], unique=False)

    op.create_table('bank_readiness',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('before', sa.String(length=20), nullable=False),
    sa.Column('after', sa.String(length=20), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_readiness'))
    )
    with op.batch_alter_table('bank_readiness', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_readiness_bank_id'), ['bank_id'], unique=False)

    op.create_table('specification_override',
    sa.Column('specification_id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('contradictions', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('specification_id', name=op.f('pk_specification_override'))
    )
    with op.batch_alter_table('specification_override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_specification_override_bank_id'), ['bank_id'], unique=False)

    with op.batch_alter_table('assembly', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purpose', sa.String(length=20), server_default='formal', nullable=False))
        batch_op.add_column(sa.Column('allocation_id', sa.String(length=40), server_default='', nullable=False))

    with op.batch_alter_table('item_bank', schema=None) as batch_op:
        batch_op.add_column(sa.Column('readiness', sa.String(length=20), server_default='preparing', nullable=False))
        batch_op.add_column(sa.Column('standard_id', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('funding', sa.String(length=200), server_default='', nullable=False))

    with op.batch_alter_table('item_verdict', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reasons', sa.JSON(), server_default='{}', nullable=False))

    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit', sa.String(length=40), server_default='', nullable=False))



def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table('item_version', schema=None) as batch_op:
        batch_op.drop_column('unit')

    with op.batch_alter_table('item_verdict', schema=None) as batch_op:
        batch_op.drop_column('reasons')

    with op.batch_alter_table('item_bank', schema=None) as batch_op:
        batch_op.drop_column('funding')
        batch_op.drop_column('standard_id')
        batch_op.drop_column('readiness')

    with op.batch_alter_table('assembly', schema=None) as batch_op:
        batch_op.drop_column('allocation_id')
        batch_op.drop_column('purpose')

    with op.batch_alter_table('specification_override', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_specification_override_bank_id'))

    op.drop_table('specification_override')
    with op.batch_alter_table('bank_readiness', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_readiness_bank_id'))

    op.drop_table('bank_readiness')
    with op.batch_alter_table('bank_phase', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_phase_bank_id'))

    op.drop_table('bank_phase')
