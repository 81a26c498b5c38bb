"""Which JSON Schema describes record.json? `python -m reports.schema` writes it anew."""

import json
from pathlib import Path

from reports.files import write
from reports.record import AuditRecord

SCHEMA_FILE = Path(__file__).with_name("record.schema.json")


def schema() -> str:
    """The JSON Schema (2020-12) of the record, as text."""
    described = AuditRecord.model_json_schema(mode="serialization")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Assay audit record"}
    return json.dumps({**described, **head}, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    write(SCHEMA_FILE, schema())
