"""What the scenarios are made of: servers and peers as processes, and a person's browser as an HTTP client."""

import base64
import html.parser
import json
import os
import queue
import subprocess
import threading
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

PATIENCE = 20


class Failed(Exception):
    """A scenario did not come out as it must."""


def expect(holds, what):
    if not holds:
        raise Failed(what)


class Process:
    """A server or a peer. It ends when its standard input does, or when it is stopped."""

    def __init__(self, *command, listens=True):
        self.name = os.path.basename(command[-1] if len(command) > 1 else command[0])
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        if listens:
            try:
                line = self.line()
                expect(line.startswith("ready: "), f"{self.name} said {line!r}")
            except Failed:
                self.stop()
                raise
            self.url = line.removeprefix("ready: ")

    def _read(self):
        for line in self.child.stdout:
            self.lines.put(line.strip())
        self.lines.put("")

    def line(self):
        try:
            return self.lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise Failed(f"{self.name} says nothing") from None

    def tell(self, what):
        """Sends a line of JSON, and gives the line that answers it."""
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()
        return self.line()

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()


class Form(html.parser.HTMLParser):
    """The one form of a page."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)
        expect(self.action, f"no form in {text[:300]!r}")

    @classmethod
    def of(cls, action, fields):
        """Another form than a page had."""
        form = cls.__new__(cls)
        form.action, form.fields = action, fields
        return form

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        elif tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")


class Browser:
    """One person's browser: it keeps cookies, follows redirects, and posts a form only when told."""

    def __init__(self):
        self.http = requests.Session()

    def get(self, url, **options):
        return self.http.get(url, timeout=PATIENCE, **options)

    def post(self, url, data=None, accept="application/json", **options):
        return self.http.post(url, data=data, headers={"Accept": accept}, timeout=PATIENCE, **options)

    def form(self, url, change=None):
        """The form that a chain of redirects ends in. `change` may change the address that the tool sends us to."""
        page = self.http.get(url, timeout=PATIENCE, allow_redirects=False)
        while page.is_redirect:
            url = requests.compat.urljoin(page.url, page.headers["Location"])
            page = self.http.get(change(url) if change else url, timeout=PATIENCE, allow_redirects=False)
        expect(page.ok, f"{page.url}: {page.status_code} {page.text[:300]}")
        return Form(page.text)

    def submit(self, form, accept="application/json"):
        return self.post(form.action, form.fields, accept)


def answer(response, status=200):
    """The JSON of an answer that must have this status."""
    expect(response.status_code == status, f"{response.url}: {response.status_code} {response.text[:300]}")
    return response.json()


def tampered(token):
    """The same token for somebody else, under the same signature."""
    header, payload, signature = token.split(".")
    claims = claims_of(token)
    claims["sub"] = "somebody-else"
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{payload}.{signature}"


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def with_query(name, value):
    """Changes one parameter of the addresses that have it, and leaves others alone."""

    def change(url):
        parts = urlsplit(url)
        query = [(n, value if n == name else v) for n, v in parse_qsl(parts.query, keep_blank_values=True)]
        return urlunsplit(parts._replace(query=urlencode(query)))

    return change
