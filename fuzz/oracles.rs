//! What must hold of any input: not only that nothing panics, but that what is accepted is read back as it was
//! written, and that another implementation sees the same. The fuzz targets ask these, and so does a test on
//! stable (`examples/tests/corpus_replay.rs`), over the committed corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use chrono::DateTime;
use jsonwebtoken as reference;
use lti_cartridge::{
    Cartridge, CartridgeReader, Identifier, Limits, LinkDocument, Metadata, Resource, Scope, Settings,
    Target, Version,
};
use lti_eligibility::catalog::{Catalog, CatalogLines, Entry};
use lti_eligibility::course::Course;
use lti_eligibility::enrollment::{
    self, Applicant, Enrollment, MemberStatus, MemberSync, Publication, RemoteRole, RemoteUserId, Roster,
    RosterMember, SyncMode, SyncTrigger,
};
use lti_eligibility::export::{self, Policy, Reason, Rule};
use lti_eligibility::report::{LaunchBase, Report};
use lti_jwks::{JwkSet, RegisteredClaims, Rules, UnverifiedJwt, VerifyError, VerifyingKey, VerifyingKeys};
use lti_services::platform::ScoreRecord;
use lti_services::{LineItemFault, LineItemSearch, Link, ScoreFault, TokenRequest, find_line_item};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, FormError, LaunchClaims, LineItem, LineItemResult,
    LoginInitiation, MembershipContainer, ReturnMessages, Score, WireUrl, diagnostics,
};
use serde_json::Value;

/// The key that signed the good tokens of the corpus, and one that signed none.
const RIGHT: &str = include_str!("../crates/lti-jwks/tests/fixtures/rsa2048.spki.pem");
const WRONG: &str = include_str!("keys/wrong.spki.pem");

static RIGHT_KEY: LazyLock<VerifyingKeys> = LazyLock::new(|| only(RIGHT));
static WRONG_KEY: LazyLock<VerifyingKeys> = LazyLock::new(|| only(WRONG));

fn only(pem: &str) -> VerifyingKeys {
    VerifyingKeys::single(VerifyingKey::from_pem(pem).expect("a public key"))
}

fn rules() -> Rules {
    Rules::new("https://lms.example", "client-1")
}

/// A compact token: read as the reference reads it, and believed only with the key that signed it.
pub(crate) fn jwt_parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(jwt) = UnverifiedJwt::parse(text) else { return };
    let key_id = jwt.key_id().map(|key_id| key_id.as_str().to_owned());
    let payload = jwt.danger_unverified_payload().to_vec();
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");

    let refused = jwt.verify::<RegisteredClaims>(&WRONG_KEY, &rules(), now);
    let error = refused.expect_err("a token was believed that this key did not sign");
    if let Ok(header) = reference::decode_header(text) {
        let named = header.kid.filter(|key_id| lti_jwks::KeyId::new(key_id.as_str()).is_ok());
        assert_eq!(key_id, named, "two readings of one kid");
        if error != VerifyError::KeyIdMalformed {
            let ours = header.alg == reference::Algorithm::RS256;
            assert_eq!(error != VerifyError::AlgorithmNotAllowed, ours, "two readings of one alg");
        }
    }

    let again = UnverifiedJwt::parse(text).expect("read once");
    if let Ok(verified) = again.verify::<RegisteredClaims>(&RIGHT_KEY, &rules(), now) {
        assert_eq!(verified.payload(), payload, "the payload of another token");
        assert!(reference_accepts(text), "believed by us alone");
    }
}

fn reference_accepts(text: &str) -> bool {
    let mut validation = reference::Validation::new(reference::Algorithm::RS256);
    validation.set_audience(&["client-1"]);
    validation.set_issuer(&["https://lms.example"]);
    // It looks at the machine's clock.
    validation.validate_exp = false;
    let key = reference::DecodingKey::from_rsa_pem(RIGHT.as_bytes()).expect("a public key");
    reference::decode::<Value>(text, &key, &validation).is_ok()
}

