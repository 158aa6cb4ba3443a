"""complaints

Revision ID: 0006
Revises: 0001
Create Date: 2026-11-27 03:40:00

"""
from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

# What is only ever added to, whoever asks.
FROZEN = ('complaints_step', 'grid_accused_answer')


def upgrade():
    op.create_table('complaints_complaint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('about', sa.Enum('worker', 'village', 'town', 'district', 'app', 'suggestion', name='about', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('about_number', sa.String(length=12), nullable=False),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('lang', sa.String(length=8), nullable=False),
    sa.Column('filed_by', sa.Integer(), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('desk', sa.Enum('town', 'district', 'audit', name='desk', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('open', 'answered', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('due_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name=op.f('ck_complaints_complaint_answered')),
    sa.CheckConstraint("about <> 'district' OR desk = 'audit'", name=op.f('ck_complaints_complaint_district_skipped')),
    sa.CheckConstraint("about <> 'town' OR desk <> 'town'", name=op.f('ck_complaints_complaint_town_skipped')),
    sa.CheckConstraint('length(number) = 12', name=op.f('ck_complaints_complaint_number_length')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_complaints_complaint_area_code')),
    sa.ForeignKeyConstraint(['filed_by'], ['people_person.id'], name=op.f('fk_complaints_complaint_filed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaints_complaint')),
    sa.UniqueConstraint('key', name=op.f('uq_complaints_complaint_key')),
    sa.UniqueConstraint('number', name=op.f('uq_complaints_complaint_number')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_complaints_complaint_area_code', 'complaints_complaint', ['area_code'], unique=False)
    op.create_index('ix_complaints_complaint_filed_at', 'complaints_complaint', ['filed_at'], unique=False)
    op.create_index('ix_complaints_complaint_filed_by', 'complaints_complaint', ['filed_by'], unique=False)
    op.create_index('ix_complaints_complaint_open', 'complaints_complaint', ['state', 'due_by'], unique=False)

    op.create_table('people_barred',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('about', sa.String(length=16), nullable=False),
    sa.Column('ref', sa.Integer(), nullable=False),
    sa.Column('is_accused', sa.Boolean(), nullable=False),
    sa.Column('barred_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_barred_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'about', 'ref', name=op.f('pk_people_barred'))
    )
    op.create_index('ix_people_barred_thing', 'people_barred', ['about', 'ref'], unique=False)

    op.create_table('people_kin',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('person_id < other_id', name=op.f('ck_people_kin_one_row_for_both')),
    sa.ForeignKeyConstraint(['other_id'], ['people_person.id'], name=op.f('fk_people_kin_other_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_kin_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'other_id', name=op.f('pk_people_kin'))
    )
    op.create_index('ix_people_kin_other_id', 'people_kin', ['other_id'], unique=False)

    op.create_table('complaints_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('event', sa.Enum('filed', 'answered', 'passed_up', 'overdue', 'not_satisfied', 'rated', 'named', name='event', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('once', sa.String(length=24), nullable=True),
    sa.Column('who', sa.Integer(), nullable=True),
    sa.Column('desk', sa.Enum('town', 'district', 'audit', name='step_desk', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('satisfied', sa.Enum('satisfied', 'so_so', 'dissatisfied', name='satisfied', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('in_time', sa.Boolean(), nullable=True),
    sa.CheckConstraint("event <> 'answered' OR words <> ''", name=op.f('ck_complaints_step_answered_in_words')),
    sa.CheckConstraint("event <> 'rated' OR satisfied IS NOT NULL", name=op.f('ck_complaints_step_rated')),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints_complaint.id'], name=op.f('fk_complaints_step_complaint_id')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_complaints_step_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaints_step')),
    sa.UniqueConstraint('complaint_id', 'number', name=op.f('uq_complaints_step_complaint_id_number')),
    sa.UniqueConstraint('complaint_id', 'once', name=op.f('uq_complaints_step_complaint_id_once')),
    sqlite_autoincrement=True
    )
    op.create_table('grid_accused',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('against', sa.Enum('staff', 'household', 'place', 'other', name='against', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('claim', sa.String(length=300), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("household_id IS NULL OR against = 'household'", name=op.f('ck_grid_accused_household')),
    sa.CheckConstraint("person_id IS NULL OR against = 'staff'", name=op.f('ck_grid_accused_person_is_staff')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_accused_case_id')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_grid_accused_household_id')),
    sa.ForeignKeyConstraint(['noted_by'], ['people_person.id'], name=op.f('fk_grid_accused_noted_by')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_grid_accused_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_accused')),
    sa.UniqueConstraint('case_id', 'key', name=op.f('uq_grid_accused_case_id_key'))
    )
    op.create_index('ix_grid_accused_case_id', 'grid_accused', ['case_id'], unique=False)

    op.create_table('grid_accused_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('accused_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('heard', sa.Enum('visit', 'call', 'written', name='heard', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['accused_id'], ['grid_accused.id'], name=op.f('fk_grid_accused_answer_accused_id')),
    sa.ForeignKeyConstraint(['noted_by'], ['people_person.id'], name=op.f('fk_grid_accused_answer_noted_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_accused_answer')),
    sa.UniqueConstraint('accused_id', 'key', name=op.f('uq_grid_accused_answer_accused_id_key')),
    sqlite_autoincrement=True
    )
    freeze()


def freeze():
    """Refuse UPDATE and DELETE on what is written once."""
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
    for table in ('grid_accused_answer', 'grid_accused', 'complaints_step', 'complaints_complaint', 'people_kin', 'people_barred'):
        op.drop_table(table)
