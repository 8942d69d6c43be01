use std::sync::Arc;

use lti_store::{MemoryStore, Platforms, RecordStore};
use lti_types::{ClientId, Issuer, PlatformRecord};
use tokio::runtime::{Builder, Runtime};

/// A store with registrations of platforms.
#[derive(Debug)]
pub struct Registered {
    platforms: Platforms,
    runtime: Runtime,
    last: usize,
}

fn issuer(n: usize) -> Issuer {
    Issuer::new(format!("https://lms-{n}.example")).unwrap()
}

/// A store in memory with so many registrations.
#[must_use]
pub fn registered(registrations: usize) -> Registered {
    let store: Arc<dyn RecordStore> = Arc::new(MemoryStore::new());
    let platforms = Platforms::new(store, "tenant");
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        for n in 0..registrations {
            let record: PlatformRecord = serde_json::from_value(serde_json::json!({
                "issuer": format!("https://lms-{n}.example"), "client_id": "tool", "deployment_ids": ["1"],
                "authentication_url": format!("https://lms-{n}.example/auth"),
            }))
            .unwrap();
            platforms.insert(&record).await.unwrap();
        }
    });
    Registered { platforms, runtime, last: registrations - 1 }
}

/// Finds the last one.
#[must_use]
pub fn find_registration(registered: &Registered) -> bool {
    let client = ClientId::new("tool").unwrap();
    let issuer = issuer(registered.last);
    let found = registered.platforms.find(&issuer, &client);
    registered.runtime.block_on(found).unwrap().is_some()
}
