"""a link for whom a case is against

Revision ID: 0009
Revises: 0004
Create Date: 2026-11-27 09:10:00

"""
from alembic import op
import sqlalchemy as sa


revision = "0009"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('grid_accused_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('accused_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.String(length=64), nullable=False),
    sa.Column('given_by', sa.Integer(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['accused_id'], ['grid_accused.id'], name=op.f('fk_grid_accused_link_accused_id')),
    sa.ForeignKeyConstraint(['given_by'], ['people_person.id'], name=op.f('fk_grid_accused_link_given_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_accused_link')),
    sa.UniqueConstraint('secret', name=op.f('uq_grid_accused_link_secret'))
    )
    op.create_index('ix_grid_accused_link_accused_id', 'grid_accused_link', ['accused_id'], unique=False)

    op.create_table('grid_accused_said',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('link_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['link_id'], ['grid_accused_link.id'], name=op.f('fk_grid_accused_said_link_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_accused_said')),
    sa.UniqueConstraint('link_id', 'key', name=op.f('uq_grid_accused_said_link_id_key')),
    sqlite_autoincrement=True
    )
    freeze()


def freeze():
    """Refuse UPDATE and DELETE on what the accused wrote."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    table = "grid_accused_said"
    for verb in ("UPDATE", "DELETE"):
        action = (
            f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            if sqlite
            else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {action}")


def downgrade():
    for table in ('grid_accused_said', 'grid_accused_link'):
        op.drop_table(table)
