"""The application factory and the `formwright` command: the one place that knows both builder and runtime."""

from typing import Any

from flask import Flask

from builder import places
from builder.routes import BLUEPRINTS
from runtime import api, config, web
from runtime.accounts.routes import accounts
from runtime.admin import admin
from runtime.automations import dispatch
from runtime.bulk.routes import blueprint as bulk
from runtime.db import db, engine_options
from runtime.forms.drafts.routes import blueprint as drafts
from runtime.forms.files import blueprint as files
from runtime.forms.lists.cell_routes import blueprint as cells
from runtime.forms.lists.routes import blueprint as lists
from runtime.forms.record.commenting import blueprint as comments
from runtime.forms.record.routes import blueprint as record
from runtime.forms.record.version_routes import blueprint as versions
from runtime.forms.routes import blueprint as forms
from runtime.going import going
from runtime.home import home
from runtime.inbox import inbox
from runtime.merging.routes import blueprint as merging
from runtime.public.files import blueprint as public_files
from runtime.public.later import blueprint as public_later
from runtime.public.routes import blueprint as public
from runtime.transfer.import_routes import blueprint as imports
from runtime.transfer.routes import blueprint as transfer
from runtime.trash import blueprint as trash


def create_app(settings: config.Settings | None = None, **overrides: Any) -> Flask:
    """A ready application; `overrides` are Flask settings that tests change."""
    settings = settings or config.read()
    app = Flask("formwright", root_path=config.ROOT, template_folder="templates", static_folder="static")
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        REDIS_URL=settings.redis_url,
    )
    app.config.update(overrides)
    db.init_app(app)
    web.init_app(app)
    dispatch.register()
    places.register()
    for blueprint in (
        accounts,
        home,
        going,
        inbox,
        admin,
        forms,
        drafts,
        lists,
        cells,
        record,
        comments,
        versions,
        files,
        transfer,
        trash,
        public,
        public_files,
        public_later,
        imports,
        bulk,
        merging,
        api.health,
        api.blueprint,
        *BLUEPRINTS.values(),
    ):
        app.register_blueprint(blueprint)
    return app


def main() -> None:
    """The console script."""
    from builder import cli

    cli.formwright(obj=create_app)


if __name__ == "__main__":
    main()
