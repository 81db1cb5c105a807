"""Keeps browsers away from ministack, which asks for no signature and answers every origin.

Any site that is open in a browser of this machine could send requests otherwise: from its own origin, or by a
host name of its own that resolves to 127.0.0.1. AWS's SDKs, its command line and curl send no origin.
"""

import re

# APIs are named <id>.execute-api.127.0.0.1, which no resolver can be made to answer.
_HOST = re.compile(rb"(localhost|([a-z0-9-]+\.)*127\.0\.0\.1)(:\d+)?", re.IGNORECASE)


def install(app):
    """Wraps an ASGI application."""

    async def guarded(scope, receive, send):
        if scope["type"] in ("http", "websocket") and _refused(dict(scope["headers"])):
            await _refuse(scope["type"], send)
        else:
            await app(scope, receive, send)

    return guarded


def _refused(headers):
    by_browser = b"origin" in headers or b"sec-fetch-site" in headers
    return by_browser or not _HOST.fullmatch(headers.get(b"host", b""))


async def _refuse(kind, send):
    if kind == "websocket":
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"The local AWS answers no browser and no other host's name.\n"})
