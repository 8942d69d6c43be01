"""A platform by lti1p3platform and Flask. It prints `ready: URL` and reads one line: the tool that it launches.

The library has bindings for Django and FastAPI; those for Flask are here. It verifies the tool's assertions, access tokens
and deep linking answers; what it leaves to a platform, the course itself, is a few lists.
"""

import functools

import serving
from flask import Flask, jsonify, make_response, redirect, render_template_string, request
from jwcrypto.jwk import JWK
from jwt.exceptions import PyJWTError
from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.response import generate_next_link
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

ROLES = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
FORM = """<form method="post" action="{{ launch_url }}"><input name="id_token" value="{{ id_token }}">
<input name="state" value="{{ state }}"></form>"""

app = Flask(__name__)
key = JWK.generate(kty="RSA", size=2048, kid="lti1p3platform")
tool = {}
people = {
    "ada": {"name": "Ada Byron", "roles": [ROLES + "Instructor"]},
    "kim": {"name": "Kim Ly", "roles": [ROLES + "Learner"]},
    "lee": {"name": "Lee Oak", "roles": [ROLES + "Learner"]},
}
columns = {"1": {"label": "Quiz", "scoreMaximum": 10, "resourceLinkId": "link-1"}}
scores = {}
content = []


class Configuration(LTI1P3PlatformConfAbstract):
    def init_platform_config(self, **kwargs):
        pass

    def get_registration_by_params(self, **kwargs):
        registration = Registration()
        registration.set_iss(here()).set_client_id(tool["client_id"]).set_deployment_id(tool["deployment_id"])
        registration.set_launch_url(tool["launch_url"]).set_deeplink_launch_url(tool["launch_url"])
        registration.set_oidc_login_url(tool["login_url"]).set_tool_key_set_url(tool["key_set_url"])
        registration.set_platform_public_key(key.export_to_pem().decode())
        registration.set_platform_private_key(key.export_to_pem(private_key=True, password=None).decode())
        return registration


class Login(OIDCLoginAbstract):
    def set_lti_message_hint(self, **kwargs):
        self._lti_message_hint = kwargs["kind"]

    def get_redirect(self, url):
        return redirect(url)


class Launch(LTIAdvantageMessageLaunchAbstract):
    def prepare_launch(self, preflight_response):
        person = people[preflight_response["login_hint"]]
        self.set_user_data(preflight_response["login_hint"], person["roles"], full_name=person["name"])
        self.set_launch_context_claim("history", context_title="History")
        if preflight_response["lti_message_hint"] == "content":
            self.set_dl(here() + "/content", extra_data="asked-1")
        else:
            self.set_resource_link_claim("link-1", title="Quiz")
            self.set_ags(here() + "/line-items", here() + "/line-items/1")
            self.set_nrps(here() + "/members")

    def render_launch_form(self, launch_data, **kwargs):
        return render_template_string(FORM, **launch_data)


class Incoming(Request):
    def build_metadata(self, request):
        numbers = {name: int(value) if value.isdigit() else value for name, value in request.args.items()}
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": numbers if request.path in ("/line-items", "/members") else request.args.to_dict(),
            "headers": request.headers,
            "content_type": request.content_type,
            "path": request.path,
            "json": request.get_json(force=True, silent=True),
        }


def page(items, number, limit):
    """Pages of two, or fewer if fewer are asked for."""
    limit = min(limit or 2, 2)
    return {"content": items[(number - 1) * limit : number * limit], "has_next": number * limit < len(items)}


