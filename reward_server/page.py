"""The web page: static files of the package, and the policy under which a browser shows them."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "web"
PREFIX = "/web"

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
"""Nothing from elsewhere, nothing inline; with trusted types, text can't become HTML by mistake."""

HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
"""`no-cache`: kept, but asked after each time, so that an upgrade shows at once."""

router = APIRouter()


class Assets(StaticFiles):
    """The page's files, each with the page's headers."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """The answer with a file."""
        response = super().file_response(*args, **options)
        response.headers.update(HEADERS)
        return response


assets = Assets(directory=FOLDER)


@router.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The page; what it shows is asked for by its scripts."""
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


def is_of_page(path: str) -> bool:
    """Whether a path is the page or one of its files, which hold nothing that needs a key."""
    return path == "/" or path.startswith(f"{PREFIX}/")
