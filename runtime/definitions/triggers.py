"""The database's own refusal to change or delete a published version.

The statements are kept as text so that `create_all` and a migration create the same triggers.
"""

from sqlalchemy import DDL, Table, event

_FROZEN = "id, definition_id, number, document, published_by, published_at"

STATEMENTS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        f"CREATE TRIGGER versions_frozen BEFORE UPDATE OF {_FROZEN} ON versions "
        "BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
        "CREATE TRIGGER versions_kept BEFORE DELETE ON versions "
        "BEGIN SELECT RAISE(ABORT, 'a published version is never deleted'); END",
        # INSERT OR REPLACE deletes without firing the trigger above.
        "CREATE TRIGGER versions_not_replaced BEFORE INSERT ON versions WHEN EXISTS (SELECT 1 FROM versions "
        "WHERE id = NEW.id OR (definition_id = NEW.definition_id AND number = NEW.number)) "
        "BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION versions_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a published version is never changed or deleted' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER versions_frozen BEFORE UPDATE OF {_FROZEN} ON versions "
        "FOR EACH ROW EXECUTE FUNCTION versions_refuse()",
        "CREATE TRIGGER versions_kept BEFORE DELETE ON versions "
        "FOR EACH ROW EXECUTE FUNCTION versions_refuse()",
        "CREATE TRIGGER versions_not_emptied BEFORE TRUNCATE ON versions "
        "FOR EACH STATEMENT EXECUTE FUNCTION versions_refuse()",
    ),
}


def attach(table: Table) -> None:
    """Create the triggers right after `create_all` has created the table."""
    for dialect, statements in STATEMENTS.items():
        for statement in statements:
            ddl: DDL = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
