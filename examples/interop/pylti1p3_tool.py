"""A tool by PyLTI1p3 and Flask. It prints `ready: URL` and reads one line: the platform that it is registered with.

Without https PyLTI1p3 keeps what it knows of a launch in a cache, not in the session: its documentation says so.
"""

import datetime

import serving
from flask import Flask, jsonify, request
from flask_caching import Cache
from jwcrypto.jwk import JWK
from pylti1p3.contrib.flask import FlaskCacheDataStorage, FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.exception import LtiException, LtiServiceException
from pylti1p3.grade import Grade
from pylti1p3.lineitem import LineItem
from pylti1p3.tool_config import ToolConfDict
from pylti1p3.utils import add_param_to_url

app = Flask(__name__)
storage = FlaskCacheDataStorage(Cache(app, config={"CACHE_TYPE": "SimpleCache"}))
key = JWK.generate(kty="RSA", size=2048, kid="pylti1p3")
platform = {}


def configuration():
    conf = ToolConfDict(
        {
            platform["issuer"]: {
                "client_id": platform["client_id"],
                "auth_login_url": platform["authentication_url"],
                "auth_token_url": platform["token_url"],
                "key_set_url": platform["key_set_url"],
                "deployment_ids": platform["deployment_ids"],
            }
        }
    )
    conf.set_private_key(platform["issuer"], key.export_to_pem(private_key=True, password=None).decode())
    conf.set_public_key(platform["issuer"], key.export_to_pem().decode())
    return conf


def launched(launch_id):
    return FlaskMessageLaunch.from_cache(launch_id, FlaskRequest(), configuration(), launch_data_storage=storage)


@app.errorhandler(LtiException)
def refused(error):
    return jsonify(error=str(error)), 401


@app.errorhandler(LtiServiceException)
def failed(error):
    return jsonify(error=f"{error.response.status_code}: {error.response.text}"), 502


@app.get("/jwks")
def jwks():
    return jsonify(configuration().get_jwks())


@app.route("/login", methods=["GET", "POST"])
def login():
    oidc = FlaskOIDCLogin(FlaskRequest(), configuration(), launch_data_storage=storage)
    return oidc.redirect(request.values["target_link_uri"])


@app.post("/launch")
def launch():
    message = FlaskMessageLaunch(FlaskRequest(), configuration(), launch_data_storage=storage)
    data = message.get_launch_data()
    return jsonify(
        launch_id=message.get_launch_id(),
        sub=data["sub"],
        claims=data,
        teacher=message.check_teacher_access(),
        student=message.check_student_access(),
        deep_linking=message.is_deep_link_launch(),
        ags=message.has_ags(),
        nrps=message.has_nrps(),
    )


@app.get("/launches/<launch_id>/members")
def members(launch_id):
    """Everybody; in pages of `limit`, if it is asked for, by the links that the library finds."""
    launch = launched(launch_id)
    limit = request.args.get("limit")
    if not limit:
        return jsonify(launch.get_nrps().get_members())
    claim = launch.get_launch_data()["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
    everybody, url = [], add_param_to_url(claim["context_memberships_url"], "limit", limit)
    while url:
        page, url = launch.get_nrps().get_members_page(url)
        everybody += page
    return jsonify(everybody)


@app.post("/launches/<launch_id>/scores")
def scores(launch_id):
    """The score of whoever is named, in the column of the link, or in one of its own with `tag`."""
    asked = request.get_json()
    grade = (
        Grade()
        .set_user_id(asked["user"])
        .set_score_given(asked["given"])
        .set_score_maximum(asked["maximum"])
        .set_timestamp(datetime.datetime.now(datetime.timezone.utc).isoformat())
        .set_activity_progress("Completed")
        .set_grading_progress("FullyGraded")
    )
    grades = launched(launch_id).get_ags()
    column = None
    if "tag" in asked:
        column = LineItem().set_tag(asked["tag"]).set_label(asked["tag"]).set_score_maximum(asked["maximum"])
        column = grades.find_or_create_lineitem(column)
    grades.put_grade(grade, column)
    return jsonify(line_item=column.get_id() if column else None)


@app.get("/launches/<launch_id>/results")
def results(launch_id):
    return jsonify(launched(launch_id).get_ags().get_grades())


@app.get("/launches/<launch_id>/line-items")
def line_items(launch_id):
    return jsonify(launched(launch_id).get_ags().get_lineitems())


@app.get("/launches/<launch_id>/deep-link")
def deep_link(launch_id):
    """The page that takes one resource, with a column, to the platform."""
    resource = (
        DeepLinkResource()
        .set_url(request.url_root + "launch")
        .set_title("Leaves & <roots>")
        .set_custom_params({"chapter": "2"})
        .set_lineitem(LineItem().set_score_maximum(5).set_label("Leaves").set_resource_id("leaves"))
    )
    return launched(launch_id).get_deep_link().output_response_form([resource])


if __name__ == "__main__":
    serving.run(app, platform.update)
