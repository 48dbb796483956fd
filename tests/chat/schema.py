"""As much of JSON Schema 2020-12 as examples/chat/protocol.schema.json uses; anything else is an error."""
import json
import re

KNOWN = {"$schema", "$defs", "$ref", "title", "description", "oneOf", "type", "const", "enum", "required", "properties",
         "additionalProperties", "items", "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum",
         "pattern", "x-limits", "x-errors", "x-closes"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Invalid(Exception):
    def __str__(self):
        said = super().__str__()
        return said if len(said) <= 2000 else f"{said[:1000]} […] {said[-1000:]}"


class Schema:
    def __init__(self, path):
        self.root = json.load(open(path, encoding="utf-8"))

    def actions(self, side):
        refs = [one["$ref"].split("/")[-1] for one in self.root["$defs"][side]["oneOf"]]
        return {self.root["$defs"][ref]["properties"]["action"]["const"] for ref in refs}

    def check(self, value, side):
        self._check(value, self.root["$defs"][side], side)

    def _check(self, value, schema, where):
        unknown = set(schema) - KNOWN
        if unknown:
            raise AssertionError(f"schema.py does not know {unknown}")
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            self._check(value, self.root["$defs"][name], name)
        if "oneOf" in schema:
            faults = []
            for one in schema["oneOf"]:
                try:
                    self._check(value, one, where)
                except Invalid as fault:
                    faults.append(str(fault))
            if len(faults) != len(schema["oneOf"]) - 1:
                raise Invalid(f"{where}: {len(schema['oneOf']) - len(faults)} shapes fit {value!r}: {faults}")
        if "const" in schema and value != schema["const"]:
            raise Invalid(f"{where}: {value!r} is not {schema['const']!r}")
        if "enum" in schema and value not in schema["enum"]:
            raise Invalid(f"{where}: {value!r} is not in {schema['enum']}")
        kind = schema.get("type")
        if kind == "integer":
            if not isinstance(value, int) or isinstance(value, bool):
                raise Invalid(f"{where}: {value!r} is no integer")
        elif kind is not None and not isinstance(value, TYPES[kind]):
            raise Invalid(f"{where}: {value!r} is no {kind}")
        if isinstance(value, str):
            self._bounds(len(value), schema, "Length", where)
            if "pattern" in schema and not re.search(schema["pattern"], value):
                raise Invalid(f"{where}: {value!r} does not match {schema['pattern']}")
        elif isinstance(value, list):
            self._bounds(len(value), schema, "Items", where)
            for item in value:
                self._check(item, schema.get("items", {}), where)
        elif isinstance(value, dict):
            self._object(value, schema, where)
        elif isinstance(value, int) and not isinstance(value, bool):
            self._bounds(value, schema, "imum", where)

    @staticmethod
    def _bounds(number, schema, what, where):
        if number < schema.get("min" + what, number) or number > schema.get("max" + what, number):
            raise Invalid(f"{where}: {number} is out of bounds")

    def _object(self, value, schema, where):
        properties = schema.get("properties", {})
        missing = set(schema.get("required", [])) - set(value)
        if missing:
            raise Invalid(f"{where}: {missing} missing in {value!r}")
        others = schema.get("additionalProperties", True)
        for name, item in value.items():
            if name in properties:
                self._check(item, properties[name], f"{where}.{name}")
            elif others is False:
                raise Invalid(f"{where}: {name} is unknown")
            elif isinstance(others, dict):
                self._check(item, others, f"{where}.{name}")
