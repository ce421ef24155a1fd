"""Who asks the cluster, as it is told with each request, and whose word for the nodes is taken."""

import ssl
from base64 import b64encode

from service.errors import Misconfigured


def authorization(user: str, password: str, api_key: str) -> dict[str, str]:
    """The header that says it; none where nobody in particular asks."""
    if user:
        # The client's own way takes Latin-1 alone.
        return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
    return {"Authorization": f"ApiKey {api_key}"} if api_key else {}


def readable(certificates: str | None) -> str | None:
    """The file of certificates; Misconfigured where nothing can be read from it."""
    if certificates is None:
        return None
    try:
        ssl.create_default_context(cafile=certificates)
    except ssl.SSLError as exc:
        raise Misconfigured(
            f"CUTTINGS_OPENSEARCH_CA: {certificates} holds no certificate in PEM"
        ) from exc
    except OSError as exc:
        raise Misconfigured(
            f"CUTTINGS_OPENSEARCH_CA: {certificates} cannot be read: {exc.strerror or exc}"
        ) from exc
    return certificates
