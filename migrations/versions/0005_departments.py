"""departments, outside units, numbers of other systems

Revision ID: 0005
Revises: 0001
Create Date: 2026-11-27 04:00:00

"""
import re

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0007"
branch_labels = None
depends_on = None

# What may be written down about a case, beside what may be already.
ACTS = ("signed", "help", "handover", "outside", "unit_said", "external")
FROZEN = ("grid_unit_word",)


def upgrade():
    op.create_table('grid_external_system',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_external_system_area_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_external_system')),
    sa.UniqueConstraint('area_code', 'name', name=op.f('uq_grid_external_system_area_code_name'))
    )
    op.create_table('grid_external',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('system', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('folded', sa.String(length=40), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_external_case_id')),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_grid_external_set_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_external')),
    sa.UniqueConstraint('case_id', 'system', name=op.f('uq_grid_external_case_id_system'))
    )
    op.create_index(op.f('ix_grid_external_folded'), 'grid_external', ['folded'], unique=False)
    op.create_table('grid_handover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_department', sa.String(length=24), nullable=False),
    sa.Column('to_department', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('agreed', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (agreed IS NULL)', name=op.f('ck_grid_handover_decided_by_somebody')),
    sa.CheckConstraint('from_department <> to_department', name=op.f('ck_grid_handover_to_somebody_else')),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_grid_handover_asked_by')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_handover_case_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['people_person.id'], name=op.f('fk_grid_handover_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_handover')),
    sa.UniqueConstraint('case_id', 'turn', name=op.f('uq_grid_handover_case_id_turn'))
    )
    op.create_table('grid_help',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_department', sa.String(length=24), nullable=False),
    sa.Column('to_department', sa.String(length=24), nullable=False),
    sa.Column('for_police', sa.Boolean(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('comes', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (comes IS NULL)', name=op.f('ck_grid_help_answered_by_somebody')),
    sa.ForeignKeyConstraint(['answered_by'], ['people_person.id'], name=op.f('fk_grid_help_answered_by')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_help_area_code')),
    sa.ForeignKeyConstraint(['asked_by'], ['people_person.id'], name=op.f('fk_grid_help_asked_by')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_help_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_help'))
    )
    op.create_index(op.f('ix_grid_help_area_code'), 'grid_help', ['area_code'], unique=False)
    op.create_index(op.f('ix_grid_help_case_id'), 'grid_help', ['case_id'], unique=False)
    op.create_index(op.f('ix_grid_help_to_department'), 'grid_help', ['to_department'], unique=False)
    op.create_index('uq_grid_help_open', 'grid_help', ['case_id', 'to_department'], unique=True, sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))
    op.create_table('grid_outside',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('how', sa.Enum('link', 'call', name='how', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('unit', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('given_by', sa.Integer(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('where', sa.String(length=300), nullable=False),
    sa.Column('photos', sa.JSON(), nullable=False),
    sa.Column('secret', sa.String(length=64), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.Integer(), nullable=True),
    sa.Column('last_said', sa.Enum('received', 'coming', 'done', name='said', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(how = 'link') = (secret IS NOT NULL) AND (how = 'link') = (expires_at IS NOT NULL)", name=op.f('ck_grid_outside_link_has_secret_and_end')),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by IS NULL)', name=op.f('ck_grid_outside_revoked_by_somebody')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_outside_case_id')),
    sa.ForeignKeyConstraint(['given_by'], ['people_person.id'], name=op.f('fk_grid_outside_given_by')),
    sa.ForeignKeyConstraint(['revoked_by'], ['people_person.id'], name=op.f('fk_grid_outside_revoked_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_outside')),
    sa.UniqueConstraint('key', name=op.f('uq_grid_outside_key')),
    sa.UniqueConstraint('secret', name=op.f('uq_grid_outside_secret')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_grid_outside_case_id'), 'grid_outside', ['case_id'], unique=False)
    op.create_table('grid_signing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('step_number', sa.Integer(), nullable=False),
    sa.Column('department', sa.String(length=24), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('remind_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('back_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('went_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_by', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(signed_at IS NULL) = (signed_by IS NULL)', name=op.f('ck_grid_signing_signed_by_somebody')),
    sa.CheckConstraint('ended_at IS NULL OR due_at IS NULL', name=op.f('ck_grid_signing_over_is_silent')),
    sa.CheckConstraint('signed_at IS NULL OR ended_at IS NOT NULL', name=op.f('ck_grid_signing_signed_is_over')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_signing_case_id')),
    sa.ForeignKeyConstraint(['signed_by'], ['people_person.id'], name=op.f('fk_grid_signing_signed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_signing')),
    sa.UniqueConstraint('case_id', 'step_number', name=op.f('uq_grid_signing_case_id_step_number'))
    )
    op.create_index(op.f('ix_grid_signing_department'), 'grid_signing', ['department'], unique=False)
    op.create_index('ix_grid_signing_due_at', 'grid_signing', ['due_at'], unique=False)
    op.create_index('uq_grid_signing_open', 'grid_signing', ['case_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('grid_link_device',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outside_id', sa.Integer(), nullable=False),
    sa.Column('device', sa.String(length=64), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['outside_id'], ['grid_outside.id'], name=op.f('fk_grid_link_device_outside_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_link_device')),
    sa.UniqueConstraint('device', name=op.f('uq_grid_link_device_device'))
    )
    op.create_index(op.f('ix_grid_link_device_outside_id'), 'grid_link_device', ['outside_id'], unique=False)
    op.create_table('grid_unit_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outside_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said', sa.Enum('received', 'coming', 'done', name='said', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('step_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['outside_id'], ['grid_outside.id'], name=op.f('fk_grid_unit_word_outside_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_unit_word')),
    sa.UniqueConstraint('key', name=op.f('uq_grid_unit_word_key')),
    sa.UniqueConstraint('outside_id', 'step_number', name=op.f('uq_grid_unit_word_outside_id_step_number'))
    )
    _freeze(op.get_bind().dialect.name == "sqlite")
    _allow(ACTS, ())


def downgrade():
    _forget_acts()
    _allow((), ACTS)
    for table in ("grid_unit_word", "grid_link_device", "grid_outside", "grid_external_system",
                  "grid_external", "grid_handover", "grid_help", "grid_signing"):
        op.drop_table(table)


def _freeze(sqlite):
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            action = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}")


def _allow(more, less):
    """Change which acts a step may have, whatever other migrations have added to them.

    SQLite documents this way to change a CHECK: to copy the table would drop its triggers.
    """
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        found = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'grid_step'").scalar()
        old = re.search(r"act IN \(([^)]*)\)", found)
        text = found[: old.start(1)] + _listed(old[1], more, less) + found[old.end(1) :]
        version = bind.exec_driver_sql("PRAGMA schema_version").scalar()
        bind.exec_driver_sql("PRAGMA writable_schema = ON")
        bind.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'grid_step'", (text,))
        bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
        bind.exec_driver_sql("PRAGMA writable_schema = OFF")
        return
    old = bind.exec_driver_sql(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'grid_step'::regclass AND conname IN ('ck_grid_step_act', 'act')"
    ).one()
    op.execute(f"ALTER TABLE grid_step DROP CONSTRAINT {old[0]}")
    listed = _listed(old[1], more, less)
    op.execute(f"ALTER TABLE grid_step ADD CONSTRAINT {old[0]} CHECK (act IN ({listed}))")


def _listed(old, more, less):
    kept = [act for act in re.findall(r"'([a-z_]+)'", old) if act not in less]
    return ", ".join(f"'{act}'" for act in [*kept, *(act for act in more if act not in kept)])


def _forget_acts():
    """Leave of acts the older program does not know that something was noted."""
    acts = ", ".join(f"'{act}'" for act in ACTS)
    change = f"UPDATE grid_step SET act = 'note' WHERE act IN ({acts})"
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER grid_step_no_update")
        op.execute(change)
        op.execute("CREATE TRIGGER grid_step_no_update BEFORE UPDATE ON grid_step"
                   " BEGIN SELECT RAISE(ABORT, 'grid_step is only ever added to'); END")
        return
    op.execute("ALTER TABLE grid_step DISABLE TRIGGER grid_step_no_update")
    op.execute(change)
    op.execute("ALTER TABLE grid_step ENABLE TRIGGER grid_step_no_update")
