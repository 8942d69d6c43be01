//! What `/metrics` tells: counts and times, in the text format of Prometheus. Labels are codes and routes, never ids.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds, from a launch that finds its keys to an outbound call that gives up.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    /// `accepted`, or the error's code.
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    call: &'static str,
    outcome: &'static str,
}

/// The counters of one server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    times: Family<RouteLabels, Histogram>,
    launches: Family<OutcomeLabels, Counter>,
    calls: Family<CallLabels, Counter>,
}

impl Metrics {
    pub(crate) fn new() -> Arc<Self> {
        let mut registry = Registry::with_prefix("lti");
        let requests = Family::default();
        registry.register("http_requests", "Requests by route and status", requests.clone());
        let times = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        registry.register("http_request_seconds", "Time to the answer by route", times.clone());
        let launches = Family::default();
        registry.register("launches", "Launches by outcome", launches.clone());
        let calls = Family::default();
        registry.register("outbound_calls", "Calls to the other side by outcome", calls.clone());
        Arc::new(Self { registry, requests, times, launches, calls })
    }

    /// A request that was answered.
    pub(crate) fn answered(&self, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), status }).inc();
        self.times.get_or_create(&RouteLabels { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// A launch, accepted or refused.
    pub(crate) fn launch(&self, outcome: &'static str) {
        self.launches.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// A call to the other side.
    pub(crate) fn call(&self, call: &'static str, outcome: &'static str) {
        self.calls.get_or_create(&CallLabels { call, outcome }).inc();
    }

    /// All of it, as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail; half an answer would be the worst of it.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}
