"""The OpenAPI document: FastAPI's own, with what the gate asks for.

Which operations need a key is read off the gate, so that the document cannot say otherwise.
"""

from typing import Any

from fastapi import FastAPI

from service.web.gate import needed_scope

_SCHEME = "key"
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `cuttings key create`. Without one, reading is open on the server's "
    "own machine only (or with `--open`), and writing nowhere.",
}


class DocumentedApp(FastAPI):
    """An app whose document names the scope of the key that an operation needs."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["components"]["securitySchemes"] = {_SCHEME: _BEARER}
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    scope = needed_scope(method.upper(), path)
                    if scope != "read":
                        operation["security"] = [{_SCHEME: [scope]}]
        assert self.openapi_schema is not None  # noqa: S101 - set by FastAPI
        return self.openapi_schema
