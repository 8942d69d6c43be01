//! What is wrong with something, all at once.

use std::fmt;

/// All faults of something; never empty. An error says them one after the other; code and section are those of the first.
///
/// ```
/// use lti_types::{Claim, ClaimFault, ClaimProblem, Faults};
///
/// let roles = ClaimFault::new(Claim::Roles, ClaimProblem::Missing);
/// assert!(Faults::<ClaimFault>::check(Vec::new()).is_ok());
/// let faults = Faults::check(vec![roles]).unwrap_err();
/// assert_eq!(faults.first().code(), roles.code());
/// assert_eq!(faults.as_slice(), [roles]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults<F> {
    /// Beside the list: a list cannot say that it is not empty.
    first: F,
    all: Vec<F>,
}

impl<F: Clone> Faults<F> {
    /// `Ok` when there is no fault.
    ///
    /// # Errors
    /// The faults, in the order in which they are given: the one that explains most should be the first.
    pub fn check(faults: Vec<F>) -> Result<(), Self> {
        match faults.first().cloned() {
            None => Ok(()),
            Some(first) => Err(Self { first, all: faults }),
        }
    }

    /// The same, sorted, and each once.
    ///
    /// # Errors
    /// The faults.
    pub fn check_sorted(mut faults: Vec<F>) -> Result<(), Self>
    where
        F: Ord,
    {
        faults.sort_unstable();
        faults.dedup();
        Self::check(faults)
    }
}

impl<F> Faults<F> {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[F] {
        &self.all
    }

    /// The first, whose code and section stand for all.
    #[must_use]
    pub fn first(&self) -> &F {
        &self.first
    }
}

impl<F: Clone> From<F> for Faults<F> {
    fn from(fault: F) -> Self {
        Self { first: fault.clone(), all: vec![fault] }
    }
}

impl<F: fmt::Display> fmt::Display for Faults<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.all.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl<F: fmt::Debug + fmt::Display> std::error::Error for Faults<F> {}
