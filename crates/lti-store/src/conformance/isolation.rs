//! Nobody reaches another's entries.

use super::{Machines, now, soon};
use crate::Key;

pub(super) async fn of_tenants_namespaces_and_primitives(machines: &Machines<'_>) {
    let (one, other) = (format!("{}-1", machines.tenant()), format!("{}-2", machines.tenant()));
    let (here, there) = (machines.get(0), machines.get(1));
    let mine = Key::new("suite", &one, "state");
    here.put(mine, b"mine".to_vec(), soon(), now()).await.unwrap();
    // Another tenant, another namespace, and parts that would run together.
    for foreign in [
        Key::new("suite", &other, "state"),
        Key::new("suit", &one, "state"),
        Key::new("suite", machines.tenant(), "-1state"),
        Key::new("suite", &format!("{one}s"), "tate"),
    ] {
        assert_eq!(there.take(foreign, now()).await.unwrap(), None, "{one} was reached from elsewhere");
        assert!(there.first_use(foreign, soon(), now()).await.unwrap().is_first());
    }
    // The two primitives do not meet either.
    assert!(there.first_use(mine, soon(), now()).await.unwrap().is_first());
    assert_eq!(there.take(mine, now()).await.unwrap().as_deref(), Some(&b"mine"[..]));
    assert!(!here.first_use(mine, soon(), now()).await.unwrap().is_first());
}
