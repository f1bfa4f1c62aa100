"""Holds JSON values against a JSON Schema: a line for each, with what is wrong with it, or an empty one.

The first line of the standard input is the schema.
"""
import json
import sys

import jsonschema

schema = json.loads(sys.stdin.readline())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
print("ready", flush=True)
for line in sys.stdin:
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(json.loads(line))]
    print("; ".join(errors).replace("\n", " "), flush=True)
