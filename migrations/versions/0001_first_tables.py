"""first tables

Revision ID: 0001
Revises:
Create Date: 2026-11-21 12:00:00

"""
from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What is only ever added to, whoever asks.
FROZEN = ('kernel_audit', 'grid_step', 'citizen_rating')


def upgrade():
    op.create_table('kernel_attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('picture', 'sound', name='kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'ready', 'refused', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('mime', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Double(), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('stored', sa.String(length=80), nullable=True),
    sa.Column('thumb', sa.String(length=80), nullable=True),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('refused_why', sa.String(length=200), nullable=True),
    sa.CheckConstraint("state <> 'refused' OR refused_why IS NOT NULL", name=op.f('ck_kernel_attachment_refused_why')),
    sa.CheckConstraint("state = 'refused' OR stored IS NOT NULL", name=op.f('ck_kernel_attachment_stored_or_refused')),
    sa.CheckConstraint('size > 0', name=op.f('ck_kernel_attachment_not_empty')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_attachment')),
    sa.UniqueConstraint('key', name=op.f('uq_kernel_attachment_key')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_kernel_attachment_owner'), 'kernel_attachment', ['owner'], unique=False)
    op.create_table('kernel_audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('area', sa.String(length=17), nullable=False),
    sa.Column('detail', sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_audit')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_kernel_audit_action_at', 'kernel_audit', ['action', 'at'], unique=False)
    op.create_index(op.f('ix_kernel_audit_area'), 'kernel_audit', ['area'], unique=False)
    op.create_index(op.f('ix_kernel_audit_at'), 'kernel_audit', ['at'], unique=False)
    op.create_index('ix_kernel_audit_subject', 'kernel_audit', ['subject'], unique=False)
    op.create_table('kernel_fact',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=400), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_kernel_fact'))
    )
    op.create_table('kernel_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('sms', 'wecom', 'dingtalk', name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('template', sa.String(length=8), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mention', sa.Text(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_message'))
    )
    op.create_index(op.f('ix_kernel_message_written_at'), 'kernel_message', ['written_at'], unique=False)
    op.create_table('kernel_outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handler', sa.String(length=120), nullable=False),
    sa.Column('queue', sa.Enum('urgent', 'default', 'bulk', 'outbound', name='queue', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('slot', sa.String(length=160), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=500), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('done_at IS NULL OR parked_at IS NULL', name=op.f('ck_kernel_outbox_done_or_parked')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kernel_outbox')),
    sa.UniqueConstraint('slot', name=op.f('uq_kernel_outbox_slot')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_kernel_outbox_due', 'kernel_outbox', ['done_at', 'parked_at', 'due_at'], unique=False)
    op.create_table('kernel_workday',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('off', 'work', name='daykind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_kernel_workday'))
    )
    op.create_table('people_area',
    sa.Column('code', sa.String(length=17), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('level', sa.Enum('district', 'town', 'village', 'grid', 'micro_grid', name='level', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('zone', sa.String(length=40), nullable=False),
    sa.Column('desk_phone', sa.String(length=20), nullable=False),
    sa.Column('shows_phones', sa.Boolean(), nullable=False),
    sa.Column('boundary', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('robot', sa.Enum('wecom', 'dingtalk', name='robotkind', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('robot_url', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(code) IN (6, 9, 12, 15, 17)', name=op.f('ck_people_area_code_length')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_people_area'))
    )
    op.create_table('people_phone_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phone_index', sa.String(length=64), nullable=False),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('code_index', sa.String(length=64), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_phone_code'))
    )
    op.create_index(op.f('ix_people_phone_code_phone_index'), 'people_phone_code', ['phone_index'], unique=False)
    op.create_table('qr_town_numbers',
    sa.Column('town_code', sa.String(length=9), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('town_code', name=op.f('pk_qr_town_numbers'))
    )
    op.create_table('grid_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('role', sa.Enum('resident', 'grid_full', 'grid_part', 'grid_leader', 'police_aux', 'village_admin', 'town_admin', 'district_cmd', 'dept_handler', 'mediator', 'shop_volunteer', 'place_owner', 'landlord', 'auditor', 'sysadmin', name='role', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.CheckConstraint('0 <= opens AND opens < closes AND closes <= 1440', name=op.f('ck_grid_hours_span')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_grid_hours_weekday')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_hours_area_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_hours')),
    sa.UniqueConstraint('area_code', 'role', 'weekday', 'opens', name=op.f('uq_grid_hours_area_code_role_weekday_opens'))
    )
    op.create_table('people_household',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=24), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_people_household_area_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_household')),
    sa.UniqueConstraint('number', name=op.f('uq_people_household_number'))
    )
    op.create_index(op.f('ix_people_household_area_code'), 'people_household', ['area_code'], unique=False)
    op.create_table('people_person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('work_phone', sa.String(length=20), nullable=False),
    sa.Column('public_name', sa.String(length=30), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('is_head', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_people_person_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_person')),
    sa.UniqueConstraint('phone_index', name=op.f('uq_people_person_phone_index'))
    )
    op.create_index(op.f('ix_people_person_household_id'), 'people_person', ['household_id'], unique=False)
    op.create_table('qr_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(length=17), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('kind', sa.Enum('open', 'spot', 'place', 'household', 'sign_in', 'desk', name='codekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('ordered', 'printed', 'hung', 'damaged', 'replaced', 'revoked', name='codestate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('place_name', sa.String(length=60), nullable=False),
    sa.Column('town_code', sa.String(length=9), nullable=False),
    sa.Column('spot_number', sa.Integer(), nullable=True),
    sa.Column('check_word', sa.String(length=2), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=True),
    sa.Column('lat', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('lng', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('household_id', sa.Integer(), nullable=True),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.Column('ecc', sa.Enum('L', 'M', 'Q', 'H', name='ecc', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('mask', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(kind = 'household') = (household_id IS NOT NULL)", name=op.f('ck_qr_code_card_has_owner')),
    sa.CheckConstraint("(kind = 'household') = (token_hash IS NOT NULL)", name=op.f('ck_qr_code_secret_is_hashed')),
    sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f('ck_qr_code_revoked_has_a_time')),
    sa.CheckConstraint("replaced_by_id IS NULL OR state = 'replaced'", name=op.f('ck_qr_code_successor_of_replaced')),
    sa.CheckConstraint('(ecc IS NULL) = (mask IS NULL)', name=op.f('ck_qr_code_whole_mask')),
    sa.CheckConstraint('(ecc IS NULL) = (version IS NULL)', name=op.f('ck_qr_code_whole_look')),
    sa.CheckConstraint('(lat IS NULL) = (lng IS NULL)', name=op.f('ck_qr_code_whole_position')),
    sa.CheckConstraint('(token IS NULL) <> (token_hash IS NULL)', name=op.f('ck_qr_code_one_token')),
    sa.CheckConstraint('replaced_by_id <> id', name=op.f('ck_qr_code_not_its_own_successor')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_qr_code_area_code')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_qr_code_household_id')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['qr_code.id'], name=op.f('fk_qr_code_replaced_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qr_code')),
    sa.UniqueConstraint('token', name=op.f('uq_qr_code_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_qr_code_token_hash')),
    sa.UniqueConstraint('town_code', 'spot_number', name=op.f('uq_qr_code_town_code_spot_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qr_code_area_code'), 'qr_code', ['area_code'], unique=False)
    op.create_index(op.f('ix_qr_code_household_id'), 'qr_code', ['household_id'], unique=False)
    op.create_index(op.f('ix_qr_code_replaced_by_id'), 'qr_code', ['replaced_by_id'], unique=False)
    op.create_index(op.f('ix_qr_code_state'), 'qr_code', ['state'], unique=False)
    op.create_index('uq_qr_code_working_card', 'qr_code', ['household_id'], unique=True, sqlite_where=sa.text("kind = 'household' AND state NOT IN ('replaced', 'revoked')"), postgresql_where=sa.text("kind = 'household' AND state NOT IN ('replaced', 'revoked')"))
    op.create_table('grid_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('lang', sa.String(length=5), nullable=False),
    sa.Column('place_name', sa.String(length=60), nullable=False),
    sa.Column('spot_id', sa.Integer(), nullable=True),
    sa.Column('where', sa.String(length=200), nullable=False),
    sa.Column('lat', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('lng', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('tile', sa.String(length=24), nullable=True),
    sa.Column('danger', sa.Boolean(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('voice_line', sa.String(length=200), nullable=False),
    sa.Column('caller_name', sa.Text(), nullable=True),
    sa.Column('caller_phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('reported_by', sa.Integer(), nullable=True),
    sa.Column('staff_reporter', sa.Integer(), nullable=True),
    sa.Column('category', sa.String(length=24), nullable=True),
    sa.Column('department', sa.String(length=24), nullable=True),
    sa.Column('urgency', sa.Enum('urgent', 'normal', name='urgency', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('privacy', sa.Enum('normal', 'sensitive', 'police', name='privacy', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('state', sa.Enum('submitted', 'accepted', 'dispatched', 'handling', 'returned', 'to_verify', 'closed', 'reopened', 'rejected', 'objected', 'merged', 'withdrawn', name='state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('owner_level', sa.Enum('grid', 'grid_leader', 'department', 'village', 'town', 'district', 'police_aux', 'police_station', 'police', name='level', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('handled_by', sa.Integer(), nullable=True),
    sa.Column('handled_kind', sa.Enum('grid', 'department', 'outside_unit', name='handledby', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('verified_by', sa.Integer(), nullable=True),
    sa.Column('proposed_finding', sa.Enum('true', 'partly', 'unfounded', 'undeterminable', name='proposed_finding', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('finding', sa.Enum('true', 'partly', 'unfounded', 'undeterminable', name='finding', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('to_spot_check', sa.Boolean(), nullable=False),
    sa.Column('result_text', sa.Text(), nullable=False),
    sa.Column('responsible_channel', sa.String(length=120), nullable=False),
    sa.Column('returns', sa.Integer(), nullable=False),
    sa.Column('reopens', sa.Integer(), nullable=False),
    sa.Column('objections', sa.Integer(), nullable=False),
    sa.Column('upheld', sa.Boolean(), nullable=False),
    sa.Column('rejected_by', sa.Integer(), nullable=True),
    sa.Column('reporters', sa.Integer(), nullable=False),
    sa.Column('main_id', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('round_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('admitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('responded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rejected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accept_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('respond_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('close_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.Column('night', sa.Boolean(), nullable=False),
    sa.Column('burns_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('climbs_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL) AND (state = 'closed') = (finding IS NOT NULL)", name=op.f('ck_grid_case_closed_with_finding')),
    sa.CheckConstraint("(state = 'merged') = (main_id IS NOT NULL) AND main_id <> id", name=op.f('ck_grid_case_merged_into')),
    sa.CheckConstraint("NOT state IN ('closed', 'to_verify') OR handled_by <> staff_reporter", name=op.f('ck_grid_case_handler_not_reporter')),
    sa.CheckConstraint("NOT state IN ('dispatched', 'handling', 'to_verify') OR owner_id IS NOT NULL", name=op.f('ck_grid_case_somebody_has_it')),
    sa.CheckConstraint("NOT to_spot_check OR state = 'closed'", name=op.f('ck_grid_case_spot_check_after_closing')),
    sa.CheckConstraint("state <> 'rejected' OR (rejected_at IS NOT NULL AND responsible_channel <> '')", name=op.f('ck_grid_case_rejected_names_a_way')),
    sa.CheckConstraint("state = 'submitted' OR admitted_at IS NOT NULL OR state IN ('rejected', 'merged', 'withdrawn', 'objected')", name=op.f('ck_grid_case_admitted')),
    sa.CheckConstraint("state NOT IN ('to_verify', 'closed') OR (proposed_finding IS NOT NULL AND result_text <> '' AND handled_by IS NOT NULL)", name=op.f('ck_grid_case_result_before_closing')),
    sa.CheckConstraint('(lat IS NULL) = (lng IS NULL)', name=op.f('ck_grid_case_whole_position')),
    sa.CheckConstraint('(owner_id IS NULL) = (owner_level IS NULL)', name=op.f('ck_grid_case_whole_owner')),
    sa.CheckConstraint('length(number) = 12', name=op.f('ck_grid_case_number_length')),
    sa.CheckConstraint('reopens BETWEEN 0 AND 1', name=op.f('ck_grid_case_reopens')),
    sa.CheckConstraint('reported_by IS NULL OR staff_reporter IS NULL', name=op.f('ck_grid_case_one_reporter')),
    sa.CheckConstraint('reporters >= 1', name=op.f('ck_grid_case_reporters')),
    sa.CheckConstraint('returns BETWEEN 0 AND 2', name=op.f('ck_grid_case_returns')),
    sa.CheckConstraint('verified_by <> handled_by', name=op.f('ck_grid_case_verifier_not_handler')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_grid_case_area_code')),
    sa.ForeignKeyConstraint(['handled_by'], ['people_person.id'], name=op.f('fk_grid_case_handled_by')),
    sa.ForeignKeyConstraint(['main_id'], ['grid_case.id'], name=op.f('fk_grid_case_main_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['people_person.id'], name=op.f('fk_grid_case_owner_id')),
    sa.ForeignKeyConstraint(['rejected_by'], ['people_person.id'], name=op.f('fk_grid_case_rejected_by')),
    sa.ForeignKeyConstraint(['reported_by'], ['people_person.id'], name=op.f('fk_grid_case_reported_by')),
    sa.ForeignKeyConstraint(['spot_id'], ['qr_code.id'], name=op.f('fk_grid_case_spot_id')),
    sa.ForeignKeyConstraint(['staff_reporter'], ['people_person.id'], name=op.f('fk_grid_case_staff_reporter')),
    sa.ForeignKeyConstraint(['verified_by'], ['people_person.id'], name=op.f('fk_grid_case_verified_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_case')),
    sa.UniqueConstraint('number', name=op.f('uq_grid_case_number')),
    sa.UniqueConstraint('source', name=op.f('uq_grid_case_source')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_grid_case_area_code'), 'grid_case', ['area_code'], unique=False)
    op.create_index('ix_grid_case_area_state', 'grid_case', ['area_code', 'state'], unique=False)
    op.create_index(op.f('ix_grid_case_category'), 'grid_case', ['category'], unique=False)
    op.create_index('ix_grid_case_climbs_at', 'grid_case', ['climbs_at'], unique=False)
    op.create_index(op.f('ix_grid_case_department'), 'grid_case', ['department'], unique=False)
    op.create_index(op.f('ix_grid_case_main_id'), 'grid_case', ['main_id'], unique=False)
    op.create_index('ix_grid_case_owner_state', 'grid_case', ['owner_id', 'state'], unique=False)
    op.create_index(op.f('ix_grid_case_phone_index'), 'grid_case', ['phone_index'], unique=False)
    op.create_index(op.f('ix_grid_case_reported_by'), 'grid_case', ['reported_by'], unique=False)
    op.create_index(op.f('ix_grid_case_spot_id'), 'grid_case', ['spot_id'], unique=False)
    op.create_index(op.f('ix_grid_case_staff_reporter'), 'grid_case', ['staff_reporter'], unique=False)
    op.create_index(op.f('ix_grid_case_state'), 'grid_case', ['state'], unique=False)
    op.create_index(op.f('ix_grid_case_submitted_at'), 'grid_case', ['submitted_at'], unique=False)
    op.create_index(op.f('ix_grid_case_to_spot_check'), 'grid_case', ['to_spot_check'], unique=False)
    op.create_table('people_account',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(length=40), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('totp', sa.Text(), nullable=True),
    sa.Column('totp_step', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_account_person_id')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_people_account')),
    sa.UniqueConstraint('login', name=op.f('uq_people_account_login'))
    )
    op.create_table('people_membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('resident', 'grid_full', 'grid_part', 'grid_leader', 'police_aux', 'village_admin', 'town_admin', 'district_cmd', 'dept_handler', 'mediator', 'shop_volunteer', 'place_owner', 'landlord', 'auditor', 'sysadmin', name='role', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.Column('department', sa.String(length=24), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_people_membership_area_code')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_people_membership_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people_membership')),
    sa.UniqueConstraint('person_id', 'role', 'area_code', 'department', name=op.f('uq_people_membership_person_id_role_area_code_department'))
    )
    op.create_index('ix_people_membership_area_role', 'people_membership', ['area_code', 'role'], unique=False)
    op.create_index(op.f('ix_people_membership_person_id'), 'people_membership', ['person_id'], unique=False)
    op.create_table('citizen_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_key', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=12), nullable=False),
    sa.Column('code_id', sa.Integer(), nullable=True),
    sa.Column('here', sa.Boolean(), nullable=False),
    sa.Column('place_name', sa.String(length=60), nullable=False),
    sa.Column('where', sa.String(length=80), nullable=False),
    sa.Column('lat', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('lng', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('acc', sa.Integer(), nullable=True),
    sa.Column('tile', sa.String(length=24), nullable=True),
    sa.Column('category', sa.String(length=40), nullable=True),
    sa.Column('danger', sa.Boolean(), nullable=True),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('caller_name', sa.Text(), nullable=True),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('notice_version', sa.String(length=16), nullable=False),
    sa.Column('lang', sa.String(length=8), nullable=False),
    sa.Column('said_by', sa.Integer(), nullable=True),
    sa.Column('said_by_staff', sa.Boolean(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('files_expected', sa.Integer(), nullable=False),
    sa.Column('files_lost', sa.Integer(), nullable=False),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint('(lat IS NULL) = (lng IS NULL)', name=op.f('ck_citizen_report_whole_position')),
    sa.CheckConstraint('files_expected >= 0 AND files_lost >= 0', name=op.f('ck_citizen_report_counts_files')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_citizen_report_area_code')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_citizen_report_case_id')),
    sa.ForeignKeyConstraint(['code_id'], ['qr_code.id'], name=op.f('fk_citizen_report_code_id')),
    sa.ForeignKeyConstraint(['said_by'], ['people_person.id'], name=op.f('fk_citizen_report_said_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_citizen_report')),
    sa.UniqueConstraint('number', name=op.f('uq_citizen_report_number')),
    sa.UniqueConstraint('submission_key', 'digest', name=op.f('uq_citizen_report_submission_key_digest')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_citizen_report_area_code'), 'citizen_report', ['area_code'], unique=False)
    op.create_index(op.f('ix_citizen_report_case_id'), 'citizen_report', ['case_id'], unique=False)
    op.create_index(op.f('ix_citizen_report_code_id'), 'citizen_report', ['code_id'], unique=False)
    op.create_index(op.f('ix_citizen_report_phone_index'), 'citizen_report', ['phone_index'], unique=False)
    op.create_index(op.f('ix_citizen_report_said_at'), 'citizen_report', ['said_at'], unique=False)
    op.create_index(op.f('ix_citizen_report_said_by'), 'citizen_report', ['said_by'], unique=False)
    op.create_table('grid_alarm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('step_number', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rung', sa.Integer(), nullable=False),
    sa.Column('rings_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('acknowledged_at IS NULL OR rings_at IS NULL', name=op.f('ck_grid_alarm_answered_is_silent')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_alarm_case_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_grid_alarm_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_alarm')),
    sa.UniqueConstraint('case_id', 'step_number', name=op.f('uq_grid_alarm_case_id_step_number'))
    )
    op.create_index(op.f('ix_grid_alarm_person_id'), 'grid_alarm', ['person_id'], unique=False)
    op.create_index('ix_grid_alarm_rings_at', 'grid_alarm', ['rings_at'], unique=False)
    op.create_table('grid_case_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('attachment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('report', 'supplement', 'handling', name='filekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('step_number', sa.Integer(), nullable=False),
    sa.Column('who', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['attachment_id'], ['kernel_attachment.id'], name=op.f('fk_grid_case_file_attachment_id')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_case_file_case_id')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_grid_case_file_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_case_file')),
    sa.UniqueConstraint('case_id', 'attachment_id', name=op.f('uq_grid_case_file_case_id_attachment_id'))
    )
    op.create_index(op.f('ix_grid_case_file_attachment_id'), 'grid_case_file', ['attachment_id'], unique=False)
    op.create_table('grid_ladder_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('step', sa.Enum('accept', 'respond', '15m', '60m', name='step', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('went_up', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_ladder_step_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_ladder_step')),
    sa.UniqueConstraint('case_id', 'round', 'step', name=op.f('uq_grid_ladder_step_case_id_round_step'))
    )
    op.create_table('grid_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.Integer(), nullable=True),
    sa.Column('by_reporter', sa.Boolean(), nullable=False),
    sa.Column('move', sa.Enum('admit', 'assign', 'accept', 'return', 'reassign', 'escalate', 'report_result', 'verify', 'confirm', 'send_back', 'reopen', 'withdraw', 'reject', 'merge', 'object', 'uphold', 'dismiss', name='move', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('act', sa.Enum('opened', 'called', 'on_my_way', 'note', 'classify', 'voice_line', 'urge', 'supplement', 'look', 'ladder', 'others', 'spot_check', 'joined', name='act', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('from_state', sa.Enum('submitted', 'accepted', 'dispatched', 'handling', 'returned', 'to_verify', 'closed', 'reopened', 'rejected', 'objected', 'merged', 'withdrawn', name='from_state', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('to_state', sa.Enum('submitted', 'accepted', 'dispatched', 'handling', 'returned', 'to_verify', 'closed', 'reopened', 'rejected', 'objected', 'merged', 'withdrawn', name='to_state', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('finding', sa.Enum('true', 'partly', 'unfounded', 'undeterminable', name='finding', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.CheckConstraint('(move IS NULL) <> (act IS NULL)', name=op.f('ck_grid_step_move_or_act')),
    sa.CheckConstraint('NOT (by_reporter AND who IS NOT NULL)', name=op.f('ck_grid_step_resident_or_staff')),
    sa.CheckConstraint('move IS NULL OR (from_state IS NOT NULL AND to_state IS NOT NULL)', name=op.f('ck_grid_step_move_leads')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_grid_step_case_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['people_person.id'], name=op.f('fk_grid_step_owner_id')),
    sa.ForeignKeyConstraint(['who'], ['people_person.id'], name=op.f('fk_grid_step_who')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_step')),
    sa.UniqueConstraint('case_id', 'number', name=op.f('uq_grid_step_case_id_number')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_grid_step_who'), 'grid_step', ['who'], unique=False)
    op.create_table('citizen_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('solved', sa.Enum('solved', 'not_solved', name='solved', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('satisfied', sa.Enum('very_satisfied', 'satisfied', 'so_so', 'dissatisfied', name='satisfied', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['citizen_report.id'], name=op.f('fk_citizen_rating_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_citizen_rating')),
    sa.UniqueConstraint('report_id', 'closed_at', name=op.f('uq_citizen_rating_report_id_closed_at')),
    sqlite_autoincrement=True
    )
    op.create_table('citizen_told',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=24), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['citizen_report.id'], name=op.f('fk_citizen_told_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'step', name=op.f('pk_citizen_told'))
    )
    op.create_table('citizen_urge',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('urged_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['citizen_report.id'], name=op.f('fk_citizen_urge_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'day', name=op.f('pk_citizen_urge'))
    )
    freeze()


def freeze():
    """Refuse UPDATE and DELETE on what is written once."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$"
        )
    for table in FROZEN:
        for verb in ("UPDATE", "DELETE"):
            action = (
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}")


def downgrade():
    for table in ['citizen_urge', 'citizen_told', 'citizen_rating', 'grid_step', 'grid_ladder_step', 'grid_case_file', 'grid_alarm', 'citizen_report', 'people_membership', 'people_account', 'grid_case', 'qr_code', 'people_person', 'people_household', 'grid_hours', 'qr_town_numbers', 'people_phone_code', 'people_area', 'kernel_workday', 'kernel_outbox', 'kernel_message', 'kernel_fact', 'kernel_audit', 'kernel_attachment']:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")
