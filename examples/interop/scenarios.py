"""Peers of other makes against our servers: `.ci/interop` runs this. A line for each scenario; status 1 if one failed."""

import json
import os
import sys
import tempfile
import time

import requests
from peers import Browser, Failed, Form, Process, answer, claims_of, expect, tampered, with_query

HERE = os.path.dirname(os.path.abspath(__file__))
SERVERS = os.environ["LTI_INTEROP_SERVERS"]
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPES = [AGS + "lineitem", AGS + "lineitem.readonly", AGS + "result.readonly", AGS + "score"]
SCOPES.append("https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly")
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
EVERYBODY = {"teacher-1", "student-1", "student-2", "mentor-1"}


def python(script):
    return Process(sys.executable, os.path.join(HERE, script))


def node(script, **options):
    return Process("node", os.path.join(os.environ["LTI_INTEROP_NODE"], script), **options)


def server(name, flag, records):
    """One of ours, with a file of registrations."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(records, file)
        file.flush()
        return Process(os.path.join(SERVERS, name), "--listen", "127.0.0.1:0", "--allow-loopback", flag, file.name)


def signed_in(platform, user):
    browser = Browser()
    expect(browser.post(platform + "/session", {"user": user}).ok, f"{user} cannot sign in")
    return browser


def link_of(platform, tool, title=None):
    """The newest link to a tool in the first course."""
    links = answer(requests.get(platform + "/courses/course-1/links"))
    return [link for link in links if link["tool"] == tool and title in (None, link["title"])][-1]


def gradebook(platform, **wanted):
    """Who has which points in the columns that are so."""
    book = answer(requests.get(platform + "/courses/course-1/gradebook", headers={"Accept": "application/json"}))
    columns = [c for c in book["line_items"] if all(c[name] == value for name, value in wanted.items())]
    return {score["user_id"]: score["score"] for column in columns for score in column["scores"]}


class PyLti1p3:
    """PyLTI1p3 as a tool of platform_server."""

    title = "PyLTI1p3"

    def __init__(self, run):
        self.tool = run(python("pylti1p3_tool.py"))
        here = self.tool.url
        record = {"name": "Py", "client_id": "py", "deployment_ids": ["1"], "login_url": here + "/login"}
        record |= {"redirect_uris": [here + "/launch"], "target_link_uri": here + "/launch"}
        record |= {"key_set_url": here + "/jwks", "public_key_pem": None, "deep_linking_url": here + "/launch"}
        record |= {"scopes": SCOPES, "custom": {"who": "$User.id"}}
        self.platform = run(server("platform_server", "--tools", [record])).url
        told = {"issuer": self.platform, "client_id": "py", "deployment_ids": ["1"]}
        told |= {"authentication_url": self.platform + "/lti/auth", "token_url": self.platform + "/lti/token"}
        self.tool.tell(told | {"key_set_url": self.platform + "/.well-known/jwks.json"})
        self.link = link_of(self.platform, "py")["id"]
        self.start = f"{self.platform}/launch/{self.link}"

    def launch(self, user):
        browser = signed_in(self.platform, user)
        launched = answer(browser.submit(browser.form(self.start)))
        return browser, f"{self.tool.url}/launches/{launched['launch_id']}", launched

    def launches_are_validated(self):
        for user, teacher in [("teacher-1", True), ("student-1", False)]:
            _, _, launched = self.launch(user)
            expect(launched["sub"] == user and launched["claims"][CLAIM + "custom"] == {"who": user}, launched)
            expect(launched["teacher"] == teacher and launched["student"] != teacher, launched)
            expect(launched["ags"] and launched["nrps"] and not launched["deep_linking"], launched)

    def a_score_is_in_the_grade_book_and_read_back(self):
        browser, launch, _ = self.launch("student-1")
        # Zero is a score, too.
        for given, points in [(0, 0.0), (17.5, 87.5)]:
            score = {"user": "student-1", "given": given, "maximum": 20}
            answer(browser.post(launch + "/scores", json=score))
            found = gradebook(self.platform, resource_link_id=self.link)
            expect(found == {"student-1": points}, found)
        results = answer(browser.get(launch + "/results"))
        expect([(r["userId"], r["resultScore"]) for r in results] == [("student-1", 87.5)], results)

    def a_column_is_made_once(self):
        browser, launch, _ = self.launch("teacher-1")
        for user in ["student-1", "student-2"]:
            answer(browser.post(launch + "/scores", json={"user": user, "given": 3, "maximum": 4, "tag": "Essay"}))
        expect(gradebook(self.platform, tag="Essay") == {"student-1": 3.0, "student-2": 3.0}, "Essay")
        columns = answer(browser.get(launch + "/line-items"))
        expect(len([c for c in columns if c.get("tag") == "Essay"]) == 1, columns)

    def the_roster_is_read(self):
        browser, launch, _ = self.launch("teacher-1")
        # Page by page, as a large course is.
        for query in ["", "?limit=1"]:
            members = answer(browser.get(launch + "/members" + query))
            expect({m["user_id"] for m in members} == EVERYBODY and len(members) == 4, members)

    def deep_linking_adds_to_the_course(self):
        browser = signed_in(self.platform, "teacher-1")
        launched = answer(browser.submit(browser.form(self.platform + "/deep-link/py?course=course-1")))
        expect(launched["deep_linking"], launched)
        form = Form(browser.get(f"{self.tool.url}/launches/{launched['launch_id']}/deep-link").text)
        answer(browser.submit(Form.of(form.action, {"JWT": tampered(form.fields["JWT"])})), 401)
        added = answer(browser.submit(form))
        expect(len(added["links"]) == 1 and added["refused"] == [], added)
        link = link_of(self.platform, "py", "Leaves & <roots>")
        expect(link["id"] == added["links"][0]["id"], link)
        # The new link opens, with its parameters and its column.
        launched = answer(browser.submit(browser.form(f"{self.platform}/launch/{link['id']}")))
        expect(launched["claims"][CLAIM + "custom"]["chapter"] == "2", launched)
        score = {"user": "student-2", "given": 5, "maximum": 5}
        answer(browser.post(f"{self.tool.url}/launches/{launched['launch_id']}/scores", json=score))
        expect(gradebook(self.platform, resource_id="leaves") == {"student-2": 5.0}, "Leaves")

    def bad_launches_are_refused_by_it(self):
        browser = signed_in(self.platform, "student-1")
        form = browser.form(self.start)
        form.fields["id_token"] = tampered(form.fields["id_token"])
        expect("Signature verification failed" in answer(browser.submit(form), 401)["error"], "tampered")
        form = browser.form(self.start)
        form.fields["state"] = "state-of-somebody-else"
        expect(answer(browser.submit(form), 401)["error"] == "State not found", "state")
        form = browser.form(self.start, with_query("nonce", "not-the-one-it-sent"))
        expect(answer(browser.submit(form), 401)["error"] == "Invalid Nonce", "nonce")
        # Somebody else's browser, which lacks the cookie.
        form = browser.form(self.start)
        expect(answer(Browser().submit(form), 401)["error"] == "State not found", "browser")


class OurTool:
    """What is common to platforms that launch tool_server."""

    def __init__(self, run, peer, token_audience=None):
        self.peer = run(peer)
        here = self.peer.url
        record = {"name": self.title, "issuer": here, "client_id": "ours", "deployment_ids": ["d-1"]}
        record |= {"authentication_url": here + "/auth", "token_url": here + "/token", "key_set_url": here + "/jwks"}
        self.tool = run(server("tool_server", "--registrations", [record])).url
        told = {"client_id": "ours", "deployment_id": "d-1", "login_url": self.tool + "/lti/login"}
        told |= {"launch_url": self.tool + "/lti/launch", "key_set_url": self.tool + "/.well-known/jwks.json"}
        self.peer.tell(told)

    def launched(self, path, browser=None):
        """A launch, and the calls of its services."""
        browser = browser or Browser()
        launch = answer(browser.submit(browser.form(self.peer.url + path)))
        session = requests.Session()
        session.headers.update({"Accept": "application/json", "Authorization": "Bearer " + launch["access_token"]})
        return launch, session, f"{self.tool}/lti/launches/{launch['launch_id']}"

    def course(self):
        return answer(requests.get(self.peer.url + "/course"))

    def deep_linking(self, path):
        """Our answer to a deep linking request: first with another's payload, then as it is."""
        launch, session, url = self.launched(path)
        expect(launch["services"]["deep_linking"], launch)
        item = {"type": "ltiResourceLink", "title": "Moss", "url": self.tool + "/lti/launch?page=1"}
        item["lineItem"] = {"label": "Moss", "scoreMaximum": 7}
        chosen = answer(session.post(url + "/deep-link", json={"content_items": [item]}))
        refused = requests.post(chosen["return_url"], {"JWT": tampered(chosen["jwt"])})
        expect(refused.status_code in (400, 401) and self.course()["content"] == [], refused.text)
        answer(requests.post(chosen["return_url"], {"JWT": chosen["jwt"]}))
        content = self.course()["content"]
        expect([(i["title"], i["url"], i["lineItem"]["scoreMaximum"]) for i in content] == [("Moss", item["url"], 7)], content)

    def bad_launches(self, path):
        """What tool_server must refuse, whoever signs."""

        def refused(browser, form, code):
            found = answer(browser.submit(form), 401)["error"]
            expect(found == code, f"{found}, not {code}")

        browser, url = Browser(), self.peer.url + path
        form = browser.form(url)
        form.fields["id_token"] = tampered(form.fields["id_token"])
        refused(browser, form, "signature_invalid")
        refused(browser, browser.form(url, with_query("nonce", "not-the-one-it-sent")), "nonce_mismatch")
        # Somebody else's browser, which lacks the cookie of this login; and this one, with a state of no login of its own.
        form = browser.form(url)
        refused(Browser(), form, "browser_mismatch")
        refused(browser, Form.of(form.action, form.fields | {"state": "another"}), "browser_mismatch")
        answer(browser.submit(form))
        # Another token for a login that is over.
        other = browser.form(url)
        refused(browser, Form.of(form.action, form.fields | {"id_token": other.fields["id_token"]}), "login_unknown")


