"""Holds answers against the OpenAPI document that the server serves: status, media type, and JSON bodies by the part of
JSON Schema that the document uses. What the document does not name is a fault too."""
import json, re

KNOWN = {"type", "properties", "required", "items", "enum", "pattern", "additionalProperties", "$ref", "description", "format",
         "minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}


class Document:
    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.operations = {}
        for path, methods in document["paths"].items():
            pattern = re.compile("^" + "/".join(".+" if p == "{path}" else "[^/]+" if p.startswith("{") else re.escape(p)
                                                for p in path.split("/")) + "$")
            for method, operation in methods.items():
                self.operations[method.upper(), path] = (pattern, operation)
        self.called = set()

    def find(self, method, path):
        """Literal paths win over those with variables, as in the router."""
        fits = [key for key, (pattern, _) in self.operations.items() if key[0] == method and pattern.match(path)]
        return min(fits, key=lambda key: key[1].count("{"), default=None)

    def check(self, method, target, status, headers, body):
        """-> what differs from the document, as texts. A path that is not in it is not its business."""
        key = self.find(method, target.split("?")[0])
        if key is None or status == 304:
            return []
        operation = self.operations[key][1]
        answer = operation["responses"].get(str(status))
        if answer is None:
            if status < 400:
                return [f"{method} {target}: {status} is not in the document"]
            answer = operation["responses"]["default"]
        else:
            self.called.add(key)
        where = f"{method} {target} {status}"
        if "content" not in answer:
            return [f"{where}: there is a body"] if body else []
        media = headers.get("content-type", "").split(";")[0]
        if media not in answer["content"] and "*/*" not in answer["content"]:
            return [f"{where}: {media} is not in the document"]
        if method == "HEAD" or not media.endswith("json") or media not in answer["content"]:
            return []
        return [f"{where}: {fault}" for fault in self.faults(answer["content"][media]["schema"], json.loads(body), "")]

    def faults(self, schema, value, at):
        if "$ref" in schema:
            return self.faults(self.schemas[schema["$ref"].rsplit("/", 1)[1]], value, at)
        unknown = schema.keys() - KNOWN
        if unknown:
            return [f"{at}: the schema uses {unknown}, which this test does not know"]
        kind = schema.get("type")
        if isinstance(kind, list):  # one of them
            kind = next((each for each in kind if isinstance(value, TYPES[each])), kind[0])
        if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
            return [f"{at}: {value!r:.60} is no {kind}"]
        out = []
        if "enum" in schema and value not in schema["enum"]:
            out.append(f"{at}: {value!r:.60} is none of {schema['enum']}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            out.append(f"{at}: {value!r:.60} does not match {schema['pattern']}")
        if isinstance(value, dict):
            out += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
            for name, member in value.items():
                if name in schema.get("properties", {}):
                    out += self.faults(schema["properties"][name], member, f"{at}/{name}")
                elif isinstance(schema.get("additionalProperties"), dict):
                    out += self.faults(schema["additionalProperties"], member, f"{at}/{name}")
                elif "properties" in schema:
                    out.append(f"{at}: {name} is not in the document")
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                out += self.faults(schema["items"], item, f"{at}/{i}")
        return out
