use super::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn request(scopes: &[Scope]) -> TokenRequest {
    TokenRequest::new(&"https://lms.example/token?x=1".into(), "a.b.c".to_owned(), scopes.to_vec()).unwrap()
}

fn read(status: u16, body: &str) -> Result<GrantedToken, TokenError> {
    let response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/html")
        .body(body.as_bytes().to_vec())
        .unwrap();
    request(&[Scope::Score, Scope::LineItem]).read(&response, now())
}

#[test]
fn the_form_is_a_form() {
    let request = request(&[Scope::Score, Scope::LineItem, Scope::Score]);
    let http = request.to_http();
    assert_eq!(http.method(), Method::POST);
    assert_eq!(http.uri(), "https://lms.example/token?x=1");
    assert_eq!(http.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
    assert_eq!(http.headers()[ACCEPT], "application/json");
    assert_eq!(
        String::from_utf8(http.into_body()).unwrap(),
        "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion=a.b.c&scope=https%3A%2F%2Fpurl.imsglobal.org%2Fspec%2Flti-ags%2Fscope%2Fscore\
         +https%3A%2F%2Fpurl.imsglobal.org%2Fspec%2Flti-ags%2Fscope%2Flineitem"
    );
    assert!(!format!("{request:?}").contains("a.b.c"));
    let none = TokenRequest::new(&"https://lms.example/token".into(), String::new(), []);
    assert_eq!(none.unwrap_err(), TokenRequestError::NoScope);
    let none = TokenRequest::new(&"/token".into(), String::new(), [Scope::Score]);
    assert_eq!(none.unwrap_err().code(), "token_url_invalid");
}

#[test]
fn quirk_48_responses_as_they_come() {
    for (status, members, seconds) in [
        (200, r#","token_type":"Bearer","expires_in":3600"#, 3600),
        (201, r#","token_type":"bearer","expires_in":"3600""#, 3600),
        (200, r#","token_type":"BEARER""#, 300),
        (200, "", 300),
        (200, r#","expires_in":null,"token_type":null"#, 300),
        (200, r#","expires_in":3599.9,"more":[{}]"#, 3599),
        (200, r#","expires_in":"soon""#, 300),
        (200, r#","expires_in":[]"#, 300),
        (200, r#","expires_in":-1"#, 0),
        (200, r#","expires_in":1e300"#, 86_400),
    ] {
        let granted = read(status, &format!(r#"{{"access_token":"tok"{members}}}"#)).unwrap();
        assert_eq!((granted.expires_at - now()).num_seconds(), seconds, "{members}");
        assert_eq!(granted.token.expose(), "tok");
        assert_eq!(granted.scopes, [Scope::Score, Scope::LineItem]);
        assert_eq!(granted.is_fresh(now(), TimeDelta::seconds(60)), seconds > 60);
        assert!(!format!("{granted:?}").contains("tok\""));
    }
}

#[test]
fn scopes_as_they_come() {
    let score = Scope::Score.as_str();
    for (scope, expected) in [
        (format!("\"{score}\""), vec![Scope::Score]),
        (format!("\" {score}  x \""), vec![Scope::Score, Scope::from("x")]),
        (format!("[\"{score}\"]"), vec![Scope::Score]),
        ("\"\"".to_owned(), vec![Scope::Score, Scope::LineItem]),
        ("null".to_owned(), vec![Scope::Score, Scope::LineItem]),
        ("7".to_owned(), vec![Scope::Score, Scope::LineItem]),
    ] {
        let granted = read(200, &format!(r#"{{"access_token":"t","scope":{scope}}}"#)).unwrap();
        assert_eq!(granted.scopes, expected, "{scope}");
    }
}

#[test]
fn quirk_49_refusals_in_json_and_in_other_words() {
    for (status, body, code, retryable) in [
        (400, r#"{"error":"invalid_scope"}"#, "invalid_scope", false),
        (401, r#"{"error":"invalid_client","error_description":"Secret1"}"#, "invalid_client", false),
        (400, "<html>Secret1", "request_refused", false),
        (401, "", "token_rejected", false),
        (400, r#"{"error":"teapot"}"#, "request_refused", false),
        (400, r#"{"error":{"code":7}}"#, "request_refused", false),
        (500, "", "unavailable", true),
        (429, "", "rate_limited", true),
        // Quirk 49: Canvas says it in words.
        (400, "Rate limit exceeded", "request_refused", true),
        (403, "403 Forbidden (Rate Limit Exceeded)", "rate_limited", true),
        (200, "", "not_json", true),
        (200, "<!DOCTYPE html>", "web_page", false),
        (200, "{}", "member_missing", false),
        (200, r#"{"access_token":""}"#, "access_token_invalid", false),
        (200, r#"{"access_token":"Secret1 Secret1"}"#, "access_token_invalid", false),
        (200, r#"{"access_token":"Secret1","token_type":"mac"}"#, "token_type_unknown", false),
    ] {
        let error = read(status, body).unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), (code, retryable), "{status} {body}");
        assert!(!format!("{error} {error:?}").contains("Secret1"), "{error:?}");
        assert!(!error.spec().is_empty());
    }
}

#[test]
fn quirk_52_only_what_is_offered_is_asked_for() {
    let mut grades = GradeService::new();
    grades.scope = Some(vec![Scope::Score]);
    let mut roster = RosterService::new();
    assert_eq!(offered_scopes(Some(&grades), Some(&roster)), [Scope::Score]);
    roster.context_memberships_url = Some("https://lms.example/m".into());
    assert_eq!(
        offered_scopes(Some(&grades), Some(&roster)),
        [Scope::Score, Scope::ContextMembershipReadOnly]
    );
    assert_eq!(offered_scopes(None, None), []);
}
