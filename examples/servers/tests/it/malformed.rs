//! Malformed requests to every endpoint of both servers: a refusal of the contract, with a code; no panic, no echo.

use crate::browser::{Browser, JSON};
use crate::campus::Campus;

/// What is put into every request, and must come back in no answer.
const CANARY: &str = "canary-7f3a";
const FORM: &str = "application/x-www-form-urlencoded";

struct Case {
    method: &'static str,
    path: String,
    content_type: &'static str,
    body: Vec<u8>,
    statuses: &'static [u16],
}

fn case(
    method: &'static str,
    path: &str,
    content_type: &'static str,
    body: impl Into<Vec<u8>>,
    statuses: &'static [u16],
) -> Case {
    Case { method, path: path.to_owned(), content_type, body: body.into(), statuses }
}

fn get(path: &str, statuses: &'static [u16]) -> Case {
    case("GET", path, "", "", statuses)
}

fn form(path: &str, body: &str, statuses: &'static [u16]) -> Case {
    case("POST", path, FORM, body, statuses)
}

fn of_tool(launch: &str) -> Vec<Case> {
    let own = |rest: &str| format!("/lti/launches/{launch}{rest}");
    let big = "x".repeat(300 * 1024);
    let nested = "[".repeat(100_000);
    vec![
        get("/nowhere", &[404]),
        get("/lti/launches/", &[404]),
        get("/%ff/%00", &[404]),
        case("DELETE", "/lti/login", "", "", &[405]),
        get("/lti/launch", &[405]),
        get("/lti/login", &[400]),
        get("/lti/login?iss=", &[400]),
        get("/lti/login?iss=canary-7f3a&login_hint=1&target_link_uri=x", &[400]),
        get("/lti/login?iss=https://a.example&iss=https://b.example&login_hint=1&target_link_uri=x", &[400]),
        get("/lti/login?iss=https://a.example&login_hint=1", &[400]),
        get("/lti/login?iss=%ff%fe&login_hint=%00&target_link_uri=%", &[400]),
        form("/lti/login", "", &[400]),
        form("/lti/login", "iss=canary-7f3a&login_hint=canary-7f3a&target_link_uri=canary-7f3a", &[400]),
        form("/lti/login", &format!("iss={big}"), &[400, 413]),
        case("POST", "/lti/login", JSON, "{}", &[400]),
        case("POST", "/lti/login", "", "iss=1", &[400]),
        form("/lti/launch", "", &[400]),
        form("/lti/launch", "id_token=canary-7f3a", &[400]),
        form("/lti/launch", "state=canary-7f3a", &[400]),
        form("/lti/launch", "id_token=canary-7f3a&state=x", &[400]),
        form("/lti/launch", "id_token=a.b.c&state=canary-7f3a", &[400]),
        form("/lti/launch", "id_token=a.b.c&id_token=a.b.c&state=x", &[400]),
        form("/lti/launch", "id_token=eyJhbGciOiJub25lIn0.e30.&state=x", &[400, 401]),
        form("/lti/launch", "id_token=eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ.e30.AAAA&state=x", &[400, 401]),
        form("/lti/launch", &format!("id_token={big}&state=x"), &[400, 413]),
        form("/lti/launch", "error=canary-7f3a&error_description=canary-7f3a", &[401]),
        form("/lti/launch", "error=login_required&state=x", &[401]),
        case("POST", "/lti/launch", JSON, "{\"id_token\":\"canary-7f3a\"}", &[400]),
        case("POST", "/lti/launch", FORM, b"\xff\xfe=\x00&%zz".to_vec(), &[400]),
        case("POST", "/lti/launch/complete", JSON, "{}", &[400, 403]),
        case("POST", "/lti/launch/complete", FORM, "a=b", &[400, 403]),
        case("POST", "/lti/launch/complete", JSON, nested.clone(), &[400, 403]),
        get("/lti/register", &[400]),
        get("/lti/register?openid_configuration=canary-7f3a", &[400]),
        get("/lti/register?openid_configuration=file:///etc/passwd", &[400]),
        get("/lti/register?openid_configuration=http://169.254.169.254/x", &[400, 502]),
        get(
            "/lti/register?openid_configuration=https://a.example/&openid_configuration=https://b.example/",
            &[400],
        ),
        get("/lti/launches/canary-7f3a", &[404]),
        get("/lti/launches/canary-7f3a/members", &[404]),
        get(&own("/members?limit=0"), &[400]),
        get(&own("/members?limit=canary-7f3a"), &[400]),
        case("PUT", &own("/members"), "", "", &[405]),
        case("POST", &own("/line-items"), JSON, "canary-7f3a", &[400]),
        case("POST", &own("/line-items"), JSON, "[]", &[400]),
        case("POST", &own("/line-items"), JSON, "{\"label\":\"canary-7f3a\"}", &[400]),
        case("POST", &own("/line-items"), JSON, "{\"label\":\"canary-7f3a\",\"scoreMaximum\":-1}", &[400]),
        case("POST", &own("/line-items"), JSON, "{\"label\":\"canary-7f3a\",\"scoreMaximum\":1e999}", &[400]),
        case("POST", &own("/line-items"), "text/plain", "{}", &[400]),
        case("POST", &own("/line-items"), JSON, nested.clone(), &[400]),
        case("POST", &own("/scores"), JSON, "", &[400]),
        case("POST", &own("/scores"), JSON, "{\"userId\":\"canary-7f3a\"}", &[400]),
        case("POST", &own("/scores"), JSON, "{\"line_item\":7}", &[400]),
        case("POST", &own("/scores"), JSON, format!("{{\"userId\":\"{big}\"}}"), &[400, 413]),
        case("POST", &own("/deep-link"), JSON, "{}", &[400]),
        case("POST", &own("/deep-link"), JSON, "{\"content_items\":\"canary-7f3a\"}", &[400]),
        case("POST", &own("/quiz"), JSON, "{}", &[400]),
        case("POST", &own("/open"), JSON, "{}", &[400]),
        case("POST", &own("/course"), JSON, "{}", &[400]),
        form(&own("/course"), "q0=canary-7f3a", &[400]),
        get("/lti/cartridge.xml?course=canary-7f3a", &[404]),
        form(&own("/open"), "ticket=canary-7f3a", &[401]),
        case("GET", &own("/results"), "", vec![0; 10], &[200]),
    ]
}

