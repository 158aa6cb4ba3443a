"""the month end of the coins: tables, statements, who signed, what is public

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-27 21:30:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), 'postgresql')
COINS = ('opening', 'hazards', 'volunteering', 'mediation', 'other', 'spent', 'expired', 'adjusted', 'closing', 'late')
# What is only ever added to, whoever asks.
FROZEN = ('points_month', 'points_statement', 'points_close', 'points_signature', 'points_publication')


def upgrade():
    op.create_table('points_month',
    sa.Column('period', sa.Text(), nullable=False),
    sa.Column('cut_at', WHOLE, nullable=False),
    sa.Column('made_at', WHOLE, nullable=False),
    sa.PrimaryKeyConstraint('period', name=op.f('pk_points_month')),
    sqlite_strict=True
    )
    op.create_table('points_statement',
    sa.Column('period', sa.Text(), nullable=False),
    sa.Column('account_id', WHOLE, nullable=False),
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('household_id', WHOLE, nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    *[sa.Column(name, WHOLE, nullable=False) for name in COINS],
    sa.Column('last_version', WHOLE, nullable=False),
    sa.Column('head_hash', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('closing = opening + hazards + volunteering + mediation + other - spent - expired + adjusted', name=op.f('ck_points_statement_nothing_lost')),
    sa.CheckConstraint('opening >= 0 AND closing >= 0', name=op.f('ck_points_statement_no_balance_negative')),
    sa.CheckConstraint('length(head_hash) = 32', name=op.f('ck_points_statement_whole_hash')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_points_statement_account_id')),
    sa.ForeignKeyConstraint(['period'], ['points_month.period'], name=op.f('fk_points_statement_period')),
    sa.PrimaryKeyConstraint('period', 'account_id', name=op.f('pk_points_statement')),
    sqlite_strict=True
    )
    op.create_index('ix_points_statement_village', 'points_statement', ['period', 'area_code', 'number'], unique=False)
    op.create_index('ix_points_statement_account', 'points_statement', ['account_id', 'period'], unique=False)

    op.create_table('points_close',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(length=7), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('closing', WHOLE, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_points_close_whole_digest')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_close_area_code')),
    sa.ForeignKeyConstraint(['period'], ['points_month.period'], name=op.f('fk_points_close_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_close')),
    sa.UniqueConstraint('period', 'area_code', name=op.f('uq_points_close_period_area_code')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_close_area_code', 'points_close', ['area_code'], unique=False)

    op.create_table('points_signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('close_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'district', name='reviewlevel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('remark', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['close_id'], ['points_close.id'], name=op.f('fk_points_signature_close_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_signature_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_signature')),
    sa.UniqueConstraint('close_id', 'level', name=op.f('uq_points_signature_close_id_level')),
    sa.UniqueConstraint('close_id', 'person_id', name=op.f('uq_points_signature_close_id_person_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_signature_person_id', 'points_signature', ['person_id'], unique=False)

    op.create_table('points_publication',
    sa.Column('close_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('shows', sa.Enum('names', 'doors', 'sums', name='shows', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['close_id'], ['points_close.id'], name=op.f('fk_points_publication_close_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_publication_person_id')),
    sa.PrimaryKeyConstraint('close_id', name=op.f('pk_points_publication'))
    )
    op.create_table('points_reminder',
    sa.Column('account_id', WHOLE, nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('texted', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('coins > 0', name=op.f('ck_points_reminder_something_to_say')),
    sa.ForeignKeyConstraint(['account_id'], ['points_account.id'], name=op.f('fk_points_reminder_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'last_day', 'days', name=op.f('pk_points_reminder'))
    )
    op.create_table('points_budget',
    sa.Column('village', sa.String(length=17), nullable=False),
    sa.Column('monthly', sa.Integer(), nullable=False),
    sa.Column('yuan', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('monthly >= 0 AND yuan >= 0', name=op.f('ck_points_budget_nothing_negative')),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_points_budget_set_by')),
    sa.ForeignKeyConstraint(['village'], ['people_area.code'], name=op.f('fk_points_budget_village')),
    sa.PrimaryKeyConstraint('village', name=op.f('pk_points_budget'))
    )
    op.create_table('points_showing',
    sa.Column('village', sa.String(length=17), nullable=False),
    sa.Column('shows', sa.Enum('names', 'doors', 'sums', name='shows', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_points_showing_set_by')),
    sa.ForeignKeyConstraint(['village'], ['people_area.code'], name=op.f('fk_points_showing_village')),
    sa.PrimaryKeyConstraint('village', name=op.f('pk_points_showing'))
    )
    op.create_table('points_objection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=16), nullable=False),
    sa.Column('close_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('(answered_at IS NULL) = (answered_by IS NULL)', name=op.f('ck_points_objection_answered_by_somebody')),
    sa.ForeignKeyConstraint(['answered_by'], ['people_person.id'], name=op.f('fk_points_objection_answered_by')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_objection_area_code')),
    sa.ForeignKeyConstraint(['close_id'], ['points_close.id'], name=op.f('fk_points_objection_close_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_objection')),
    sa.UniqueConstraint('key', name=op.f('uq_points_objection_key')),
    sa.UniqueConstraint('number', name=op.f('uq_points_objection_number')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_objection_area_code', 'points_objection', ['area_code'], unique=False)
    op.create_index('ix_points_objection_close_id', 'points_objection', ['close_id'], unique=False)
    freeze()


def freeze():
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for table in FROZEN:
        for verb in ('UPDATE', 'DELETE'):
            action = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
                if sqlite
                else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
            )
            op.execute(f'CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}')
        if not sqlite:
            op.execute(
                f'CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}'
                ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
            )
    if not sqlite:
        op.execute(NARROW)


# Whoever the default privileges let in may add; nothing else.
NARROW = f"""
DO $$
DECLARE login record;
BEGIN
  FOR login IN
    SELECT DISTINCT c.oid::regclass AS part, a.grantee::regrole AS name
      FROM pg_class c, LATERAL aclexplode(c.relacl) a
     WHERE c.oid = ANY (ARRAY[{", ".join(f"'{one}'::regclass" for one in FROZEN)}])
       AND a.grantee <> 0 AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %s', login.part, login.name);
  END LOOP;
END $$
"""


def downgrade():
    op.drop_index('ix_points_objection_close_id', table_name='points_objection')
    op.drop_index('ix_points_objection_area_code', table_name='points_objection')

    op.drop_table('points_objection')
    op.drop_table('points_showing')
    op.drop_table('points_budget')
    op.drop_table('points_reminder')
    op.drop_table('points_publication')
    op.drop_index('ix_points_signature_person_id', table_name='points_signature')

    op.drop_table('points_signature')
    op.drop_index('ix_points_close_area_code', table_name='points_close')

    op.drop_table('points_close')
    op.drop_index('ix_points_statement_account', table_name='points_statement')
    op.drop_index('ix_points_statement_village', table_name='points_statement')

    op.drop_table('points_statement')
    op.drop_table('points_month')