/// A key set: read, written and read again it is the same, and nothing private is in what is written.
pub(crate) fn jwk_set_parse(data: &[u8]) {
    let Ok(set) = JwkSet::parse(data) else { return };
    let written = serde_json::to_string(&set).expect("a key set is JSON");
    let again = JwkSet::parse(written.as_bytes()).expect("what is written can be read");
    let keys: Vec<_> = set.keys.iter().filter(|key| key.key_type().is_some()).cloned().collect();
    assert_eq!(again.keys, keys);
    assert_eq!(serde_json::to_string(&again).expect("a key set is JSON"), written);

    let tree: Value = serde_json::from_str(&written).expect("JSON");
    for key in tree["keys"].as_array().expect("a list of keys") {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private} was written");
        }
    }

    let usable = VerifyingKeys::from_jwk_set(&set);
    assert_eq!(
        usable.len() + usable.skipped().len(),
        set.keys.len(),
        "each key is usable or named as skipped"
    );
    for key in &set.keys {
        let _ = (key.key_id(), key.algorithm(), key.public_key_use());
        if let Ok(usable) = VerifyingKey::from_jwk(key) {
            assert_eq!(Some(usable.thumbprint()), key.thumbprint().ok());
            assert_eq!(usable.to_jwk().thumbprint().ok(), key.thumbprint().ok());
        }
    }
}

/// A launch payload: read, written and read again it is the same, from text and from a tree.
pub(crate) fn launch_claims(data: &[u8]) {
    let tree = serde_json::from_slice::<Value>(data).ok();
    if let Some(tree) = &tree {
        for found in diagnostics::of_launch(tree) {
            assert!(!found.to_string().contains(char::is_control), "a name breaks its line");
        }
    }
    let read = serde_json::from_slice::<LaunchClaims>(data);
    let claims = match read {
        Ok(claims) => claims,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    let written = serde_json::to_string(&claims).expect("claims are JSON");
    let again: LaunchClaims = serde_json::from_str(&written).expect("what is written can be read");
    assert_eq!(again, claims);
    assert_eq!(serde_json::to_string(&again).expect("claims are JSON"), written);
    if let Some(tree) = tree {
        let from_tree: LaunchClaims = serde_json::from_value(tree).expect("text was read");
        assert_eq!(from_tree, claims);
    }

    match (claims.message(), again.message()) {
        (Ok(message), Ok(same)) => assert_eq!(message, same),
        (Err(faults), Err(same)) => {
            assert_eq!(faults, same);
            assert!(!faults.as_slice().is_empty());
            let _ = (faults.first().code(), faults.first().spec(), faults.to_string());
        }
        _ => panic!("a message and none"),
    }
    let _ = (claims.user(), claims.mentees());
    if let Some(roles) = &claims.roles {
        let learns = roles.iter().any(|role| role.as_str().contains("Learner"));
        let teaches = roles
            .iter()
            .any(|role| role.as_str().contains("nstructor") || role.as_str().contains("Lecturer"));
        assert!(learns || !roles.is_learner(), "a learner out of nowhere");
        assert!(teaches || !roles.is_instructor(), "an instructor out of nowhere");
    }
    if let Some(back) = claims.launch_presentation.and_then(|p| p.return_to(&ReturnMessages::new())) {
        assert!(matches!(back.scheme(), "https" | "http"));
    }
    if let Some(url) = &claims.target_link_uri {
        assert!(url.is_same_resource(url));
    }
}

/// Logins, requests and responses: read, written and read again they are the same, in every way of transport.
pub(crate) fn login_forms(data: &[u8]) {
    type Pairs = Vec<(String, String)>;

    let auth: url::Url = "https://lms.example/auth?tenant=7&x=%2F".parse().expect("a URL");
    let login = LoginInitiation::from_form(data);
    let request = AuthenticationRequest::from_form(data);
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(LoginInitiation::from_query(text), login, "GET and POST are read alike");
        assert_eq!(AuthenticationRequest::from_query(text), request, "GET and POST are read alike");
    }
    if let Some(login) = accepted(login) {
        stable(&login, LoginInitiation::to_pairs, LoginInitiation::from_pairs::<String, String>);
        kept(&auth, &login.to_url(&auth));
        let _ = login.target_link_uri.to_secure_url();
        assert!(WireUrl::is_same_resource(&login.target_link_uri, &login.target_link_uri));
    }
    if let Some(request) = accepted(request) {
        let read = AuthenticationRequest::from_pairs::<String, String>;
        stable(&request, AuthenticationRequest::to_pairs, read);
        kept(&auth, &request.to_url(&auth));
    }
    if let Some(response) = accepted(AuthenticationResponse::from_form(data)) {
        let read = |pairs: Pairs| AuthenticationResponse::from_pairs(pairs);
        stable(&response, AuthenticationResponse::to_pairs, read);
        let body = response.to_form_post("https://tool.example/launch").body();
        // Percent-encoding may make it longer than anybody reads.
        match AuthenticationResponse::from_form(body.as_bytes()) {
            Ok(again) => assert_eq!(again, response),
            Err(error) => assert_eq!(error, FormError::TooLarge),
        }
    }
}

