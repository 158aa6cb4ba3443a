"""Runs the migrations, with the login that may change tables where there is one."""

from alembic import context
from sqlalchemy import create_engine, text

from kernel.db import db, prepare
from kernel.work import parts

url = parts().settings.migration_url
engine = create_engine(url) if url else db.engine
prepare(engine)

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # A migration that has to wait gives up; the site comes first.
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '60s'"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
if url:
    engine.dispose()