class Lti1p3Platform(OurTool):
    """lti1p3platform launches tool_server."""

    title = "lti1p3platform"

    def __init__(self, run):
        super().__init__(run, python("lti1p3platform_lms.py"))

    def its_launches_are_taken(self):
        for user, role in [("ada", "Instructor"), ("kim", "Learner")]:
            launch, _, _ = self.launched(f"/open/link/{user}")
            expect(launch["claims"]["sub"] == user, launch)
            expect(launch["roles"][0].endswith("#" + role) and launch["context"]["id"] == "history", launch)
            expect(launch["services"] == {"ags": True, "nrps": True, "deep_linking": False}, launch)

    def it_takes_our_scores_and_its_results_are_read(self):
        _, kim, url = self.launched("/open/link/kim")
        score = {"userId": "kim", "scoreGiven": 0, "scoreMaximum": 10, "timestamp": "2026-01-02T03:04:05.678Z"}
        score |= {"activityProgress": "Completed", "gradingProgress": "FullyGraded"}
        expect(answer(kim.post(url + "/scores", json=score)) == {"status": "accepted"}, "score")
        kept = self.course()["scores"]["1"]["kim"]
        expect(kept["scoreGiven"] == 0 and kept["gradingProgress"] == "FullyGraded", kept)
        answer(kim.post(url + "/scores", json=score | {"userId": "lee"}), 403)
        _, ada, url = self.launched("/open/link/ada")
        results = answer(ada.get(url + "/results"))["results"]
        expect([(r["userId"], r["resultScore"]) for r in results] == [("kim", 0)], results)

    def its_columns_are_listed_and_made(self):
        _, ada, url = self.launched("/open/link/ada")
        for number in range(3):
            made = answer(ada.post(url + "/line-items", json={"label": f"Essay {number}", "scoreMaximum": 5}), 201)
            expect(made["label"] == f"Essay {number}", made)
        # Over two pages, with a `rel=next` that is not quoted.
        listed = answer(ada.get(url + "/line-items"))["line_items"]
        expect([c["label"] for c in listed] == ["Quiz", "Essay 0", "Essay 1", "Essay 2"], listed)
        score = {"userId": "lee", "scoreGiven": 4, "scoreMaximum": 5, "timestamp": "2026-01-02T03:04:05Z"}
        score |= {"activityProgress": "Completed", "gradingProgress": "FullyGraded", "line_item": listed[2]["id"]}
        answer(ada.post(url + "/scores", json=score))
        expect(self.course()["scores"]["3"]["lee"]["scoreGiven"] == 4, "Essay 1")

    def its_roster_is_read(self):
        _, ada, url = self.launched("/open/link/ada")
        members = answer(ada.get(url + "/members?limit=2"))["members"]
        expect([m["user_id"] for m in members] == ["ada", "kim", "lee"], members)
        _, kim, url = self.launched("/open/link/kim")
        answer(kim.get(url + "/members"), 403)

    def it_verifies_our_deep_linking_answer(self):
        self.deep_linking("/open/content/ada")

    def bad_launches_are_refused_by_us(self):
        self.bad_launches("/open/link/kim")


