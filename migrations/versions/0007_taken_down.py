"""what staff write down for callers

Revision ID: 0007
Revises: 0001
Create Date: 2026-11-27 04:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0001"
branch_labels = None
depends_on = None

FROZEN = ('citizen_taken_down', 'citizen_said_for')


def upgrade():
    op.add_column('citizen_report', sa.Column('taken_down', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table('citizen_taken_down',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('outside', sa.Boolean(), nullable=False),
    sa.Column('channel', sa.Enum('phone', 'counter', 'visit', name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name_given', sa.Boolean(), nullable=False),
    sa.Column('contact_given', sa.Boolean(), nullable=False),
    sa.Column('consent', sa.String(length=16), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_citizen_taken_down_area_code')),
    sa.ForeignKeyConstraint(['by'], ['people_person.id'], name=op.f('fk_citizen_taken_down_by')),
    sa.ForeignKeyConstraint(['report_id'], ['citizen_report.id'], name=op.f('fk_citizen_taken_down_report_id')),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_citizen_taken_down'))
    )
    op.create_index(op.f('ix_citizen_taken_down_area_code'), 'citizen_taken_down', ['area_code'], unique=False)
    op.create_index(op.f('ix_citizen_taken_down_by'), 'citizen_taken_down', ['by'], unique=False)
    op.create_index(op.f('ix_citizen_taken_down_taken_at'), 'citizen_taken_down', ['taken_at'], unique=False)
    op.create_table('citizen_said_for',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.Integer(), nullable=False),
    sa.Column('wish', sa.Enum('add', 'urge', 'confirm', 'rate', 'reopen', name='wish', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('channel', sa.Enum('phone', 'counter', 'visit', name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by'], ['people_person.id'], name=op.f('fk_citizen_said_for_by')),
    sa.ForeignKeyConstraint(['report_id'], ['citizen_report.id'], name=op.f('fk_citizen_said_for_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_citizen_said_for')),
    sa.UniqueConstraint('key', name=op.f('uq_citizen_said_for_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_citizen_said_for_by'), 'citizen_said_for', ['by'], unique=False)
    op.create_index(op.f('ix_citizen_said_for_report_id'), 'citizen_said_for', ['report_id'], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            action = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}")


def downgrade():
    op.drop_table('citizen_said_for')
    op.drop_table('citizen_taken_down')
    op.drop_column('citizen_report', 'taken_down')
