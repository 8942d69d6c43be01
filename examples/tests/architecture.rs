//! The arrows between the crates, held against what cargo says. Each forbidden one has a reason.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which of our crates each may import. The reasons for what is missing:
/// platform and tool are adversaries, and a shared private helper is how one side's assumption becomes the other's
/// hole; keys can be reviewed without LTI, and the vocabulary compiled without cryptography; the rule of what may be
/// exported and the writer of what is exported must be able to disagree.
const ARROWS: &[(&str, &[&str])] = &[
    ("lti-types", &[]),
    ("lti-jwks", &[]),
    ("lti-platform", &["lti-types", "lti-jwks"]),
    ("lti-tool", &["lti-types", "lti-jwks"]),
    ("lti-browser", &["lti-types"]),
    ("lti-services", &["lti-types", "lti-jwks"]),
    ("lti-client", &["lti-types", "lti-jwks", "lti-services", "lti-registration", "lti-legacy"]),
    ("lti-registration", &["lti-types", "lti-jwks"]),
    ("lti-legacy", &["lti-types"]),
    ("lti-cartridge", &["lti-types"]),
    ("lti-eligibility", &[]),
    ("lti-store", &["lti-types"]),
    ("lti-store-redis", &["lti-store", "lti-types"]),
    ("lti-store-postgres", &["lti-store", "lti-types"]),
];

/// What stitches them together.
const EXAMPLES: &[&str] = &["lti-examples", "lti-example-servers", "lti-growth"];

/// Which of them do I/O, and so may import what the others may not. No protocol crate imports one of them.
const EDGE_CRATES: &[&str] = &["lti-client", "lti-store", "lti-store-redis", "lti-store-postgres"];

/// What no protocol crate may import: runtimes, clients, servers, databases.
const EDGES: &[&str] =
    &["tokio", "reqwest", "hyper", "axum", "tower", "redis", "sqlx", "tokio-postgres", "async-std", "ureq"];

fn arrows() -> (BTreeMap<String, BTreeSet<String>>, BTreeMap<String, BTreeSet<String>>) {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).exec().unwrap();
    let ours: BTreeSet<_> = metadata.workspace_packages().iter().map(|p| p.name.to_string()).collect();
    let mut among_us = BTreeMap::new();
    for package in metadata.workspace_packages() {
        let imported = package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal && ours.contains(&d.name))
            .map(|d| d.name.clone())
            .collect();
        among_us.insert(package.name.to_string(), imported);
    }
    // What each package pulls in, in the end.
    let resolve = metadata.resolve.as_ref().unwrap();
    let name = |id: &cargo_metadata::PackageId| metadata[id].name.to_string();
    let direct: BTreeMap<String, BTreeSet<String>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let normal =
                node.deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
            (name(&node.id), normal.map(|d| name(&d.pkg)).collect())
        })
        .collect();
    let mut reached = BTreeMap::new();
    for package in &ours {
        let mut seen = BTreeSet::new();
        let mut open = vec![package.clone()];
        while let Some(next) = open.pop() {
            for dependency in direct.get(&next).into_iter().flatten() {
                if seen.insert(dependency.clone()) {
                    open.push(dependency.clone());
                }
            }
        }
        reached.insert(package.clone(), seen);
    }
    (among_us, reached)
}

#[test]
fn crates_import_only_what_they_may() {
    let (among_us, reached) = arrows();
    for (package, imported) in &among_us {
        if EXAMPLES.contains(&package.as_str()) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| name == package) else {
            panic!("{package} is not in the list of arrows")
        };
        for dependency in imported {
            assert!(allowed.contains(&dependency.as_str()), "{package} must not import {dependency}");
        }
        for example in EXAMPLES {
            assert!(!reached[package].contains(*example), "nothing imports the examples");
        }
        if EDGE_CRATES.contains(&package.as_str()) {
            continue;
        }
        for edge in EDGES.iter().chain(EDGE_CRATES) {
            assert!(!reached[package].contains(*edge), "{package} pulls in {edge}");
        }
    }
    // The list names no crate that is gone.
    for (name, _) in ARROWS {
        assert!(among_us.contains_key(*name), "{name} is not in the workspace");
    }
}

/// Whoever needs no LTI 1.1 does not compile it.
#[test]
fn the_client_has_lti_1_1_behind_a_feature() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
    let client = metadata.packages.iter().find(|package| package.name == "lti-client").unwrap();
    assert!(client.dependencies.iter().any(|d| d.name == "lti-legacy" && d.optional));
    assert!(!client.features.contains_key("default"));
}

/// What is remembered in memory needs no engine and no driver.
#[test]
fn the_store_in_memory_has_no_driver() {
    let (_, reached) = arrows();
    for edge in EDGES.iter().filter(|edge| **edge != "tokio") {
        assert!(!reached["lti-store"].contains(*edge), "lti-store pulls in {edge}");
    }
}

/// The first example compiles no web server, HTTP client or database driver.
#[test]
fn examples_that_need_no_socket_have_none() {
    let (_, reached) = arrows();
    for edge in EDGES {
        assert!(!reached["lti-examples"].contains(*edge), "the pure examples pull in {edge}");
    }
}

/// One TLS, no server, and no cookies or proxies that nobody asked for.
#[test]
fn the_client_is_no_more_than_a_client() {
    let (_, reached) = arrows();
    assert!(reached["lti-client"].contains("reqwest"));
    for unwanted in ["axum", "openssl", "native-tls", "cookie_store", "h2", "encoding_rs", "lti-tool"] {
        assert!(!reached["lti-client"].contains(unwanted), "lti-client pulls in {unwanted}");
    }
}

/// The vocabulary has no cryptography, and nothing has the `rsa` crate, whose advisory has no fix.
#[test]
fn no_cryptography_where_none_belongs() {
    let (_, reached) = arrows();
    for package in ["lti-types", "lti-browser", "lti-eligibility"] {
        for crypto in ["aws-lc-rs", "ring", "rsa", "p256", "sha2", "jsonwebtoken"] {
            assert!(!reached[package].contains(crypto), "{package} pulls in {crypto}");
        }
    }
    for (package, reached) in &reached {
        assert!(!reached.contains("rsa"), "{package} pulls in rsa");
    }
}

/// The Rust version that we state is enough for everything that we depend on.
#[test]
fn stated_rust_version_is_honest() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).exec().unwrap();
    let ours = metadata.workspace_packages().iter().filter_map(|p| p.rust_version.clone()).min().unwrap();
    for package in &metadata.packages {
        if let Some(needed) = &package.rust_version {
            assert!(
                *needed <= ours,
                "{} {} needs Rust {needed}, we state {ours}",
                package.name,
                package.version
            );
        }
    }
}