fn of_platform() -> Vec<Case> {
    let big = "x".repeat(300 * 1024);
    let items = "/lti/contexts/course-1/line-items";
    let grant = "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=x";
    vec![
        get("/nowhere", &[404]),
        get("/courses/canary-7f3a", &[404]),
        get("/courses/canary-7f3a/links", &[404]),
        get("/courses/canary-7f3a/gradebook", &[404]),
        get("/courses/..%2f..%2fetc/links", &[404]),
        case("PATCH", "/session", "", "", &[405]),
        form("/session", "", &[400]),
        form("/session", "user=canary-7f3a", &[400]),
        form("/session", "user=student-1&user=teacher-1", &[400]),
        form("/session", &format!("user={big}"), &[400, 413]),
        case("POST", "/session", JSON, "{\"user\":\"student-1\"}", &[400]),
        get("/launch/canary-7f3a", &[404]),
        get("/deep-link/canary-7f3a?course=course-1", &[404]),
        get("/deep-link/quizzes", &[404]),
        get("/deep-link/quizzes?course=canary-7f3a", &[404]),
        get("/launch/x?frame=1&frame=2", &[400, 404]),
        get("/lti/auth", &[400]),
        get("/lti/auth?client_id=canary-7f3a", &[400]),
        get("/lti/auth?client_id=quizzes", &[400]),
        get("/lti/auth?client_id=quizzes&redirect_uri=canary-7f3a", &[400]),
        get("/lti/auth?client_id=quizzes&client_id=quizzes", &[400]),
        form("/lti/auth", "client_id=canary-7f3a", &[400]),
        case("POST", "/lti/auth", JSON, "{}", &[400]),
        form("/lti/auth", &format!("client_id={big}"), &[400, 413]),
        get("/lti/token", &[405]),
        form("/lti/token", "", &[400]),
        form("/lti/token", "grant_type=canary-7f3a", &[400]),
        form("/lti/token", &format!("{grant}&client_assertion=canary-7f3a"), &[400]),
        form("/lti/token", &format!("{grant}&client_assertion=eyJhbGciOiJub25lIn0.e30."), &[400]),
        form(
            "/lti/token",
            &format!("{grant}&client_assertion=eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnktN2YzYSJ9.AAAA"),
            &[400],
        ),
        form("/lti/token", &format!("client_assertion={big}"), &[400, 413]),
        case("POST", "/lti/token", JSON, "{}", &[400]),
        get("/lti/register", &[405]),
        case("POST", "/lti/register", JSON, "{}", &[401]),
        form("/lti/deep-linking/return", "", &[400]),
        form("/lti/deep-linking/return", "JWT=canary-7f3a", &[400]),
        form("/lti/deep-linking/return", "JWT=a.b.c&JWT=a.b.c", &[400]),
        form("/lti/deep-linking/return", "JWT=eyJhbGciOiJub25lIn0.e30.", &[400, 401]),
        case("POST", "/lti/deep-linking/return", JSON, "{}", &[400]),
        get(items, &[401]),
        case("PUT", items, JSON, "{}", &[401, 405]),
        get("/lti/contexts/canary-7f3a/line-items", &[401, 404]),
        get(&format!("{items}/canary-7f3a"), &[400, 401, 404]),
        get(&format!("{items}/99999999999999999999"), &[400, 401, 404]),
        case("POST", &format!("{items}/1/scores"), JSON, "{}", &[401]),
        get(&format!("{items}/1/results"), &[401]),
        get("/lti/contexts/course-1/memberships", &[401]),
        get("/admin/registrations", &[405]),
        case("PUT", "/admin/registrations", JSON, "{\"tool\":\"canary-7f3a\"}", &[405]),
        form("/admin/registrations", &big.repeat(4), &[413]),
        form("/admin/registrations/canary-7f3a/activate", "", &[404]),
        form("/courses/canary-7f3a/copy", "", &[404]),
        form("/courses/course-1/copy", "title=canary-7f3a%0A", &[400]),
        form("/courses/course-1/copy", &format!("title={big}"), &[400, 413]),
        case("POST", "/courses/course-1/copy", JSON, "{}", &[400]),
        form("/courses/course-1/import", "url=x&custom=canary-7f3a", &[400]),
        form("/courses/course-1/import", "", &[400]),
        form("/courses/course-1/import", "url=canary-7f3a&cartridge_url=x", &[400]),
        form("/courses/course-1/import", "cartridge_url=file:///canary-7f3a", &[400]),
        case("POST", "/courses/course-1/import", "multipart/form-data; boundary=x", "--x", &[400]),
        case("POST", "/courses/course-1/import", "multipart/form-data", "canary-7f3a", &[400]),
        case("POST", "/courses/course-1/import", "application/zip", "PK\x03\x04canary-7f3a", &[400]),
    ]
}

