//! The fuzz targets' oracles over the committed corpus, on stable: what was found once stays found.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "../../fuzz/oracles.rs"]
#[allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an oracle answers by panicking"
)]
mod oracles;

#[path = "../../fuzz/content_oracle.rs"]
#[allow(clippy::expect_used, reason = "an oracle answers by panicking")]
mod content_oracle;

#[path = "../../fuzz/registration_oracles.rs"]
#[allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an oracle answers by panicking"
)]
mod registration_oracles;

#[path = "../../fuzz/oracles_legacy.rs"]
#[allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an oracle answers by panicking"
)]
mod oracles_legacy;

use std::io::{Cursor, Read as _};
use std::path::Path;

/// Asks an oracle about what long runs found interesting: one input for each edge of the code, see `fuzz/README.md`.
fn replay_found(target: &str, oracle: fn(&[u8])) {
    let archive = format!("{}/../fuzz/corpus/{target}.zip", env!("CARGO_MANIFEST_DIR"));
    let mut archive = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    assert!(archive.len() >= 50, "{target} has {} inputs", archive.len());
    for index in 0..archive.len() {
        println!("{target}.zip, {index:04}");
        let mut input = Vec::new();
        archive.by_index(index).unwrap().read_to_end(&mut input).unwrap();
        oracle(&input);
    }
}

/// Asks an oracle about each input of a target's corpus, each of its prefixes by halves, and each with one byte changed.
fn replay(target: &str, oracle: fn(&[u8])) {
    replay_found(target, oracle);
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut inputs: Vec<_> =
        std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Seeds have names; what a fuzzing run left here has hashes, and there may be thousands.
    let left = |path: &Path| path.file_name().is_some_and(|name| name.len() == 40);
    inputs.retain(|path| !left(path));
    inputs.sort();
    assert!(inputs.len() >= 5, "{target} has {} inputs", inputs.len());
    for path in inputs {
        // The test's output is shown when it fails, so the last name is the culprit's.
        println!("{}", path.display());
        let input = std::fs::read(&path).unwrap();
        oracle(&input);
        let mut len = input.len() / 2;
        while len > 0 {
            oracle(&input[..len]);
            len /= 2;
        }
        for position in (0..input.len()).step_by(1 + input.len() / 64) {
            for byte in [0, b'"', b'%', 0xff, input[position] ^ 1] {
                let mut changed = input.clone();
                changed[position] = byte;
                oracle(&changed);
            }
        }
    }
}

#[test]
fn jwt_parse() {
    replay("jwt_parse", oracles::jwt_parse);
}

#[test]
fn jwk_set_parse() {
    replay("jwk_set_parse", oracles::jwk_set_parse);
}

#[test]
fn launch_claims() {
    replay("launch_claims", oracles::launch_claims);
}

#[test]
fn login_forms() {
    replay("login_forms", oracles::login_forms);
}

#[test]
fn legacy_base_string() {
    replay("legacy_base_string", oracles_legacy::legacy_base_string);
}

#[test]
fn legacy_outcome() {
    replay("legacy_outcome", oracles_legacy::legacy_outcome);
}

#[test]
fn legacy_parameters() {
    replay("legacy_parameters", oracles_legacy::legacy_parameters);
}

#[test]
fn cartridge_manifest() {
    replay("cartridge_manifest", oracles::cartridge_manifest);
}

#[test]
fn cartridge_link() {
    replay("cartridge_link", oracles::cartridge_link);
}

#[test]
fn cartridge_package() {
    replay("cartridge_package", oracles::cartridge_package);
}

#[test]
fn catalog_json() {
    replay("catalog_json", oracles::catalog_json);
}

#[test]
fn roster_policy() {
    replay("roster_policy", oracles::roster_policy);
}

#[test]
fn content_items() {
    replay("content_items", content_oracle::content_items);
}

#[test]
fn link_header() {
    replay("link_header", oracles::link_header);
}

#[test]
fn token_response() {
    replay("token_response", oracles::token_response);
}

#[test]
fn service_documents() {
    replay("service_documents", oracles::service_documents);
}

