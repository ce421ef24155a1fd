"""What the public contract names and nobody has built yet: 501, never a silent default."""

from fastapi import APIRouter, Request

from service.errors import NotBuilt

UNBUILT: tuple[tuple[str, str], ...] = (("GET", "/metrics"),)

router = APIRouter(include_in_schema=False)


def _refuse(request: Request) -> None:
    raise NotBuilt(f"{request.method} {request.url.path} is not built yet")


for _method, _path in UNBUILT:
    router.add_api_route(_path, _refuse, methods=[_method])