fn accepted<T>(read: Result<T, FormError>) -> Option<T> {
    read.inspect_err(|error| drop((error.to_string(), error.code()))).ok()
}

fn stable<T: PartialEq + Debug>(
    value: &T,
    write: impl Fn(&T) -> Vec<(String, String)>,
    read: impl Fn(Vec<(String, String)>) -> Result<T, FormError>,
) {
    match read(write(value)) {
        Ok(again) => assert_eq!(&again, value),
        // A broken byte becomes a character of three.
        Err(error) => assert_eq!(error, FormError::TooLarge),
    }
    let _ = format!("{value:?}");
}

/// A URL keeps what it had before parameters were added.
fn kept(before: &url::Url, after: &url::Url) {
    assert_eq!(before.origin(), after.origin());
    assert_eq!(before.path(), after.path());
    let query = before.query().expect("a query");
    assert!(after.query().is_some_and(|after| after == query || after.starts_with(&format!("{query}&"))));
}

/// A manifest, in a package with files that it may name: see [`cartridge_package`].
pub(crate) fn cartridge_manifest(data: &[u8]) {
    let link: &[u8] = b"<cartridge_basiclti_link xmlns=\"http://www.imsglobal.org/xsd/imslticc_v1p0\" \
        xmlns:b=\"http://www.imsglobal.org/xsd/imsbasiclti_v1p0\"><b:title>L</b:title>\
        <b:launch_url>https://tool.example/</b:launch_url></cartridge_basiclti_link>";
    let web: &[u8] = b"<webLink xmlns=\"http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1\"><title>W</title>\
        <url href=\"https://example.org/\"/></webLink>";
    let topic: &[u8] = b"<topic xmlns=\"http://www.imsglobal.org/xsd/imsccv1p1/imsdt_v1p1\"><title>T</title>\
        <text texttype=\"text/plain\">Why?</text></topic>";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default());
    let files: [(&str, &[u8]); 6] = [
        ("imsmanifest.xml", data),
        ("l.xml", link),
        ("w.xml", web),
        ("t.xml", topic),
        ("p/a.html", b"a"),
        ("p/b", b""),
    ];
    for (name, bytes) in files {
        zip.start_file(name, options).expect("a name");
        zip.write_all(bytes).expect("memory");
    }
    cartridge_package(zip.finish().expect("an archive").get_ref());
}