#[test]
fn openid_configuration() {
    replay("openid_configuration", registration_oracles::openid_configuration);
}

#[test]
fn registration_exchange() {
    replay("registration_exchange", registration_oracles::registration_exchange);
}

#[test]
fn registration_table() {
    replay("registration_table", registration_oracles::registration_table);
}

/// The corpus is of use only while its good inputs are good.
#[test]
fn the_seeds_are_what_their_names_say() {
    use lti_jwks::{RegisteredClaims, Rules, UnverifiedJwt, VerifyingKey, VerifyingKeys};

    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let key = include_str!("../../crates/lti-jwks/tests/fixtures/rsa2048.spki.pem");
    let keys = VerifyingKeys::single(VerifyingKey::from_pem(key).unwrap());
    let rules = Rules::new("https://lms.example", "client-1");
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    for name in ["good", "good_aud_list", "good_without_kid"] {
        let token = std::fs::read_to_string(corpus.join("jwt_parse").join(name)).unwrap();
        let jwt = UnverifiedJwt::parse(&token).unwrap();
        assert!(jwt.verify::<RegisteredClaims>(&keys, &rules, now).is_ok(), "{name}");
    }
    let launch = std::fs::read(corpus.join("launch_claims/canvas_launch")).unwrap();
    assert!(serde_json::from_slice::<lti_types::LaunchClaims>(&launch).unwrap().message().is_ok());
    let login = std::fs::read(corpus.join("login_forms/login")).unwrap();
    assert!(lti_types::LoginInitiation::from_form(&login).is_ok());
    let package = std::fs::read(corpus.join("cartridge_package/all_kinds")).unwrap();
    let limits = lti_cartridge::Limits::default();
    let mut package = lti_cartridge::CartridgeReader::open(Cursor::new(package), &limits).unwrap();
    assert_eq!(package.read().unwrap().cartridge.resources.len(), 7);
    let link = std::fs::read(corpus.join("cartridge_link/everything")).unwrap();
    assert_eq!(lti_cartridge::LinkDocument::parse(&link).unwrap().diagnostics, []);
    let catalog = std::fs::read(corpus.join("catalog_json/document")).unwrap();
    let catalog = lti_eligibility::catalog::Catalog::parse(&catalog).unwrap();
    assert!(catalog.entries.iter().all(|entry| entry.course.is_ok()));
    let roster = std::fs::read(corpus.join("roster_policy/everything")).unwrap();
    let roster: serde_json::Value = serde_json::from_slice(&roster).unwrap();
    assert!(serde_json::from_value::<lti_eligibility::export::Policy>(roster["policy"].clone()).is_ok());
    assert!(serde_json::from_value::<lti_eligibility::course::Course>(roster["course"].clone()).is_ok());
    let publication = roster["publication"].clone();
    assert!(serde_json::from_value::<lti_eligibility::enrollment::Publication>(publication).is_ok());
    let items = std::fs::read(corpus.join("content_items/every_type")).unwrap();
    let items: Vec<lti_types::ContentItem> = serde_json::from_slice(&items).unwrap();
    assert!(
        items.len() == 7 && !items[..6].iter().any(|item| matches!(item, lti_types::ContentItem::Other(_)))
    );
    let metadata = std::fs::read(corpus.join("registration_exchange/request")).unwrap();
    let metadata: lti_types::ClientMetadata = serde_json::from_slice(&metadata).unwrap();
    assert_eq!(lti_registration::check_metadata(&metadata, lti_registration::AddressRules::default()), []);
    let table = std::fs::read(corpus.join("registration_table/tools")).unwrap();
    let rules = lti_registration::AddressRules::default();
    let table = lti_registration::Import::<lti_types::ToolRecord>::from_csv(&table, rules).unwrap();
    assert_eq!((table.records.len(), table.rejected.len()), (1, 0));
    let set = std::fs::read(corpus.join("jwk_set_parse/one_key")).unwrap();
    assert_eq!(VerifyingKeys::from_jwk_set(&lti_jwks::JwkSet::parse(&set).unwrap()).len(), 1);
}
