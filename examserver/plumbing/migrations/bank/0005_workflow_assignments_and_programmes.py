"""workflow assignments and programmes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table('allocation',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('unit_id', sa.String(length=40), nullable=False),
    sa.Column('areas', sa.JSON(), nullable=False),
    sa.Column('forms_max', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.String(length=10), nullable=False),
    sa.Column('valid_to', sa.String(length=10), nullable=False),
    sa.Column('preview', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation'))
    )
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocation_bank_id'), ['bank_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocation_unit_id'), ['unit_id'], unique=False)

    op.create_table('assignment',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('unit_id', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('wishes', sa.JSON(), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.String(length=10), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.Column('overdue_ms', sa.BigInteger(), nullable=True),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assignment_bank_id'), ['bank_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assignment_unit_id'), ['unit_id'], unique=False)

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

    op.create_table('bank_unit',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_unit')),
    sa.UniqueConstraint('name', name=op.f('uq_bank_unit_name'))
    )
    op.create_table('occupation',
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('edition', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('code', 'edition', name=op.f('pk_occupation'))
    )
    op.create_table('review_draw',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('seed', sa.String(length=200), nullable=False),
    sa.Column('per_item', sa.Integer(), nullable=False),
    sa.Column('recusal', sa.String(length=40), nullable=False),
    sa.Column('pool', sa.JSON(), nullable=False),
    sa.Column('items', sa.JSON(), nullable=False),
    sa.Column('unserved', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('due_ms', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('at_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_draw'))
    )
    with op.batch_alter_table('review_draw', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_draw_bank_id'), ['bank_id'], unique=False)

    op.create_table('review_drawn',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('draw_id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('item_id', sa.String(length=40), nullable=False),
    sa.Column('version_id', sa.String(length=40), nullable=False),
    sa.Column('reviewer', sa.String(length=40), nullable=False),
    sa.Column('reviewer_name', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('due_ms', sa.BigInteger(), nullable=False),
    sa.Column('overdue_ms', sa.BigInteger(), nullable=True),
    sa.Column('done_ms', sa.BigInteger(), nullable=True),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_drawn'))
    )
    with op.batch_alter_table('review_drawn', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_drawn_bank_id'), ['bank_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_drawn_draw_id'), ['draw_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_review_drawn_item_id'), ['item_id'], unique=False)
        batch_op.create_index('ix_review_drawn_reviewer', ['reviewer', 'state'], unique=False)

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

    op.create_table('standard',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('occupation_code', sa.String(length=40), nullable=False),
    sa.Column('edition', sa.String(length=20), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('document_no', sa.String(length=120), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('ministry_filing', sa.String(length=120), nullable=False),
    sa.Column('province_filing', sa.String(length=120), nullable=False),
    sa.Column('valid_from', sa.String(length=10), nullable=False),
    sa.Column('valid_to', sa.String(length=10), nullable=False),
    sa.Column('superseded_by', sa.String(length=40), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standard')),
    sa.UniqueConstraint('kind', 'document_no', 'version', name=op.f('uq_standard_kind'))
    )
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

    op.drop_table('standard')
    with op.batch_alter_table('specification_override', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_specification_override_bank_id'))

    op.drop_table('specification_override')
    with op.batch_alter_table('review_drawn', schema=None) as batch_op:
        batch_op.drop_index('ix_review_drawn_reviewer')
        batch_op.drop_index(batch_op.f('ix_review_drawn_item_id'))
        batch_op.drop_index(batch_op.f('ix_review_drawn_draw_id'))
        batch_op.drop_index(batch_op.f('ix_review_drawn_bank_id'))

    op.drop_table('review_drawn')
    with op.batch_alter_table('review_draw', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_draw_bank_id'))

    op.drop_table('review_draw')
    op.drop_table('occupation')
    op.drop_table('bank_unit')
    with op.batch_alter_table('bank_readiness', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_readiness_bank_id'))

    op.drop_table('bank_readiness')
    with op.batch_alter_table('bank_phase', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_phase_bank_id'))

    op.drop_table('bank_phase')
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assignment_unit_id'))
        batch_op.drop_index(batch_op.f('ix_assignment_bank_id'))

    op.drop_table('assignment')
    with op.batch_alter_table('allocation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_allocation_unit_id'))
        batch_op.drop_index(batch_op.f('ix_allocation_bank_id'))

    op.drop_table('allocation')
