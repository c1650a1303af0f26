"""Prints create_only.json from the registry schemas of the cfn-lint beside this Python.

Usage: <venv with cfn-lint>/bin/python create_only.py RESOURCE_TYPE... > create_only.json
"""

import importlib.metadata
import json
import pathlib
import sys

import cfnlint

schemas = pathlib.Path(cfnlint.__file__).parent / "data" / "schemas"
types = {}
for file in sorted((schemas / "resources").glob("*.json")):
    schema = json.loads(file.read_text())
    name = schema.get("typeName") if isinstance(schema, dict) else None
    if name in sys.argv[1:]:
        types[name] = {
            key: sorted(path.removeprefix("/properties/") for path in schema.get(source) or [])
            for key, source in [
                ("createOnly", "createOnlyProperties"),
                ("conditionalCreateOnly", "conditionalCreateOnlyProperties"),
            ]
        }
missing = set(sys.argv[1:]) - set(types)
if missing:
    sys.exit(f"no schema for {sorted(missing)}")
date = json.loads((schemas / "version.json").read_text())["schema_date"]
version = importlib.metadata.version("cfn-lint")
provenance = f"AWS resource provider schemas of {date}, as shipped by cfn-lint {version}; made by create_only.py"
print(json.dumps({"provenance": provenance, "types": types}, indent=2, sort_keys=True))
