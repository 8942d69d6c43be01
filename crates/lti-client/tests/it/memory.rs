//! Peak memory, measured on a process of its own: the test starts this very binary again for one ignored test and reads
//! what that says about its own `VmHWM` (the high-water mark of its resident memory, on Linux). Client and server share
//! it.

use std::process::Command;

use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::support::{Server, client, credentials, json as json_reply, roster_service, token};

const MEMBERS: usize = 100_000;
const PAGE: usize = 1_000;

/// Runs one of the ignored tests below and returns its peak, in bytes; `None` where the system does not say.
fn peak(test: &str) -> Option<u64> {
    if std::fs::read_to_string("/proc/self/status").is_err() {
        assert!(std::env::var_os("LTI_TEST_REQUIRE_ALL").is_none(), "no /proc/self/status");
        println!("skipped: no /proc/self/status");
        return None;
    }
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let kilobytes: u64 =
        said.split("VmHWM:").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    Some(kilobytes * 1024)
}

fn say_peak() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM:")).unwrap());
}

#[test]
fn a_hundred_thousand_members_are_streamed_in_64_mib() {
    let (Some(nothing), Some(streamed)) = (peak("memory::child_nothing"), peak("memory::child_stream"))
    else {
        return;
    };
    println!("peak {streamed} bytes, of which the test harness {nothing}");
    assert!(streamed < 64 << 20, "{streamed}");
}

#[test]
fn a_measure_that_can_fail() {
    let Some(held) = peak("memory::child_collect") else { return };
    assert!(held > 64 << 20, "a roster that is held does not fit: {held}");
}

fn server() -> Server {
    Server::start(|request| {
        if request.uri().path() == "/token" {
            return token("t");
        }
        let query = request.uri().query().unwrap_or_default();
        let page: usize =
            query.split('&').find_map(|pair| pair.strip_prefix("page=")).map_or(0, |n| n.parse().unwrap());
        let members: Vec<_> = (0..PAGE)
            .map(|n| {
                let n = page * PAGE + n;
                json!({
                    "user_id": format!("5d41402a-bc4b-2a76-b971-{n:012}"), "status": "Active",
                    "name": format!("Member {n}"), "given_name": "Member", "family_name": n.to_string(),
                    "email": format!("member-{n}@school.example"),
                    "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
                })
            })
            .collect();
        let mut response = json_reply(&json!({"context": {"id": "c"}, "members": members}));
        if (page + 1) * PAGE < MEMBERS {
            let next = format!("<?page={}>; rel=next", page + 1);
            response.headers_mut().insert("link", next.parse().unwrap());
        }
        response
    })
}

#[test]
#[ignore = "run in a process of its own"]
fn child_nothing() {
    say_peak();
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn child_stream() {
    let server = server();
    let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
    let mut members = roster.members();
    let mut count = 0;
    while members.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!((count, members.pages_read()), (MEMBERS, MEMBERS / PAGE));
    say_peak();
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn child_collect() {
    let server = server();
    let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
    let members: Vec<_> = roster.members().try_collect().await.unwrap();
    assert_eq!(members.len(), MEMBERS);
    say_peak();
}