/// A package: whatever is read and made to fit a version is written in it, and read again it is the same, with nothing
/// odd about it; written again, it is the same bytes.
pub(crate) fn cartridge_package(data: &[u8]) {
    let mut limits = Limits::default();
    (limits.entries, limits.items, limits.diagnostics) = (1_000, 1_000, 100);
    (limits.manifest_bytes, limits.descriptors_bytes, limits.total_bytes) = (1 << 20, 1 << 20, 8 << 20);
    let reader = CartridgeReader::open(Cursor::new(data), &limits);
    let read = reader.and_then(|mut reader| reader.read().map(|reading| (reader, reading)));
    let (mut reader, reading) = match read {
        Ok(read) => read,
        Err(error) => return drop((error.to_string(), error.code(), error.spec())),
    };
    assert!(reading.diagnostics.len() <= limits.diagnostics);
    let text = reading.to_string();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "a control character for a terminal");
    let json = serde_json::to_value(&reading).expect("a reading is JSON");
    let model: Cartridge = serde_json::from_value(json["cartridge"].clone()).expect("a model is JSON");
    assert_eq!(model, reading.cartridge);
    for version in Version::ALL {
        let mut cartridge = reading.cartridge.clone();
        cartridge.fit(version);
        assert_eq!(cartridge.fit(version), [], "what fits is not changed");
        let settings = Settings::new(version);
        let mut package = Vec::new();
        let written = match cartridge.write_to(&mut package, &settings, &mut reader) {
            Ok(written) => written,
            Err(error) => {
                let may = ["duplicate_path", "reserved_path", "too_deep", "io"];
                assert!(may.contains(&error.code()), "{error}: {cartridge:#?}");
                continue;
            }
        };
        for target in Target::ALL {
            assert_eq!(written.losses(target), cartridge.losses(target));
        }
        let mut again = CartridgeReader::open(Cursor::new(&package), &Limits::default()).expect("a package");
        let reading = again.read().expect("what is written can be read");
        assert_eq!(reading.diagnostics, []);
        assert_eq!(reading.cartridge, cartridge);
        let mut bytes = Vec::new();
        reading.cartridge.write_to(&mut bytes, &settings, &mut again).expect("written once");
        assert!(bytes == package, "equal input, other bytes");
    }
}

/// A cartridge link: read and made to fit, it is written, and read again it is the same.
pub(crate) fn cartridge_link(data: &[u8]) {
    let document = match LinkDocument::parse(data) {
        Ok(document) => document,
        Err(error) => return drop((error.to_string(), error.code(), error.spec())),
    };
    for version in Version::ALL {
        let settings = Settings::new(version);
        // As it is, it is written or refused.
        if let Err(error) = document.to_xml(&settings) {
            let _ = (error.to_string(), error.code(), error.spec());
        }
        let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "c"), Metadata::new("C"));
        let resource = Resource::new(Identifier::derived(Scope::Resource, "l"), document.link.clone());
        cartridge.resources.push(resource);
        cartridge.fit(version);
        // Without a URL that can be opened it is no link.
        let Some((_, link)) = cartridge.lti_links().next() else { continue };
        let xml = LinkDocument::new(link.clone()).to_xml(&settings).expect("what fits is written");
        match LinkDocument::parse(xml.as_bytes()) {
            Ok(again) => {
                assert_eq!(again.diagnostics, []);
                assert_eq!(again.link, *link);
            }
            // Escaping may make it longer than anybody reads.
            Err(error) => assert!(error.code() == "too_large" && xml.len() > data.len(), "{error}"),
        }
    }
}

/// A catalog, as a document and as lines: each course is in the report, with a decision; the numbers add up; what is
/// read is written and read again the same.
pub(crate) fn catalog_json(data: &[u8]) {
    let document = Catalog::parse(data).inspect_err(|error| drop((error.to_string(), error.code())));
    if let Ok(catalog) = document {
        catalog_report(&catalog);
    }
    let lines = CatalogLines::new(data).inspect_err(|error| drop((error.to_string(), error.code())));
    if let Ok(lines) = lines {
        let mut catalog = Catalog::new(lines.header().clone(), []);
        catalog.entries.extend(lines.with_unique_ids().map(|entry| entry.expect("memory is read")));
        catalog_report(&catalog);
    }
}