class Grades(AssignmentsGradesService):
    def __init__(self):
        super().__init__(Incoming(request), configured(), here() + "/line-items")

    def found(self, number):
        if number not in columns:
            raise LineItemNotFoundException(number)
        return {"id": f"{here()}/line-items/{number}", **columns[number]}

    def find_lineitems(self, page_number=1, limit=None, **asked):
        return page([self.found(number) for number in columns], asked.pop("page", page_number), limit)

    def find_lineitem(self, line_item_id):
        return self.found(line_item_id)

    def create_lineitem(self, creation_data):
        number = str(len(columns) + 1)
        columns[number] = creation_data
        return self.found(number)

    def update_lineitem(self, update_data):
        number = update_data.pop("id")
        columns[number] = update_data
        return self.found(number)

    def delete_lineitem(self, line_item_id):
        columns.pop(line_item_id)

    def update_score(self, line_item_id, score):
        self.found(line_item_id)
        scores.setdefault(line_item_id, {})[score["userId"]] = score
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id, **asked):
        column = self.found(line_item_id)
        results = [
            {
                "id": f"{column['id']}/results/{user}",
                "userId": user,
                "resultScore": score["scoreGiven"],
                "resultMaximum": score["scoreMaximum"],
                "scoreOf": column["id"],
            }
            for user, score in scores.get(line_item_id, {}).items()
        ]
        return {"content": results, "has_next": False}


class Roster(NamesRoleProvisioningService):
    def __init__(self):
        super().__init__(Incoming(request), configured(), here() + "/members")

    def get_context_by_id(self):
        return Context(id="history", label="H1", title="History")

    def get_member_data_page(self, page_number=1, limit=None, role=None, **asked):
        members = [{"user_id": user, **person} for user, person in people.items()]
        return page(members, asked.pop("page", page_number), limit)


def here():
    return request.url_root.rstrip("/")


def configured():
    configuration = Configuration()
    configuration.get_registration()
    return configuration


def answered(response):
    """The library's answer as Flask's, as its Django binding does it."""
    if not 200 <= response.code < 300:
        return jsonify(error=response.message), response.code
    result = response.result or {}
    answer = make_response(jsonify(result.get("content", response.result)), response.code)
    answer.content_type = response.media_type
    if result.get("next"):
        answer.headers["Link"] = generate_next_link(result["next"])
    return answer


def refusing(handler):
    """What the library refuses it refuses by raising."""

    @functools.wraps(handler)
    def guarded(*args, **kwargs):
        try:
            return handler(*args, **kwargs)
        except PyJWTError as error:
            return jsonify(error=f"{type(error).__name__}: {error}"), 401

    return guarded


@app.get("/jwks")
def jwks():
    return jsonify(configured().get_jwks())


@app.get("/open/<kind>/<user>")
def start(kind, user):
    login = Login(request, configured())
    login.set_lti_message_hint(kind=kind)
    return login.initiate_login(user)


@app.get("/auth")
def authenticate():
    return Launch(Incoming(request), configured()).lti_launch()


@app.post("/token")
@refusing
def token():
    return jsonify(configured().get_access_token(request.form.to_dict()))


@app.route("/line-items", methods=["GET", "POST"])
@refusing
def line_items():
    service = Grades()
    handler = service.handle_get_lineitems if request.method == "GET" else service.handle_create_lineitem
    return answered(service.handle_resp(handler))


@app.get("/line-items/<number>")
@refusing
def line_item(number):
    service = Grades()
    return answered(service.handle_resp(service.handle_get_lineitem, line_item_id=number))


@app.post("/line-items/<number>/scores")
@refusing
def score(number):
    service = Grades()
    return answered(service.handle_resp(service.handle_update_score, line_item_id=number))


@app.get("/line-items/<number>/results")
@refusing
def results(number):
    service = Grades()
    return answered(service.handle_resp(service.handle_get_results, line_item_id=number))


@app.get("/members")
@refusing
def members():
    service = Roster()
    return answered(service.handle_resp(service.handle_get_members))


@app.post("/content")
@refusing
def take_content():
    items = configured().validate_deeplinking_resp(request.form.to_dict())
    content.extend(items)
    return jsonify(items)


@app.get("/course")
def course():
    """What the course holds, for whoever checks."""
    return jsonify(columns=columns, scores=scores, content=content)


if __name__ == "__main__":
    serving.run(app, tool.update)
