"""what nobody signs lapses

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-28 12:35:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

TABLE = 'points_adjustment'
STATES = ("'proposed', 'posted', 'refused', 'withdrawn'", "'proposed', 'posted', 'refused', 'withdrawn', 'lapsed'")
DECIDED = ("(state = 'proposed') = (decided_by IS NULL)", "(state IN ('proposed', 'lapsed')) = (decided_by IS NULL)")


def upgrade():
    constrain(STATES, DECIDED)


def downgrade():
    # What nobody signed counts as taken back by whoever proposed it.
    taken_back = f"UPDATE {TABLE} SET state = 'withdrawn', decided_by = proposed_by WHERE state = 'lapsed'"
    before = (STATES[::-1], DECIDED[::-1])
    if op.get_bind().dialect.name == 'sqlite':
        constrain(*before, first=taken_back)
        return
    op.execute(f'ALTER TABLE {TABLE} DISABLE TRIGGER USER')
    drop()
    op.execute(taken_back)
    op.execute(f'ALTER TABLE {TABLE} ENABLE TRIGGER USER')
    add(STATES[0], DECIDED[0])


def constrain(states, decided, first=''):
    if op.get_bind().dialect.name == 'sqlite':
        rewrite([states, decided], first)
        return
    drop()
    add(states[1], decided[1])


def drop():
    for name in ('adjustmentstate', 'decided_by_somebody'):
        op.drop_constraint(op.f(f'ck_{TABLE}_{name}'), TABLE, type_='check')


def add(states, decided):
    op.create_check_constraint(op.f(f'ck_{TABLE}_adjustmentstate'), TABLE, f'state IN ({states})')
    op.create_check_constraint(op.f(f'ck_{TABLE}_decided_by_somebody'), TABLE, decided)


def rewrite(changes, first):
    """SQLite changes no constraint: the table is written anew, with its indexes and triggers."""
    bind = op.get_bind()
    rows = bind.execute(sa.text('SELECT type, name, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL'), {'name': TABLE}).all()
    [made] = [sql for kind, _, sql in rows if kind == 'table']
    rest = [(kind, name, sql) for kind, name, sql in rows if kind != 'table']
    for old, new in changes:
        assert old in made, old
        made = made.replace(old, new)
    for kind, name, _ in rest:
        bind.exec_driver_sql(f'DROP {kind} {name}')
    bind.exec_driver_sql(f'ALTER TABLE {TABLE} RENAME TO {TABLE}_old')
    bind.exec_driver_sql(made)
    columns = ', '.join(row[1] for row in bind.exec_driver_sql(f'PRAGMA table_info({TABLE}_old)'))
    if first:
        bind.exec_driver_sql(first.replace(TABLE, f'{TABLE}_old'))
    bind.exec_driver_sql(f'INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE}_old')
    bind.exec_driver_sql(f'DROP TABLE {TABLE}_old')
    for _, _, sql in rest:
        bind.exec_driver_sql(sql)