fn catalog_report(catalog: &Catalog) {
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let base = LaunchBase::parse("https://tool.example/launch?tenant=7").expect("a base");
    let Ok(report) = Report::of(catalog, Policy::default(), Some(base), now) else {
        assert!(!catalog.header.enabled, "only a disabled catalog is refused");
        return;
    };
    let totals = &report.totals;
    let entries = u64::try_from(catalog.entries.len()).expect("a count");
    assert_eq!(totals.courses, entries);
    assert_eq!(totals.exportable() + totals.blocked + totals.unreadable, entries);
    for (row, entry) in report.rows.iter().zip(&catalog.entries) {
        assert_eq!(row.index, entry.index);
        let Ok(course) = &entry.course else { continue };
        in_order(row.decision.reasons());
        in_order(row.decision.warnings());
        assert_eq!(row.decision.is_eligible(), row.decision.reasons().is_empty());
        if let Some(link) = row.decision.launch_url() {
            assert!(link.len() <= 4_096, "longer than a cartridge can hold");
            let link: url::Url = link.parse().expect("a launch link is a URL");
            let id = link.path().strip_prefix("/launch/").expect("the id is one segment");
            let id = url::form_urlencoded::parse(id.as_bytes()).next().map(|(id, _)| id.into_owned());
            assert_eq!(id.as_deref(), Some(course.id.as_str()));
            assert_eq!(link.query(), Some("tenant=7"));
        }
        let text = serde_json::to_string(course).expect("a course is JSON");
        assert_eq!(&serde_json::from_str::<Course>(&text).expect("what is written can be read"), course);
    }
    let json = report.write_json(Vec::new()).expect("memory");
    let json: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["courses"].as_array().map(Vec::len), Some(catalog.entries.len()));
    let lines = report.write_json_lines(Vec::new()).expect("memory");
    assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), catalog.entries.len() + 2);
    let csv = report.write_csv(Vec::new()).expect("memory");
    let mut csv = csv::Reader::from_reader(csv.as_slice());
    let mut records = 0;
    for record in csv.records() {
        let record = record.expect("a record of as many cells");
        assert!(!record.iter().any(|cell| cell.starts_with(['=', '+', '-', '@'])), "a formula");
        records += 1;
    }
    assert_eq!(records, catalog.entries.len());

    let courses: Vec<Course> = catalog.entries.iter().filter_map(|entry| entry.course.clone().ok()).collect();
    let mut written = serde_json::to_value(&catalog.header).expect("a header is JSON");
    written["courses"] = serde_json::to_value(&courses).expect("courses are JSON");
    let again = Catalog::parse(written.to_string().as_bytes()).expect("what is written can be read");
    assert_eq!(again.header, catalog.header);
    let again: Vec<Entry> = again.entries;
    assert!(again.iter().map(|entry| entry.course.as_ref().ok()).eq(courses.iter().map(Some)));
}

fn in_order(reasons: &[Reason]) {
    let place = |reason: &Reason| Rule::ALL.iter().position(|rule| *rule == reason.rule());
    assert!(reasons.iter().map(place).is_sorted_by(|one, next| one < next), "another order");
    for reason in reasons {
        assert!(
            !reason.to_string().is_empty() && !reason.message().is_empty() && !reason.remedy().is_empty()
        );
    }
}

