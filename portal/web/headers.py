"""The security headers of every response, whatever it says and whoever asked."""

from flask import Response, request

# The hash is that of an empty style element: Plotly adds one, and without it the infusion markers fall out of the plot.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
_UNUSED_FEATURES = ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb")
_TWO_YEARS = 63_072_000
_ALWAYS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED_FEATURES),
}
# A first visit loads a dozen files; a file that is no page needs no policy but one that makes it inert.
_INERT = ("default-src", "object-src", "base-uri", "form-action", "frame-ancestors")
_FILE = {
    "Content-Security-Policy": "; ".join(f"{name} 'none'" for name in _INERT),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
}

# A picture or a table to be saved holds what people typed: opened in a browser after all, it may do nothing.
_SAVED = _ALWAYS | {"Content-Security-Policy": f"{_FILE['Content-Security-Policy']}; sandbox"}


def apply(response: Response) -> Response:
    """Add the headers; everything but our static files is also kept out of every cache."""
    is_file = request.endpoint == "static" and response.status_code < 400
    is_saved = response.headers.get("Content-Disposition", "").startswith("attachment")
    response.headers.update(_FILE if is_file else _SAVED if is_saved else _ALWAYS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    if is_file:
        for name in ("Expires", "Content-Disposition", "Last-Modified"):
            response.headers.pop(name, None)
        # A module that another one imports is asked for by its bare name, which stays the same after an upgrade.
        if "v" not in request.args:
            response.headers["Cache-Control"] = "no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
