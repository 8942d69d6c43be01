use std::sync::Arc;
use std::time::Duration;

use lti_store::{Store, conformance};
use lti_store_postgres::{PostgresSettings, PostgresStore};

use crate::engine::schema;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn passes_the_conformance_suite() {
    let Some((url, _client)) = schema().await else { return };
    let mut settings = PostgresSettings::new(url);
    settings.timeout = Duration::from_secs(20);
    settings.connections = 8;
    // Sweeping all the while must not be in the way.
    settings.sweep_every = Duration::from_millis(50);
    let mut machines: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..3 {
        machines.push(Arc::new(PostgresStore::connect(settings.clone()).await.unwrap()));
    }
    conformance::run(&machines).await;
}
