"""The product while its database is gone: killed, stopped, or never there."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tests.running import server as running
from tests.running.test_embedded import folder

__all__ = ["folder"]

pytestmark = pytest.mark.faults

ASKING = """
import django; django.setup()
from django.test import Client
person = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
person.cookies["sessionid"] = "x" * 32
origin = {"Origin": "http://127.0.0.1"}
form = {"title": "The vault is closed", "password": "my own secret", "kind": "x"}
def shown(answer):
    print(answer.status_code, answer.get("Retry-After"), answer["Cache-Control"],
          answer.content.decode().replace(chr(10), " "))
shown(person.get("/"))
shown(person.get("/health/"))
shown(person.get("/incidents/", headers={"HX-Request": "true"}))
shown(person.get("/incidents/", headers={"Accept": "application/json"}))
shown(person.post("/incidents/new/", form, headers=origin))
shown(person.get("/accounts/login/"))
"""


def test_a_database_that_is_not_there_is_said_to_be(folder):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASKING],
        cwd=running.ROOT,
        env=running.environment(
            folder / "var",
            DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing",
            DATABASE_POOL_SIZE="1",
            DJANGO_SETTINGS_MODULE="tests.settings",
        ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    lines = done.stdout.splitlines()
    assert len(lines) == 6, done.stderr
    page, health, fragment, script, posted, sign_in = lines
    assert all(line.startswith("503 ") for line in lines), lines
    assert all("no-store" in line for line in lines)
    assert all(line.startswith("503 10 ") for line in (page, fragment, script, posted, sign_in))
    assert "The database is not responding at the moment." in page
    assert 'href="/">Try again' in page
    assert "The database is not responding" in health
    assert "<" not in fragment
    assert '{"error": [' in script
    assert "The vault is closed</textarea>" in posted
    assert 'name="kind" value="x"' in posted
    assert "my own secret" not in posted


def ask(server: running.Server, method: str, path: str, cookie: str, form: dict[str, str]):
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    headers["Origin"] = f"http://127.0.0.1:{server.port}"
    asked.request(method, path, urlencode(form), headers)
    answer = asked.getresponse()
    return answer, answer.read().decode()


def signed_in_cookie(server: running.Server) -> str:
    path = re.sub(r"http://[^/]+", "", server.link())
    answer, page = ask(server, "GET", path, "", {})
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    csrf = answer.headers["Set-Cookie"].split(";")[0]
    assert token
    answer, _ = ask(server, "POST", path, csrf, {"csrfmiddlewaretoken": token[1]})
    cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie")]
    return "; ".join(dict.fromkeys([csrf, *cookies]))


def test_text_sent_while_the_database_is_killed_comes_back_and_is_saved_later(folder):
    server = running.Server(folder / "var")
    try:
        server.start_and_wait()
        cookie = signed_in_cookie(server)
        _, page = ask(server, "GET", "/incidents/new/", cookie, {})
        token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)[-1]
        form = {"title": "The vault stays closed", "severity": "SEV2", "environment": "production"}
        form["csrfmiddlewaretoken"] = token

        # The supervisor starts PostgreSQL again at once; it is held back while we ask.
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGSTOP)
        for process in server.processes("postgres"):
            process.kill()
        answer, page = ask(server, "POST", "/incidents/new/", cookie, form)
        health, _ = ask(server, "GET", "/health/", cookie, {})
        os.kill(server.process.pid, signal.SIGCONT)

        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert "The vault stays closed</textarea>" in page
        assert health.status == 503
        server.wait_until(server.is_healthy, "PostgreSQL to be there again")
        saved, _ = ask(server, "POST", "/incidents/new/", cookie, form)
        assert saved.status == 302
    finally:
        server.end()