class JosePlatform(OurTool):
    """A strict platform on jose launches tool_server."""

    title = "jose, as a platform"

    def __init__(self, run):
        super().__init__(run, node("jose_lms.mjs"))

    def its_launches_are_taken(self):
        launch, _, _ = self.launched("/open/link")
        expect(launch["claims"]["sub"] == "sam" and launch["services"]["ags"], launch)

    def it_verifies_our_assertions_and_takes_scores(self):
        for given in [1, 2]:
            _, session, url = self.launched("/open/link")
            score = {"userId": "sam", "scoreGiven": given, "scoreMaximum": 2, "timestamp": f"2026-01-02T03:04:0{given}Z"}
            score |= {"activityProgress": "Completed", "gradingProgress": "FullyGraded"}
            answer(session.post(url + "/scores", json=score))
            expect(self.course()["scores"][-1]["scoreGiven"] == given, self.course())

    def it_verifies_our_deep_linking_answer(self):
        self.deep_linking("/open/content")

    def bad_launches_are_refused_by_us(self):
        self.bad_launches("/open/link")


class Ltijs:
    """ltijs registers itself with platform_server and is its tool; jose looks at the same tokens."""

    title = "ltijs"

    def __init__(self, run):
        self.tool = run(node("ltijs_tool.mjs")).url
        self.jose = run(node("jose_verify.mjs", listens=False))
        self.platform = run(server("platform_server", "--tools", [])).url
        self.client = None

    def it_registers_itself(self):
        teacher = signed_in(self.platform, "teacher-1")
        invitation = answer(teacher.post(self.platform + "/admin/registrations"))
        page = Browser().get(self.tool + "/register", params=invitation)
        expect(page.ok and "org.imsglobal.lti.close" in page.text, page.text[:300])
        links = answer(requests.get(self.platform + "/courses/course-1/links"))
        self.client = links[-1]["tool"]
        self.start = f"{self.platform}/launch/{links[-1]['id']}"
        self.link = links[-1]["id"]
        answer(teacher.post(f"{self.platform}/admin/registrations/{self.client}/activate"))
        again = Browser().get(self.tool + "/register", params=invitation)
        expect(not again.ok, "an invitation is good twice")

    def launch(self, user, path=None):
        """ltijs validates, sets its session's cookie and sends the browser on, with a token of its own."""
        browser = signed_in(self.platform, user)
        form = browser.form(self.platform + path if path else self.start)
        return browser, answer(browser.submit(form))

    def launches_are_validated(self):
        for user in ["teacher-1", "student-1"]:
            _, launched = self.launch(user)
            token = launched["token"]
            expect(token["user"] == user and token["platformContext"]["resource"]["id"] == self.link, token)

    def a_column_a_score_and_results(self):
        browser, launched = self.launch("teacher-1")
        asked = {"ltik": launched["ltik"], "user": "student-2", "given": 15}
        said = answer(browser.post(self.tool + "/scores", asked))
        expect(gradebook(self.platform, tag="ltijs") == {"student-2": 15.0}, said)
        expect([c["id"] for c in said["lineItems"]] == [said["column"]["id"]], said)
        expect([(s["userId"], s["resultScore"]) for s in said["scores"]] == [("student-2", 15)], said)

    def the_roster_is_read(self):
        browser, launched = self.launch("teacher-1")
        said = answer(browser.get(self.tool + "/members", params={"ltik": launched["ltik"]}))
        expect({m["user_id"] for m in said["members"]} == EVERYBODY, said)

    def deep_linking_adds_to_the_course(self):
        browser, launched = self.launch("teacher-1", f"/deep-link/{self.client}?course=course-1")
        page = browser.get(self.tool + "/deep-link", params={"ltik": launched["ltik"]})
        added = answer(browser.submit(Form(page.text)))
        expect([link["title"] for link in added["links"]] == ["Stars"] and added["refused"] == [], added)
        _, launched = self.launch("student-1", f"/launch/{added['links'][0]['id']}")
        expect(launched["token"]["platformContext"]["custom"] == {"chapter": "3"}, launched)

    def bad_launches_are_refused_by_it(self):
        browser = signed_in(self.platform, "student-1")
        form = browser.form(self.start)
        whole = dict(form.fields)
        form.fields["id_token"] = tampered(form.fields["id_token"])
        expect(answer(browser.submit(form), 401)["details"]["message"] == "invalid signature", "tampered")
        form = browser.form(self.start)
        found = answer(Browser().submit(form), 401)["details"]["message"]
        expect(found == "MISSING_VALIDATION_COOKIE", found)
        form = browser.form(self.start)
        answer(browser.submit(form))
        # The first login's state is still good here, so this is the nonce that was seen.
        form.fields["state"] = browser.form(self.start).fields["state"]
        found = answer(browser.submit(form), 401)["details"]["message"]
        expect(found == "NONCE_ALREADY_RECEIVED", found)
        expect(whole["id_token"] != form.fields["id_token"], "two launches are one")

    def jose_verifies_it_and_refuses_what_was_tampered_with(self):
        browser = signed_in(self.platform, "student-1")
        token = browser.form(self.start).fields["id_token"]
        asked = {"issuer": self.platform, "audience": self.client}
        asked["key_set_url"] = self.platform + "/.well-known/jwks.json"
        said = json.loads(self.jose.tell(asked | {"token": token}))
        expect(said["payload"] == claims_of(token), said)
        refused = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
        expect(json.loads(self.jose.tell(asked | {"token": tampered(token)})) == {"error": refused}, "tampered")
        said = json.loads(self.jose.tell(asked | {"token": token, "audience": "another"}))
        expect(said == {"error": "ERR_JWT_CLAIM_VALIDATION_FAILED"}, said)


PEERS = {"pypi": [PyLti1p3, Lti1p3Platform], "npm": [Ltijs, JosePlatform]}


def play(peer):
    """All scenarios of a peer, in their order; how many failed."""
    running, failed = [], 0

    def run(process):
        running.append(process)
        return process

    try:
        scenarios = peer(run)
        for name in [name for name in vars(peer) if name not in ("launch", "title") and not name.startswith("_")]:
            start = time.monotonic()
            try:
                getattr(scenarios, name)()
                said = f"ok ({time.monotonic() - start:.1f} s)"
            except (Failed, requests.RequestException, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                failed += 1
                said = " ".join(f"FAILED: {type(error).__name__}: {error}".split())
            print(f"{peer.title}: {name.replace('_', ' ')}: {said}", flush=True)
    except (Failed, OSError, requests.RequestException, IndexError, ValueError) as error:
        failed += 1
        print(f"{peer.title}: FAILED to start: {error}", flush=True)
    finally:
        for process in reversed(running):
            process.stop()
    return failed


if __name__ == "__main__":
    sys.exit(min(1, sum(play(peer) for group in sys.argv[1:] for peer in PEERS[group])))
