"""statistics, remarks and public release."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema one step forward."""
    op.create_table('item_analysis',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('matrices', sa.JSON(), nullable=False),
    sa.Column('tests', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.String(length=40), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.Column('done_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_analysis'))
    )
    op.create_index(op.f('ix_item_analysis_bank_id'), 'item_analysis', ['bank_id'], unique=False)
    op.create_table('item_remark',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('matrix', sa.String(length=80), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('flag', sa.String(length=40), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('sitting', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_ms', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('closed_by', sa.String(length=40), nullable=False),
    sa.Column('closed_by_name', sa.String(length=120), nullable=False),
    sa.Column('closed_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_remark'))
    )
    op.create_index(op.f('ix_item_remark_bank_id'), 'item_remark', ['bank_id'], unique=False)
    op.create_table('item_statistic',
    sa.Column('analysis_id', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('p', sa.Float(), nullable=False),
    sa.Column('discrimination', sa.Float(), nullable=True),
    sa.Column('a', sa.Float(), nullable=True),
    sa.Column('b', sa.Float(), nullable=True),
    sa.Column('c', sa.Float(), nullable=True),
    sa.Column('usable', sa.Boolean(), nullable=False),
    sa.Column('flags', sa.JSON(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('analysis_id', 'code', 'version', name=op.f('pk_item_statistic'))
    )
    op.create_index('ix_item_statistic_code', 'item_statistic', ['bank_id', 'code'], unique=False)
    op.create_table('public_release',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('ratio', sa.String(length=10), nullable=False),
    sa.Column('types', sa.JSON(), nullable=False),
    sa.Column('area', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('eligible', sa.JSON(), nullable=False),
    sa.Column('eligible_digest', sa.String(length=80), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('hidden', sa.String(length=80), nullable=False),
    sa.Column('commitment', sa.String(length=80), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('assets', sa.JSON(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_ms', sa.BigInteger(), nullable=False),
    sa.Column('approver', sa.String(length=40), nullable=False),
    sa.Column('approver_name', sa.String(length=120), nullable=False),
    sa.Column('released_ms', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_release'))
    )
    op.create_index(op.f('ix_public_release_bank_id'), 'public_release', ['bank_id'], unique=False)
    op.create_table('response_matrix',
    sa.Column('digest', sa.String(length=80), nullable=False),
    sa.Column('bank_id', sa.String(length=40), nullable=False),
    sa.Column('sitting', sa.String(length=40), nullable=False),
    sa.Column('run', sa.String(length=40), nullable=False),
    sa.Column('paper', sa.String(length=40), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('items', sa.Integer(), nullable=False),
    sa.Column('remarks', sa.Integer(), nullable=False),
    sa.Column('held_ms', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('imported_ms', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_response_matrix')),
    sa.UniqueConstraint('sitting', 'run', name=op.f('uq_response_matrix_sitting'))
    )
    op.create_index(op.f('ix_response_matrix_bank_id'), 'response_matrix', ['bank_id'], unique=False)


def downgrade() -> None:
    """Take the step back."""
    op.drop_index(op.f('ix_response_matrix_bank_id'), table_name='response_matrix')
    op.drop_table('response_matrix')
    op.drop_index(op.f('ix_public_release_bank_id'), table_name='public_release')
    op.drop_table('public_release')
    op.drop_index('ix_item_statistic_code', table_name='item_statistic')
    op.drop_table('item_statistic')
    op.drop_index(op.f('ix_item_remark_bank_id'), table_name='item_remark')
    op.drop_table('item_remark')
    op.drop_index(op.f('ix_item_analysis_bank_id'), table_name='item_analysis')
    op.drop_table('item_analysis')