/// `{"policy", "course", "publication", "roster": [[user, role, status]], "local": {user: enrollment}, "complete"}`:
/// policies and publications are read back as they were written; a roster changes the enrollments to what its mode says.
pub(crate) fn roster_policy(data: &[u8]) {
    let Ok(input) = serde_json::from_slice::<Value>(data) else { return };
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let part = |name: &str| input.get(name).cloned().unwrap_or_default();
    let policy = same::<Policy>(part("policy")).unwrap_or_default();
    if let Some(course) = same::<Course>(part("course")) {
        let verdict = export::check(&course, &policy, now);
        in_order(verdict.reasons());
        in_order(verdict.warnings());
        let effects =
            |reasons: &[Reason]| reasons.iter().map(|r| policy.effect(r.rule())).collect::<Vec<_>>();
        assert!(effects(verdict.reasons()).iter().all(|effect| *effect == export::Effect::Block));
        assert!(effects(verdict.warnings()).iter().all(|effect| *effect == export::Effect::Warn));
    }
    let local: BTreeMap<RemoteUserId, Enrollment> = same(part("local")).unwrap_or_default();
    let members: Vec<(RemoteUserId, RemoteRole, MemberStatus)> = same(part("roster")).unwrap_or_default();
    let members = members.into_iter().map(|(user, role, status)| {
        let mut member = RosterMember::new(user, role);
        member.status = status;
        member
    });
    let members: Vec<RosterMember> = members.collect();
    let whole = part("complete") != Value::Bool(false);
    let roster = if whole { Roster::complete(members) } else { Roster::differences(members) };
    let given = same::<Publication>(part("publication"));
    if let Some(publication) = &given {
        assert_eq!(
            enrollment::sync_roster(publication, &roster, &local, now).is_ok(),
            publication.enabled && publication.member_sync.is_some()
        );
    }
    let mut publication = given.unwrap_or_else(|| Publication::new("p"));
    publication.enabled = true;
    for mode in [SyncMode::EnrollAndUnenroll, SyncMode::EnrollOnly, SyncMode::UnenrollOnly] {
        publication.member_sync = Some(MemberSync::new(SyncTrigger::Scheduled, mode));
        synchronized(&publication, mode, &roster, whole, &local, now);
    }
}

fn synchronized(
    publication: &Publication,
    mode: SyncMode,
    roster: &Roster,
    whole: bool,
    local: &BTreeMap<RemoteUserId, Enrollment>,
    now: DateTime<chrono::Utc>,
) {
    let changes =
        enrollment::sync_roster(publication, roster, local, now).expect("enabled, and synchronized");
    let after = changes.apply(local.clone());
    let wanted: BTreeSet<&RemoteUserId> = roster
        .members
        .iter()
        .filter(|member| {
            member.status == MemberStatus::Active && publication.local_role(member.role).is_some()
        })
        .map(|member| &member.user)
        .collect();
    assert!(changes.enroll.keys().all(|user| !local.contains_key(user) && wanted.contains(user)));
    assert!(changes.update.keys().all(|user| local.contains_key(user) && wanted.contains(user)));
    assert!(changes.unenroll.iter().all(|user| local.contains_key(user) && !wanted.contains(user)));
    assert!(mode != SyncMode::EnrollOnly || changes.unenroll.is_empty());
    assert!(mode != SyncMode::UnenrollOnly || changes.enroll.is_empty());
    if whole && mode != SyncMode::EnrollOnly {
        assert!(after.keys().all(|user| wanted.contains(user)), "somebody is left who is no member");
    }
    for user in &wanted {
        assert!(after.contains_key(user) || changes.skip.contains_key(user), "left out without a word");
    }
    if let Some(limit) = publication.max_enrolled {
        let limit = usize::try_from(limit).expect("a count").max(local.len());
        assert!(after.len() <= limit, "more than there are seats");
    }
    let again = enrollment::sync_roster(publication, roster, &after, now).expect("as before");
    assert!(again.is_empty(), "the second time: {again:?}");
    for (user, enrolled) in &after {
        for role in [RemoteRole::Learner, RemoteRole::Instructor, RemoteRole::Other] {
            let _ = enrollment::admit(publication, &Applicant::known(role, enrolled, after.len()), now);
            let _ = (user.as_str(), enrollment::admit(publication, &Applicant::new(role, after.len()), now));
        }
    }
}

