//! What the writer must remember of each resource between the outline and the contents, in few bytes.

use std::collections::BTreeMap;

use super::WriteError;
use crate::resource::EndUserRole;
use crate::{Identifier, IntendedUse, PackagePath, ResourceKind, StandardsSet};

/// One resource: 40 bytes. What few resources have stands in [`Extra`].
#[derive(Debug)]
pub(crate) struct Entry {
    /// The hash of a derived identifier; of others only the fingerprint.
    hash: u128,
    extra: Option<Box<Extra>>,
    prefix: u8,
    pub(crate) kind: ResourceKind,
    roles: u8,
}

#[derive(Debug, Default)]
pub(crate) struct Extra {
    pub(crate) identifier: Option<Identifier>,
    pub(crate) intended_use: Option<IntendedUse>,
    pub(crate) standards: Vec<StandardsSet>,
    pub(crate) dependencies: Vec<Identifier>,
    pub(crate) entry_file: Option<PackagePath>,
    pub(crate) files: Vec<PackagePath>,
}

impl Extra {
    fn is_empty(&self) -> bool {
        self.identifier.is_none()
            && self.intended_use.is_none()
            && self.standards.is_empty()
            && self.dependencies.is_empty()
            && self.files.is_empty()
            && self.entry_file.is_none()
    }
}

impl Entry {
    pub(crate) fn new(
        identifier: &Identifier,
        kind: ResourceKind,
        roles: &[EndUserRole],
        mut extra: Extra,
    ) -> Self {
        let (prefix, hash) = match identifier.as_derived() {
            Some(derived) => derived,
            None => {
                extra.identifier = Some(identifier.clone());
                (0, identifier.fingerprint())
            }
        };
        let bit = |role: &EndUserRole| match role {
            EndUserRole::Learner => 1,
            EndUserRole::Instructor => 2,
            EndUserRole::Mentor => 4,
        };
        Self {
            hash,
            prefix,
            kind,
            roles: roles.iter().map(bit).fold(0, |bits, bit| bits | bit),
            extra: (!extra.is_empty()).then(|| Box::new(extra)),
        }
    }

    pub(crate) fn identifier(&self) -> Identifier {
        self.extra()
            .and_then(|extra| extra.identifier.clone())
            .unwrap_or_else(|| Identifier::from_derived(self.prefix, self.hash))
    }

    pub(crate) fn extra(&self) -> Option<&Extra> {
        self.extra.as_deref()
    }

    pub(crate) fn roles(&self) -> Vec<EndUserRole> {
        EndUserRole::ALL
            .into_iter()
            .zip([1, 2, 4])
            .filter(|(_, bit)| self.roles & bit != 0)
            .map(|(role, _)| role)
            .collect()
    }

    pub(crate) fn files(&self) -> &[PackagePath] {
        self.extra().map(|extra| extra.files.as_slice()).unwrap_or_default()
    }

    pub(crate) fn dependencies(&self) -> &[Identifier] {
        self.extra().map(|extra| extra.dependencies.as_slice()).unwrap_or_default()
    }

    /// Where the descriptor of this resource is put: a folder of its own, as the layout rules of 1.1 have it.
    pub(crate) fn descriptor_path(&self) -> String {
        let file = match self.kind {
            ResourceKind::LtiLink => "/lti.xml",
            ResourceKind::WebLink => "/weblink.xml",
            _ => "/topic.xml",
        };
        self.identifier().folder() + file
    }
}

/// What an identifier of the cartridge names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Other,
    Resource(ResourceKind),
}

/// All identifiers of the cartridge, by fingerprint.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<u128, Named>);

impl Names {
    pub(crate) fn add(&mut self, identifier: &Identifier, named: Named) -> Result<(), WriteError> {
        match self.0.insert(identifier.fingerprint(), named) {
            None => Ok(()),
            Some(_) => Err(WriteError::DuplicateIdentifier(identifier.clone())),
        }
    }

    pub(crate) fn kind(&self, fingerprint: u128) -> Option<ResourceKind> {
        match self.0.get(&fingerprint) {
            Some(Named::Resource(kind)) => Some(*kind),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 48, "{}", size_of::<Entry>());
    }
}
