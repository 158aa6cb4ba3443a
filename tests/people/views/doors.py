"""Going in and out at the staff's door."""

from collections.abc import Callable

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.access import Actor

SignIn = Callable[[Actor], None]

HOME = "/staff/"  # the desk of who works in a grid


GOOD = "门前老槐树下的石凳"


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enter(client: FlaskClient, password: str = GOOD, **more: str) -> TestResponse:
    return client.post("/staff/sign-in", data={"login": "wang.wei", "password": password, **more})


def is_inside(client: FlaskClient) -> bool:
    return client.get("/staff/account").status_code == 200


def change(client: FlaskClient, current: str, new: str) -> TestResponse:
    return client.post(
        "/staff/account/password",
        data={
            "current": current,
            "new": new,
            "again": new,
            "csrf_token": token(client, "/staff/account/password"),
        },
    )


def token(client: FlaskClient, path: str = "/staff/account") -> str:
    page = client.get(path).text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Send a form with files, as somebody who is signed in."""
    shown = client.get("/staff/account").text
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post(
        path, data={**fields, "csrf_token": token}, content_type="multipart/form-data"
    )
