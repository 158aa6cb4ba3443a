"""households: kinds, names that can be found, joining, imports

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-27 04:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    # Written out, because Alembic adds no column with a CHECK on SQLite, which itself can.
    op.execute(
        "ALTER TABLE people_household ADD COLUMN kind VARCHAR(24) DEFAULT 'family' NOT NULL"
        " CONSTRAINT ck_people_household_householdkind"
        " CHECK (kind IN ('family', 'dormitory', 'firm'))"
    )
    op.execute("ALTER TABLE people_household ADD COLUMN name VARCHAR(60) DEFAULT '' NOT NULL")
    op.add_column('people_person', sa.Column('name_index', sa.String(length=64), nullable=True))
    op.add_column('people_person', sa.Column('surname_index', sa.String(length=64), nullable=True))
    op.create_index(op.f('ix_people_person_name_index'), 'people_person', ['name_index'], unique=False)
    op.create_index(op.f('ix_people_person_surname_index'), 'people_person', ['surname_index'], unique=False)
    op.create_index('uq_people_person_head', 'people_person', ['household_id'], unique=True, sqlite_where=sa.text('is_head'), postgresql_where=sa.text('is_head'))
    op.create_table('people_join_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'approved', 'refused', 'expired', 'withdrawn', name='joinstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f('ck_people_join_request_decided_has_a_time')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_people_join_request_decided_by')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_people_join_request_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_join_request_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_join_request')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_people_join_request_asked_at'), 'people_join_request', ['asked_at'], unique=False)
    op.create_index('ix_people_join_request_household_state', 'people_join_request', ['household_id', 'state'], unique=False)
    op.create_index(op.f('ix_people_join_request_person_id'), 'people_join_request', ['person_id'], unique=False)
    op.create_index('uq_people_join_request_waiting', 'people_join_request', ['person_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('people_household_import',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('checking', 'checked', 'writing', 'written', 'refused', name='importstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('stored', sa.String(length=80), nullable=True),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('new_households', sa.Integer(), nullable=False),
    sa.Column('new_members', sa.Integer(), nullable=False),
    sa.Column('problem_count', sa.Integer(), nullable=False),
    sa.Column('problems', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_people_household_import_asked_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_household_import')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_people_household_import_asked_at'), 'people_household_import', ['asked_at'], unique=False)
    op.create_index(op.f('ix_people_household_import_asked_by'), 'people_household_import', ['asked_by'], unique=False)


def downgrade():
    op.drop_table('people_household_import')
    op.drop_table('people_join_request')
    op.drop_index('uq_people_person_head', table_name='people_person')
    op.drop_index(op.f('ix_people_person_surname_index'), table_name='people_person')
    op.drop_index(op.f('ix_people_person_name_index'), table_name='people_person')
    op.drop_column('people_person', 'surname_index')
    op.drop_column('people_person', 'name_index')
    op.drop_column('people_household', 'name')
    op.drop_column('people_household', 'kind')
