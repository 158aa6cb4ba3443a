"""the rules of the coins by version, claims, who looked at them

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-27 19:00:00

"""
from alembic import op
import sqlalchemy as sa


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

# What is only ever added to, whoever asks; of a claim no row ever goes.
FROZEN = ('points_rule_version', 'points_claim_review', 'points_claim_picture')


def upgrade():
    op.create_table('points_rule_version',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(digest) = 64', name=op.f('ck_points_rule_version_whole_digest')),
    sa.ForeignKeyConstraint(['set_by'], ['people_person.id'], name=op.f('fk_points_rule_version_set_by')),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_points_rule_version'))
    )
    op.create_index('ix_points_rule_version_valid_from', 'points_rule_version', ['valid_from'], unique=False)

    op.create_table('points_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_kind', sa.String(length=16), nullable=False),
    sa.Column('source_id', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('rule_code', sa.String(length=3), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('filed_by', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=500), nullable=False),
    sa.Column('earned_on', sa.Date(), nullable=False),
    sa.Column('coins', sa.Integer(), nullable=False),
    sa.Column('granted', sa.Integer(), nullable=False),
    sa.Column('cut', sa.Integer(), nullable=False),
    sa.Column('cut_by', sa.String(length=24), nullable=False),
    sa.Column('levels', sa.String(length=40), nullable=False),
    sa.Column('state', sa.Enum('submitted', 'village_ok', 'town_ok', 'district_ok', 'paid', 'capped', 'waiting_quota', 'refused', 'sent_back', 'withdrawn', name='claimstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('waiting_for', sa.Enum('village', 'town', 'district', name='reviewlevel', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('flagged', sa.Boolean(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('due_by', sa.Date(), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posting_id', sa.Integer().with_variant(sa.BigInteger(), 'postgresql'), nullable=True),
    sa.Column('area_code', sa.String(length=17), nullable=False),
    sa.CheckConstraint("(source_kind = 'case') = (case_id IS NOT NULL)", name=op.f('ck_points_claim_whole_source')),
    sa.CheckConstraint("(state = 'paid') = (posting_id IS NOT NULL)", name=op.f('ck_points_claim_paid_by_posting')),
    sa.CheckConstraint("(state IN ('paid', 'waiting_quota')) = (granted > 0)", name=op.f('ck_points_claim_granted_when_passed')),
    sa.CheckConstraint("CASE WHEN waiting_for IS NULL THEN state NOT IN ('submitted', 'village_ok') ELSE state IN ('submitted', 'village_ok', 'town_ok') END", name=op.f('ck_points_claim_somebody_looks')),
    sa.CheckConstraint("state NOT IN ('paid', 'capped', 'waiting_quota') OR granted + cut = coins", name=op.f('ck_points_claim_granted_or_cut')),
    sa.CheckConstraint('coins > 0 AND granted >= 0 AND cut >= 0', name=op.f('ck_points_claim_whole_coins')),
    sa.ForeignKeyConstraint(['area_code'], ['people_area.code'], name=op.f('fk_points_claim_area_code')),
    sa.ForeignKeyConstraint(['case_id'], ['grid_case.id'], name=op.f('fk_points_claim_case_id')),
    sa.ForeignKeyConstraint(['filed_by'], ['people_person.id'], name=op.f('fk_points_claim_filed_by')),
    sa.ForeignKeyConstraint(['household_id'], ['people_household.id'], name=op.f('fk_points_claim_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['people_person.id'], name=op.f('fk_points_claim_person_id')),
    sa.ForeignKeyConstraint(['posting_id'], ['points_posting.id'], name=op.f('fk_points_claim_posting_id')),
    sa.ForeignKeyConstraint(['rule_version'], ['points_rule_version.version'], name=op.f('fk_points_claim_rule_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_claim')),
    sa.UniqueConstraint('posting_id', name=op.f('uq_points_claim_posting_id')),
    sa.UniqueConstraint('source_kind', 'source_id', name=op.f('uq_points_claim_source_kind_source_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_claim_area_code', 'points_claim', ['area_code'], unique=False)
    op.create_index('ix_points_claim_case_id', 'points_claim', ['case_id'], unique=False)
    op.create_index('ix_points_claim_filed_at', 'points_claim', ['filed_at'], unique=False)
    op.create_index('ix_points_claim_household_day', 'points_claim', ['household_id', 'earned_on'], unique=False)
    op.create_index('ix_points_claim_person_day', 'points_claim', ['person_id', 'earned_on'], unique=False)
    op.create_index('ix_points_claim_queue', 'points_claim', ['waiting_for', 'due_by'], unique=False)
    op.create_index('ix_points_claim_state', 'points_claim', ['state', 'area_code'], unique=False)

    op.create_table('points_claim_picture',
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('attachment_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_claim_picture_claim_id')),
    sa.PrimaryKeyConstraint('claim_id', 'attachment_id', name=op.f('pk_points_claim_picture'))
    )
    op.create_index('ix_points_claim_picture_digest', 'points_claim_picture', ['digest'], unique=False)

    op.create_table('points_claim_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'district', name='reviewlevel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reviewer_id', sa.Integer(), nullable=False),
    sa.Column('decision', sa.Enum('approve', 'refuse', 'send_back', name='decision', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("decision = 'approve' OR reason <> ''", name=op.f('ck_points_claim_review_reason_to_say_no')),
    sa.ForeignKeyConstraint(['claim_id'], ['points_claim.id'], name=op.f('fk_points_claim_review_claim_id')),
    sa.ForeignKeyConstraint(['reviewer_id'], ['people_person.id'], name=op.f('fk_points_claim_review_reviewer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_points_claim_review')),
    sa.UniqueConstraint('claim_id', 'round', 'level', name=op.f('uq_points_claim_review_claim_id_round_level')),
    sa.UniqueConstraint('claim_id', 'round', 'reviewer_id', name=op.f('uq_points_claim_review_claim_id_round_reviewer_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_points_claim_review_at', 'points_claim_review', ['at'], unique=False)
    op.create_index('ix_points_claim_review_reviewer_id', 'points_claim_review', ['reviewer_id'], unique=False)

    freeze()


def freeze():
    for table in FROZEN:
        refuse(table, 'UPDATE')
        refuse(table, 'DELETE')
    refuse('points_claim', 'DELETE')


def refuse(table, verb):
    sqlite = op.get_bind().dialect.name == 'sqlite'
    action = (
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
        if sqlite
        else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    op.execute(f'CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}')


def downgrade():
    op.drop_index('ix_points_claim_review_reviewer_id', table_name='points_claim_review')
    op.drop_index('ix_points_claim_review_at', table_name='points_claim_review')

    op.drop_table('points_claim_review')
    op.drop_index('ix_points_claim_picture_digest', table_name='points_claim_picture')

    op.drop_table('points_claim_picture')
    op.drop_index('ix_points_claim_state', table_name='points_claim')
    op.drop_index('ix_points_claim_queue', table_name='points_claim')
    op.drop_index('ix_points_claim_person_day', table_name='points_claim')
    op.drop_index('ix_points_claim_household_day', table_name='points_claim')
    op.drop_index('ix_points_claim_filed_at', table_name='points_claim')
    op.drop_index('ix_points_claim_case_id', table_name='points_claim')
    op.drop_index('ix_points_claim_area_code', table_name='points_claim')

    op.drop_table('points_claim')
    op.drop_index('ix_points_rule_version_valid_from', table_name='points_rule_version')

    op.drop_table('points_rule_version')
