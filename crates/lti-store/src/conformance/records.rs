//! Registration records, and the documents beneath.

use std::sync::Arc;

use lti_types::{
    ClientId, DeploymentId, Deployments, Issuer, PlatformRecord, RegistrationStatus, ToolRecord,
};
use tokio::task::JoinSet;

use super::{Machines, TASKS};
use crate::{MAX_VALUE_BYTES, Platforms, RecordError, RecordKey, StoreError, Tools};

pub(super) async fn documents(machines: &Machines<'_>) {
    let (here, there) = (machines.get(0), machines.get(1));
    let (ledger, other) = (machines.key("ledger"), machines.key("other ledger"));
    let at = |issuer: &str, client: &str| RecordKey::new(ledger, machines.key(issuer), machines.key(client));
    let key = at("issuer", "client");
    assert_eq!(there.find(key).await.unwrap(), None);
    assert!(!there.remove(key, b"".to_vec()).await.unwrap(), "there was none");
    assert!(!there.replace(key, b"".to_vec(), b"x".to_vec()).await.unwrap(), "there was none");
    assert!(here.insert(key, b"\0one\r\n\xff".to_vec()).await.unwrap());
    assert!(!there.insert(key, b"two".to_vec()).await.unwrap(), "there is one");
    assert_eq!(there.find(key).await.unwrap().as_deref(), Some(&b"\0one\r\n\xff"[..]));
    assert!(!there.replace(key, b"another".to_vec(), b"two".to_vec()).await.unwrap(), "it is another");
    assert!(there.replace(key, b"\0one\r\n\xff".to_vec(), b"two".to_vec()).await.unwrap());
    assert_eq!(here.find(key).await.unwrap().as_deref(), Some(&b"two"[..]));
    let large = vec![7; MAX_VALUE_BYTES + 1];
    assert_eq!(here.replace(key, b"two".to_vec(), large.clone()).await, Err(StoreError::ValueTooLarge));
    assert_eq!(here.insert(at("issuer", "large"), large).await, Err(StoreError::ValueTooLarge));

    for (issuer, client) in [("issuer", "client 2"), ("issuer 2", "client")] {
        assert!(here.insert(at(issuer, client), format!("{issuer} {client}").into_bytes()).await.unwrap());
    }
    let foreign = RecordKey::new(other, machines.key("issuer"), machines.key("client"));
    assert!(here.insert(foreign, b"foreign".to_vec()).await.unwrap());
    let list = async |issuer: Option<&str>| {
        let mut listed = there.list(ledger, issuer.map(|issuer| machines.key(issuer))).await.unwrap();
        listed.sort();
        listed
    };
    assert_eq!(list(None).await, [&b"issuer 2 client"[..], b"issuer client 2", b"two"]);
    assert_eq!(list(Some("issuer")).await, [&b"issuer client 2"[..], b"two"]);
    assert_eq!(list(Some("nobody")).await, [b""; 0]);
    for (issuer, client, document) in [
        ("issuer", "client", "two"),
        ("issuer", "client 2", "issuer client 2"),
        ("issuer 2", "client", "issuer 2 client"),
    ] {
        let (key, document) = (at(issuer, client), document.as_bytes().to_vec());
        assert!(!here.remove(key, b"another".to_vec()).await.unwrap(), "it is another");
        assert!(here.find(key).await.unwrap().is_some(), "and is still there");
        assert!(there.remove(key, document.clone()).await.unwrap());
        assert!(!here.remove(key, document).await.unwrap(), "removed already");
    }
    assert_eq!(list(None).await, [b""; 0]);
    assert!(here.remove(foreign, b"foreign".to_vec()).await.unwrap(), "it was not theirs to remove");
}

