"""the signature under each day's seal

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-28 08:50:00

"""
from alembic import op
import sqlalchemy as sa

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

WHOLE = sa.Integer().with_variant(sa.BigInteger(), 'postgresql')
TABLE = 'points_seal_signature'


def upgrade():
    op.create_table(TABLE,
    sa.Column('number', WHOLE, nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.Column('signed_at', WHOLE, nullable=False),
    sa.CheckConstraint('length(public_key) = 32 AND length(signature) = 64', name=op.f('ck_points_seal_signature_whole_signature')),
    sa.ForeignKeyConstraint(['number'], ['points_seal.number'], name=op.f('fk_points_seal_signature_number')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_points_seal_signature')),
    sqlite_strict=True
    )
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for verb in ('UPDATE', 'DELETE'):
        action = (
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is only ever added to'); END"
            if sqlite
            else 'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        )
        op.execute(f'CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} {action}')
    if not sqlite:
        op.execute(
            f'CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )
        op.execute(NARROW)


# As in 0018: whatever logins there are, none but the owner may change what was written.
NARROW = f"""
DO $$ DECLARE login record; BEGIN
  FOR login IN
    SELECT DISTINCT c.oid::regclass AS part, a.grantee::regrole AS name
      FROM pg_class c, LATERAL aclexplode(c.relacl) a
     WHERE c.oid = '{TABLE}'::regclass AND a.grantee <> 0 AND a.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %s FROM %s', login.part, login.name);
  END LOOP;
END $$
"""


def downgrade():
    op.drop_table(TABLE)
