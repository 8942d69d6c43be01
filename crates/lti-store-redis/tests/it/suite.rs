use std::sync::Arc;
use std::time::Duration;

use lti_store::{Store, conformance};
use lti_store_redis::{RedisSettings, RedisStore};

use crate::engine::skip;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn passes_the_conformance_suite() {
    let Ok(url) = std::env::var("LTI_TEST_REDIS_URL") else {
        return skip("LTI_TEST_REDIS_URL is not set");
    };
    let mut settings = RedisSettings::new(url);
    settings.timeout = Duration::from_secs(20);
    let mut machines: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..3 {
        machines.push(Arc::new(RedisStore::connect(settings.clone()).await.unwrap()));
    }
    conformance::run(&machines).await;
}
