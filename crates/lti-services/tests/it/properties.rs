//! Properties: what is written is read back, and nothing that comes makes anything panic.

use http::header::LINK;
use http::{HeaderMap, HeaderValue, Response};
use lti_services::platform::ScoreRecord;
use lti_services::{
    AccessToken, Call, LineItemUrl, Link, ListLineItems, ListMembers, ScoreClock, ServiceUrl, TokenRequest,
};
use lti_types::{LineItem, Scope, Score, Timestamp, WireUrl};
use proptest::prelude::*;

use crate::{start, user};

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        0.0..1000.0f64,
        (0u32..100_000).prop_map(|n| f64::from(n) / 100.0),
        prop::num::f64::POSITIVE | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
    ]
    .prop_map(f64::abs)
}

proptest! {
    #[test]
    fn links_are_read_as_they_were_written(
        targets in prop::collection::vec(("[!-~]{1,40}", "[a-z]{1,8}"), 1..5),
    ) {
        let links: Vec<_> =
            targets.iter().map(|(target, relation)| Link::new(target.replace("&amp;", ""), relation)).collect();
        let mut headers = HeaderMap::new();
        if let Some(value) = Link::write(&links) {
            headers.insert(LINK, value);
        }
        let read = Link::read(&headers).unwrap();
        let expected: Vec<_> = links
            .into_iter()
            .filter(|link| !link.target.is_empty())
            .map(|mut link| {
                link.target = link.target.replace('<', "%3C").replace('>', "%3E").replace('"', "%22")
                    .replace("&#38;", "&").replace("&#x26;", "&");
                link
            })
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_link_header_does_harm(values in prop::collection::vec(any::<Vec<u8>>(), 0..4), odd in "[<>;,='\"\\\\a-z &#“’]{0,60}") {
        let mut headers = HeaderMap::new();
        for value in values.iter().map(Vec::as_slice).chain([odd.as_bytes()]) {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(LINK, value);
            }
        }
        for link in Link::read(&headers).unwrap_or_default() {
            prop_assert!(!link.target.is_empty());
            // Written, it is a link again.
            let mut again = HeaderMap::new();
            again.extend(Link::write(std::slice::from_ref(&link)).map(|value| (LINK, value)));
            prop_assert_eq!(Link::read(&again).unwrap().len(), 1);
        }
    }

    #[test]
    fn no_answer_does_harm(status in 100u16..600, body in prop_oneof![any::<Vec<u8>>(), "[\\[\\]{}\":,a-z0-9 ]{0,80}".prop_map(String::into_bytes)], link in "[ -~]{0,60}") {
        let response = || {
            let mut response = Response::new(body.clone());
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            response.headers_mut().insert(LINK, HeaderValue::from_str(&link).unwrap());
            response
        };
        let url = ServiceUrl::parse(&"https://lms.example/x?y".into()).unwrap();
        let item = LineItemUrl::parse(&"https://lms.example/x?y".into()).unwrap();
        let score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
        let publish = item.publish(score).unwrap();
        let _ = ListLineItems::new(url.clone()).read(response());
        let _ = ListMembers::new(url).read(response());
        let _ = item.results().read(response());
        let _ = item.read().read(response());
        let _ = item.delete().read(response());
        let _ = lti_services::Publication::of(&publish).judge(publish.read(response()));
        let token = TokenRequest::new(&"https://lms.example/token".into(), String::new(), [Scope::Score]).unwrap();
        let _ = token.read(&response(), start());
    }

    #[test]
    fn no_address_does_harm(text in prop_oneof!["\\PC{0,60}", "https?://[a-z.:@\\\\/\\[\\]0-9?&=%;]{0,40}"], segment in "\\PC{0,10}") {
        if let Ok(url) = ServiceUrl::parse(&WireUrl::from(text)) {
            // However it is extended, it stays on its host.
            for extended in [url.child("a/b"), url.with_parameter(&segment, &segment), url.child("scores").child("x")] {
                prop_assert!(extended.is_same_origin(&url));
                prop_assert_eq!(extended.to_uri().host(), url.to_uri().host());
            }
            let query = url.as_str().split_once('?').map(|(_, query)| query.to_owned());
            let child = url.child("scores");
            prop_assert_eq!(child.as_str().split_once('?').map(|(_, query)| query.to_owned()), query);
        }
        let _ = AccessToken::new(segment);
    }

    #[test]
    fn scores_keep_every_digit(given in amount(), maximum in amount().prop_filter("more than zero", |m| *m > 0.0)) {
        let item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
        let score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), given, maximum);
        let request = item.publish(score.clone()).unwrap().to_http(&AccessToken::new("t").unwrap());
        let read: Score = serde_json::from_slice(request.body()).unwrap();
        prop_assert_eq!(&read, &score);
        let record = ScoreRecord::after(None, read, start()).unwrap();
        prop_assert_eq!(record.grade().unwrap().out_of(maximum).to_bits(), given.to_bits());
        prop_assert!(record.grade().unwrap().out_of(100.0).is_finite());
        let stored: ScoreRecord = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
        prop_assert_eq!(stored, record);
    }

    #[test]
    fn line_items_round_trip(label in "\\PC{1,20}", maximum in amount(), resource in prop::option::of("\\PC{0,20}"), tag in prop::option::of("\\PC{0,20}"), end in prop::option::of("\\PC{0,30}")) {
        let mut item = LineItem::new(maximum, label);
        (item.resource_id, item.tag) = (resource, tag);
        item.end_date_time = end.map(Timestamp::from);
        let json = serde_json::to_string(&item).unwrap();
        prop_assert_eq!(serde_json::from_str::<LineItem>(&json).unwrap(), item);
    }

    #[test]
    fn no_time_does_harm(text in prop_oneof!["\\PC{0,40}", "[0-9TZtz:.,+ -]{0,40}"]) {
        let _ = Timestamp::from(text).to_utc();
    }

    #[test]
    fn times_always_grow(steps in prop::collection::vec(-5_000_000i64..5_000_000, 1..30)) {
        let item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
        let mut clock = ScoreClock::new();
        let mut last = None;
        for micros in steps {
            let time = clock.next(&item, &user("u"), start() + chrono::TimeDelta::microseconds(micros)).to_utc();
            prop_assert!(time.is_some() && time > last);
            last = time;
        }
    }

    #[test]
    fn of_scores_in_any_order_the_latest_stays(mut times in prop::collection::vec(0i64..50, 1..12)) {
        let mut record: Option<ScoreRecord> = None;
        for time in &times {
            let score = Score::graded(
                user("u"),
                (start() + chrono::TimeDelta::milliseconds(*time)).into(),
                *time as f64,
                100.0,
            );
            if let Ok(after) = ScoreRecord::after(record.as_ref(), score, start()) {
                record = Some(after);
            }
        }
        times.sort_unstable();
        let latest = times.last().map(|time| *time as f64);
        prop_assert_eq!(record.and_then(|record| record.grade()).map(|grade| grade.given), latest);
    }
}