pub(super) async fn one_replaces(machines: &Machines<'_>) {
    let key = RecordKey::new(machines.key("ledger"), machines.key("issuer"), machines.key("client"));
    let mut tasks = JoinSet::new();
    for index in 0..TASKS {
        let store = machines.get(index);
        tasks.spawn(async move { store.insert(key, b"old".to_vec()).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|it| *it).count(), 1, "inserted once");
    let mut tasks = JoinSet::new();
    for index in 0..TASKS {
        let store = machines.get(index);
        tasks.spawn(async move {
            store.replace(key, b"old".to_vec(), index.to_be_bytes().to_vec()).await.unwrap().then_some(index)
        });
    }
    let winners: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "replaced once");
    assert_eq!(machines.get(1).find(key).await.unwrap().as_deref(), Some(&winners[0].to_be_bytes()[..]));
    let left = winners[0].to_be_bytes().to_vec();
    let mut tasks = JoinSet::new();
    for index in 0..TASKS {
        let (store, left) = (machines.get(index), left.clone());
        tasks.spawn(async move { store.remove(key, left).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|it| *it).count(), 1, "removed once");
}

fn platform(issuer: &str, client_id: &str) -> PlatformRecord {
    PlatformRecord::new(
        Issuer::new(issuer).unwrap(),
        ClientId::new(client_id).unwrap(),
        Deployments::NotYetKnown,
        "https://lms.example/auth".into(),
    )
}

pub(super) async fn registrations(machines: &Machines<'_>) {
    let here = Platforms::new(machines.get(0), machines.tenant());
    let there = Platforms::new(machines.get(1), machines.tenant());
    let neighbor = Platforms::new(machines.get(1), "conformance-neighbor");
    let records = [
        platform("https://lms.example", "a"),
        platform("https://lms.example", "b"),
        platform("https://lms.example/", "a"),
    ];
    for record in &records {
        here.insert(record).await.unwrap();
        assert_eq!(there.insert(record).await, Err(RecordError::AlreadyRegistered));
    }
    let (issuer, client_id) = (&records[0].issuer, &records[0].client_id);
    assert_eq!(there.list().await.unwrap(), records);
    assert_eq!(there.of_issuer(issuer).await.unwrap(), records[..2]);
    assert_eq!(there.find(issuer, client_id).await.unwrap().as_ref(), Some(&records[0]));
    assert_eq!(neighbor.find(issuer, client_id).await.unwrap(), None, "another tenant's");
    assert_eq!(neighbor.set_status(issuer, client_id, RegistrationStatus::Disabled).await.unwrap(), None);

    let disabled = here.set_status(issuer, client_id, RegistrationStatus::Disabled).await.unwrap();
    assert_eq!(disabled.unwrap().status, RegistrationStatus::Disabled);
    assert_eq!(there.find(issuer, client_id).await.unwrap().unwrap().status, RegistrationStatus::Disabled);
    let renamed = there.update(issuer, client_id, |it| it.client_id = ClientId::new("z").unwrap()).await;
    assert_eq!(renamed, Err(RecordError::Renamed));

    // A platform of the same issuer and client id is another ledger.
    let tools = Tools::new(machines.get(0), machines.tenant(), issuer.clone());
    assert_eq!(tools.find(client_id).await.unwrap(), None);
    let (login, launch) = ("https://tool.example/login".into(), "https://tool.example/launch".into());
    let tool = ToolRecord::new(client_id.clone(), vec![DeploymentId::new("1").unwrap()], login, launch);
    tools.insert(&tool).await.unwrap();
    assert_eq!(tools.insert(&tool).await, Err(RecordError::AlreadyRegistered));
    assert_eq!(tools.list().await.unwrap(), [tool]);
    let elsewhere = Tools::new(machines.get(1), machines.tenant(), records[2].issuer.clone());
    assert_eq!(elsewhere.list().await.unwrap(), [], "another issuer's");
    let pending = tools.set_status(client_id, RegistrationStatus::Pending).await.unwrap().unwrap();
    assert_eq!(pending.status, RegistrationStatus::Pending);
    assert!(tools.remove(client_id).await.unwrap());
    assert!(!tools.remove(client_id).await.unwrap());

    for record in &records {
        assert!(there.remove(&record.issuer, &record.client_id).await.unwrap());
    }
    assert_eq!(here.list().await.unwrap(), []);
}

/// 40 change one record at once, each adding a deployment to the list: none is lost. Before, one of 40 made its own
/// deployment the first known one.
pub(super) async fn no_update_is_lost(machines: &Machines<'_>) {
    let record = platform("https://lms.example", "race");
    let (issuer, client_id) = (record.issuer.clone(), record.client_id.clone());
    let platforms = |index| Arc::new(Platforms::new(machines.get(index), machines.tenant()));
    platforms(0).insert(&record).await.unwrap();
    let id = |index: usize| DeploymentId::new(index.to_string()).unwrap();
    let mut tasks = JoinSet::new();
    for index in 0..40 {
        let (platforms, issuer, client_id) = (platforms(index), issuer.clone(), client_id.clone());
        tasks.spawn(async move {
            let record = platforms.admit_deployment(&issuer, &client_id, &id(index)).await.unwrap().unwrap();
            record.deployment_ids.contains(&id(index))
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|it| *it).count(), 1, "one deployment is admitted");
    let mut tasks = JoinSet::new();
    for index in 100..140 {
        let (platforms, issuer, client_id) = (platforms(index), issuer.clone(), client_id.clone());
        tasks.spawn(async move {
            let add = |record: &mut PlatformRecord| {
                if let Deployments::Known(known) = &mut record.deployment_ids {
                    known.push(id(index));
                }
            };
            platforms.update(&issuer, &client_id, add).await.unwrap();
        });
    }
    tasks.join_all().await;
    let record = platforms(1).find(&issuer, &client_id).await.unwrap().unwrap();
    assert!(matches!(&record.deployment_ids, Deployments::Known(known) if known.len() == 41));
    assert!((100..140).all(|index| record.deployment_ids.contains(&id(index))), "an update was lost");
    platforms(0).remove(&issuer, &client_id).await.unwrap();
}