#[tokio::test]
async fn every_endpoint_refuses_what_is_malformed_with_a_code() {
    let campus = Campus::start().await;
    let mut teacher = campus.signed_in("teacher-1").await;
    let launched = campus.launched(&mut teacher).await;
    let (tool, platform) = (of_tool(&launched.id), of_platform());
    assert!(tool.len() + platform.len() >= 60);
    let cases = tool
        .into_iter()
        .map(|case| (&campus.tool, case))
        .chain(platform.into_iter().map(|case| (&campus.lms, case)));
    let bearer = format!("Bearer {}", launched.token);
    for (server, case) in cases {
        let name = format!("{} {} {:.60}", case.method, case.path, String::from_utf8_lossy(&case.body));
        let mut headers = vec![("accept", JSON)];
        if !case.content_type.is_empty() {
            headers.push(("content-type", case.content_type));
        }
        // With all rights that there are, so that what is refused is the request itself.
        if case.path.starts_with("/lti/launches/") {
            headers.push(("authorization", &bearer));
        }
        let answer = teacher.send(case.method, &format!("{server}{}", case.path), &headers, case.body).await;
        assert!(case.statuses.contains(&answer.status), "{name}: {} {}", answer.status, answer.body);
        assert!(!answer.body.contains(CANARY), "{name} is echoed: {}", answer.body);
        assert!(!answer.body.contains("panicked") && !answer.body.contains(".rs"), "{name}: {}", answer.body);
        if answer.status >= 400 {
            assert!(
                answer.json()["error"].as_str().is_some_and(|code| !code.is_empty()),
                "{name}: {}",
                answer.body
            );
        }
    }
    for server in [&campus.lms, &campus.tool] {
        let text = Browser::new().get(&format!("{server}/metrics"), "*/*").await.expect(200).body;
        assert!(!text.contains("status=\"500\"") && !text.contains(CANARY), "{text}");
    }
}
