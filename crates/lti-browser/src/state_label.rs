//! A short name for a state: the same for cookies and platform storage.

use lti_types::State;

/// 128 bits of the state in hexadecimal (FNV-1a): legal in a cookie's name whatever the state holds, and the same
/// on every machine and in every release. It need not resist collisions: what it names is compared with the
/// secret of the pending launch, so two states with one name disturb each other at worst.
pub(crate) fn state_label(state: &State) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash =
        state.as_str().bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

/// The key under which the platform's frame keeps the secret.
pub(crate) fn storage_key(state: &State) -> String {
    format!("lti_{}", state_label(state))
}

#[cfg(test)]
mod tests {
    use lti_types::State;

    use super::state_label;

    #[test]
    fn known_values() {
        // Published FNV-1a test vectors.
        assert_eq!(state_label(&State::new("a").unwrap()), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(state_label(&State::new("foobar").unwrap()), "343e1662793c64bf6f0d3597ba446f18");
        assert_ne!(
            state_label(&State::new("state-1").unwrap()),
            state_label(&State::new("state-2").unwrap())
        );
    }
}