/// A `Link` header: what is read is read again as it was written, once what no header may hold is escaped.
pub(crate) fn link_header(data: &[u8]) {
    let read = |values: &[&[u8]]| {
        let mut headers = http::HeaderMap::new();
        for value in values {
            if let Ok(value) = http::HeaderValue::from_bytes(value) {
                headers.append(http::header::LINK, value);
            }
        }
        Link::read(&headers)
    };
    // A line is a header.
    let values: Vec<_> = data.split(|byte| *byte == b'\n').collect();
    let Ok(links) = read(&values) else { return };
    let Some(written) = Link::write(&links) else {
        assert!(links.is_empty(), "links that cannot be written");
        return;
    };
    // What is longer than is read, nobody reads.
    if written.len() < 60_000 {
        let again = read(&[written.as_bytes()]).expect("what is written can be read");
        assert_eq!(again.len(), links.len(), "{written:?}");
        let twice = Link::write(&again).expect("links");
        assert_eq!(read(&[twice.as_bytes()]), Ok(again));
    }
}

/// A token response of any status: it is read or refused, and the token does not show.
pub(crate) fn token_response(data: &[u8]) {
    let (Some(status), Some(body)) = (data.first(), data.get(1..)) else { return };
    let url = WireUrl::from("https://lms.example/token");
    let request = TokenRequest::new(&url, "a.b.c".to_owned(), [lti_types::Scope::Score]).expect("a request");
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let status = match status {
        b'2' => 200,
        b'4' => 400,
        b'5' => 500,
        other => 100 + u16::from(*other),
    };
    let mut response = http::Response::new(body.to_vec());
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    match request.read(&response, now) {
        Ok(granted) => {
            assert!((200..300).contains(&status));
            assert!(!granted.scopes.is_empty());
            assert!(granted.expires_at >= now && granted.expires_at <= now + chrono::TimeDelta::hours(24));
            let shown = format!("{:?}", granted.token);
            assert_eq!(shown, "AccessToken(…)");
            assert!(!granted.token.expose().bytes().any(|byte| byte.is_ascii_control()));
        }
        Err(error) => {
            let _ = (error.code(), error.spec(), error.is_retryable(), format!("{error} {error:?}"));
        }
    }
}

/// Reads a value, and sees that it is written and read again the same.
fn same<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(json: Value) -> Option<T> {
    let value: T = serde_json::from_value(json).ok()?;
    let written = serde_json::to_string(&value).expect("it is JSON");
    assert_eq!(serde_json::from_str::<T>(&written).expect("what is written can be read"), value);
    Some(value)
}

/// Line items, scores, results and rosters: read, written and read again they are the same; what a score is judged to be
/// does not change by that; and a score that is acceptable is recorded with every digit.
pub(crate) fn service_documents(data: &[u8]) {
    fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(
        data: &[u8],
    ) -> Option<T> {
        let read: T = serde_json::from_slice(data).ok()?;
        let written = serde_json::to_string(&read).expect("a document is JSON");
        let again: T = serde_json::from_str(&written).expect("what is written can be read");
        assert_eq!(again, read);
        assert_eq!(serde_json::to_string(&again).expect("a document is JSON"), written);
        Some(read)
    }
    if let Some(item) = round_trip::<LineItem>(data) {
        let fault = LineItemFault::find(&item);
        let listed = [item.clone()];
        if !matches!(find_line_item(&item, &listed), LineItemSearch::Nameless) {
            assert_eq!(find_line_item(&item, &listed), LineItemSearch::Found(&listed[0]));
        }
        assert!(fault.is_err() || item.score_maximum > 0.0);
    }
    if let Some(score) = round_trip::<Score>(data) {
        let fault = ScoreFault::find(&score);
        let now = score.timestamp.to_utc().unwrap_or_default();
        match ScoreRecord::after(None, score.clone(), now) {
            Ok(record) => {
                assert_eq!(fault, Ok(()));
                if let Some(grade) = record.grade() {
                    assert_eq!(Some(grade.out_of(grade.maximum)), score.score_given);
                    assert!(grade.out_of(100.0).is_finite());
                }
                assert!(ScoreRecord::after(Some(&record), score, now).is_err(), "the same score twice");
            }
            Err(_) => assert!(fault.is_err()),
        }
    }
    round_trip::<LineItemResult>(data);
    if let Some(page) = round_trip::<MembershipContainer>(data) {
        for member in &page.members {
            let _ = (member.status(), member.messages());
        }
    }
}
