//! The platforms that this tool is registered with (Security Framework 1.0 §6).

use lti_browser::{Framing, Origin};
use lti_store::RecordError;
use lti_tool::{DeploymentStanding, Launch, LaunchError, Registration};
use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, RegistrationStatus};

use super::Tool;
use crate::problem::Problem;
use crate::server::StartError;

impl Tool {
    /// Takes a platform of the file in. The file has the last word, but for deployments that a launch brought since.
    pub(super) async fn register(&self, record: PlatformRecord) -> Result<(), StartError> {
        let fault = |what: &dyn std::fmt::Display| {
            StartError::new(format_args!("registration {} {}: {what}", record.issuer, record.client_id))
        };
        Registration::new(record.clone()).map_err(|error| fault(&error))?;
        match self.platforms.insert(&record).await {
            Ok(()) => return Ok(()),
            Err(RecordError::AlreadyRegistered) => {}
            Err(error) => return Err(fault(&error)),
        }
        let update = self.platforms.update(&record.issuer, &record.client_id, |known| {
            let known_deployments = known.deployment_ids.clone();
            *known = record.clone();
            if known.deployment_ids == Deployments::NotYetKnown {
                known.deployment_ids = known_deployments;
            }
        });
        update.await.map(|_| ()).map_err(|error| fault(&error))
    }

    /// The registrations of an issuer.
    pub(super) async fn of_issuer(&self, issuer: &Issuer) -> Result<Vec<Registration>, Problem> {
        Ok(usable(self.platforms.of_issuer(issuer).await?))
    }

    /// All registrations.
    pub(super) async fn all(&self) -> Result<Vec<Registration>, Problem> {
        Ok(usable(self.platforms.list().await?))
    }

    /// The registration that began a login, or launched earlier.
    pub(super) async fn registration(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
    ) -> Result<Registration, Problem> {
        let record = self.platforms.find(issuer, client_id).await?;
        let found = record.and_then(|record| Registration::new(record).ok());
        // Somebody took it out since.
        found.ok_or_else(|| LaunchError::RegistrationNotActive.into())
    }

    /// Where a registration waits for its first deployment, one of those that arrive first becomes it; later ones need
    /// an administrator.
    pub(super) async fn admit(&self, launch: &Launch) -> Result<(), Problem> {
        if launch.deployment_standing() == DeploymentStanding::Known {
            return Ok(());
        }
        let (issuer, client_id, deployment) = (launch.issuer(), launch.client_id(), launch.deployment_id());
        let record = self.platforms.admit_deployment(issuer, client_id, deployment).await?;
        if record.is_some_and(|record| record.deployment_ids.contains(deployment)) {
            tracing::warn!(%issuer, %client_id, %deployment, "pending: first deployment of this registration");
            return Ok(());
        }
        Err(LaunchError::DeploymentUnknown.into())
    }

    /// Lets the platforms frame our pages. Where all is https, any https page may: a registration does not name the host
    /// of the course page.
    pub(super) async fn allow_framing(&self) -> Result<(), Problem> {
        if self.is_https() {
            self.set_framing(Framing::AnyHttps);
            return Ok(());
        }
        let mut origins: Vec<_> = self
            .all()
            .await?
            .iter()
            .filter(|platform| platform.record().status == RegistrationStatus::Active)
            .flat_map(|platform| {
                [platform.authentication_url().as_str(), platform.issuer().as_str()].map(Origin::parse)
            })
            .flatten()
            .collect();
        origins.sort();
        origins.dedup();
        self.set_framing(Framing::Origins(origins));
        Ok(())
    }
}

fn usable(records: Vec<PlatformRecord>) -> Vec<Registration> {
    records.into_iter().filter_map(|record| Registration::new(record).ok()).collect()
}
