"""Writes a migration for what the models have and the newest migration has not: `.ci/migration.py "message"`."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from app import create_app
from runtime import config, schema

home = Path(tempfile.mkdtemp())
app = create_app(config.read({"FORMWRIGHT_HOME": str(home)}))
with app.app_context():
    schema.upgrade()
    command.revision(schema.alembic_config(), message=sys.argv[1], autogenerate=True)
