"""Standstills, more time, questions, words kept, objections, supervisors' calls, phrases.

Revision ID: 0003
Revises: 0001
Create Date: 2026-11-27

"""
import re

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = '0003'
down_revision = "0002"
branch_labels = None
depends_on = None

ACTS = (
    'paused', 'resumed', 'asked', 'answered', 'extension_asked', 'extended', 'extension_refused',
    'extension_lapsed', 'warned', 'broken', 'call_owed', 'supervised', 'not_reached',
    'objection_late',
)
COLUMNS = (
    'tells_at', 'broken_of', 'warned_of', 'questions', 'extension_open', 'extended',
    'paused_until', 'close_span',
)
TABLES = (
    'grid_supervisor_call', 'grid_question', 'grid_promise_told', 'grid_pause', 'grid_objection',
    'grid_extension', 'grid_phrase',
)


def upgrade():
    op.create_table('grid_phrase',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('situation', sa.String(length=24), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('who', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_phrase_area_code')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_grid_phrase_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_phrase')),
    sa.UniqueConstraint('area_code', 'situation', 'words', name=op.f('uq_grid_phrase_area_code_situation_words'))
    )
    op.create_index(op.f('ix_grid_phrase_area_code'), 'grid_phrase', ['area_code'], unique=False)

    op.create_table('grid_extension',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Enum('granted', 'refused', 'lapsed', name='outcome', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IS NULL OR outcome = 'lapsed' OR decided_by IS NOT NULL", name=op.f('ck_grid_extension_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (outcome IS NULL)', name=op.f('ck_grid_extension_decided_somehow')),
    sa.CheckConstraint('decided_by <> asked_by', name=op.f('ck_grid_extension_not_by_who_asked')),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_grid_extension_asked_by')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_extension_case_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_grid_extension_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_extension'))
    )
    op.create_index(op.f('ix_grid_extension_case_id'), 'grid_extension', ['case_id'], unique=False)
    op.create_index('uq_grid_extension_granted', 'grid_extension', ['case_id'], unique=True, sqlite_where=sa.text("outcome = 'granted'"), postgresql_where=sa.text("outcome = 'granted'"))
    op.create_index('uq_grid_extension_open', 'grid_extension', ['case_id'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))

    op.create_table('grid_objection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('said_on', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decide_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.Column('rejected_by', sa.Integer(), nullable=True),
    sa.Column('rung_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('upheld', sa.Boolean(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL)', name=op.f('ck_grid_objection_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (upheld IS NULL)', name=op.f('ck_grid_objection_decided_somehow')),
    sa.CheckConstraint('decided_by <> rejected_by', name=op.f('ck_grid_objection_not_by_who_rejected')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_objection_case_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_grid_objection_decided_by')),
    sa.ForeignKeyConstraint(['rejected_by'], ['people_person.id'], name=op.f('fk_grid_objection_rejected_by')),
    sa.ForeignKeyConstraint(['said_on'], ['grid_case.id'], name=op.f('fk_grid_objection_said_on')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_objection')),
    sa.UniqueConstraint('case_id', name=op.f('uq_grid_objection_case_id'))
    )
    op.create_index('ix_grid_objection_decide_by', 'grid_objection', ['decided_at', 'decide_by'], unique=False)

    op.create_table('grid_pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('wait_resident', 'weather', name='pausereason', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.Column('who', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_how', sa.Enum('time', 'hand', 'answer', 'move', name='pauseend', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_how IS NULL)', name=op.f('ck_grid_pause_ended_somehow')),
    sa.CheckConstraint('began_at < ends_by', name=op.f('ck_grid_pause_ends_after_it_begins')),
    sa.CheckConstraint('ended_at IS NULL OR ended_at >= began_at', name=op.f('ck_grid_pause_not_backwards')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_pause_case_id')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_grid_pause_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_pause')),
    sa.UniqueConstraint('case_id', name=op.f('uq_grid_pause_case_id'))
    )
    op.create_table('grid_promise_told',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('soon', 'broken', name='telling', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('promised_for', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_promise_told_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_promise_told')),
    sa.UniqueConstraint('case_id', 'kind', 'promised_for', name=op.f('uq_grid_promise_told_case_id_kind_promised_for'))
    )
    op.create_table('grid_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('who', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lapsed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('answered_at IS NULL OR lapsed_at IS NULL', name=op.f('ck_grid_question_one_end')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_question_case_id')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_grid_question_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_question')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_grid_question_case_id_number'))
    )
    op.create_table('grid_supervisor_call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('cause', sa.Enum('not_solved', 'same_owner', name='callcause', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('level', sa.Enum('grid', 'grid_leader', 'department', 'village', 'town', 'district', 'police_aux', 'police_station', 'police', name='level', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('owed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('talked', 'no_answer', 'no_number', name='calloutcome', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('done_by', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IS NULL OR outcome = 'no_number' OR done_by IS NOT NULL", name=op.f('ck_grid_supervisor_call_by_somebody')),
    sa.CheckConstraint('(done_at IS NULL) = (outcome IS NULL)', name=op.f('ck_grid_supervisor_call_done_somehow')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_supervisor_call_case_id')),
    sa.ForeignKeyConstraint(['done_by'], ['people_person.id'], name=op.f('fk_grid_supervisor_call_done_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_supervisor_call')),
    sa.UniqueConstraint('case_id', 'round', 'cause', name=op.f('uq_grid_supervisor_call_case_id_round_cause'))
    )
    op.create_index(op.f('ix_grid_supervisor_call_case_id'), 'grid_supervisor_call', ['case_id'], unique=False)
    op.create_index('ix_grid_supervisor_call_open', 'grid_supervisor_call', ['done_at', 'level'], unique=False)

    op.add_column('grid_case', sa.Column('close_span', sa.String(length=8), nullable=True))
    op.add_column('grid_case', sa.Column('paused_until', sa.DateTime(timezone=True), nullable=True))
    op.add_column('grid_case', sa.Column('extended', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('grid_case', sa.Column('extension_open', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('grid_case', sa.Column('questions', sa.Integer(), server_default='0', nullable=False))
    op.add_column('grid_case', sa.Column('warned_of', sa.DateTime(timezone=True), nullable=True))
    op.add_column('grid_case', sa.Column('broken_of', sa.DateTime(timezone=True), nullable=True))
    op.add_column('grid_case', sa.Column('tells_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_grid_case_paused_until'), 'grid_case', ['paused_until'], unique=False)
    op.create_index(op.f('ix_grid_case_tells_at'), 'grid_case', ['tells_at'], unique=False)
    change_members('grid_step', 'act', add=ACTS)
    for verb in ('UPDATE', 'DELETE'):  # only ever added to, like the steps
        op.execute(sa.text(trigger('grid_promise_told', verb)))


def downgrade():
    # What those acts said cannot be said in the tables before; a step is never changed otherwise.
    op.execute(sa.text('DROP TRIGGER IF EXISTS grid_step_no_delete' + on_table('grid_step')))
    op.execute(
        sa.text('DELETE FROM grid_step WHERE act IN :acts').bindparams(
            sa.bindparam('acts', ACTS, expanding=True)
        )
    )
    op.execute(sa.text(trigger('grid_step', 'DELETE')))
    change_members('grid_step', 'act', drop=ACTS)
    op.drop_index('ix_grid_case_tells_at', table_name='grid_case')
    op.drop_index('ix_grid_case_paused_until', table_name='grid_case')
    for column in COLUMNS:
        op.drop_column('grid_case', column)
    for table in TABLES:
        op.drop_table(table)


def change_members(table, column, *, add=(), drop=()):
    """Let a column of a kind hold more, or less, than it could, whatever it could before."""
    if op.get_bind().dialect.name == 'sqlite':
        change_members_of_file(table, column, add, drop)
        return
    checks = sa.inspect(op.get_bind()).get_check_constraints(table)
    [(name, text)] = [(c['name'], c['sqltext']) for c in checks if f"'{SAMPLE[table, column]}'" in c['sqltext']]
    members = [m for m in re.findall(r"'(\w+)'::", text) if m not in drop]
    op.drop_constraint(op.f(name), table, type_='check')
    listed = ', '.join(f"'{m}'" for m in (*members, *add))
    op.create_check_constraint(op.f(name), table, f'{column} IN ({listed})')


SAMPLE = {('grid_step', 'act'): 'on_my_way'}  # a member of this column's kind and of no other


def change_members_of_file(table, column, add, drop):
    """SQLite changes no constraint: the table is written anew, with its indexes and triggers."""
    bind = op.get_bind()
    of_table = "FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"
    made = bind.execute(sa.text(f'SELECT type, sql {of_table}'), {'table': table}).all()
    [create] = [sql for kind, sql in made if kind == 'table']
    found = re.search(rf"\b{column} IN \(([^)]*'{SAMPLE[table, column]}'[^)]*)\)", create)
    members = [m for m in re.findall(r"'(\w+)'", found[1]) if m not in drop]
    listed = ', '.join(f"'{m}'" for m in (*members, *add))
    create = create[: found.start(1)] + listed + create[found.end(1) :]
    new = f'{table}_new'
    op.execute(sa.text(re.sub(rf'CREATE TABLE "?{table}"?', f'CREATE TABLE {new}', create, count=1)))
    names = ', '.join(f'"{c["name"]}"' for c in sa.inspect(bind).get_columns(table))
    op.execute(sa.text(f'INSERT INTO {new} ({names}) SELECT {names} FROM {table}'))
    op.execute(sa.text(f'DROP TABLE {table}'))
    op.execute(sa.text(f'ALTER TABLE {new} RENAME TO {table}'))
    for kind, sql in made:
        if kind != 'table':
            op.execute(sa.text(sql.replace(':', r'\:')))


def on_table(table):
    return '' if op.get_bind().dialect.name == 'sqlite' else f' ON {table}'


def trigger(table, verb):
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if op.get_bind().dialect.name == 'sqlite'
        else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    return f'CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}'
