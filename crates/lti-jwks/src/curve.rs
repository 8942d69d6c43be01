//! Elliptic curves (RFC 7518 §6.2.1.1) and points on them.

use std::fmt;

use crate::{UnusableKey, base64url};

/// A curve that keys for ECDSA lie on (RFC 7518 §6.2.1.1). Each has its algorithm: P-256 goes with ES256, P-384
/// with ES384.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[doc(alias = "crv")]
pub enum Curve {
    /// NIST P-256, which others call prime256v1 or secp256r1.
    #[default]
    P256,
    /// NIST P-384, which others call secp384r1.
    P384,
}

impl Curve {
    pub(crate) const ALL: [Self; 2] = [Self::P256, Self::P384];

    /// The registered name, as in the `crv` member of a key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    /// Bytes of a coordinate, and of a private key.
    pub(crate) const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }

    /// The content of its object identifier (RFC 5480 §2.1.1.1).
    pub(crate) const fn oid(self) -> &'static [u8] {
        match self {
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Two coordinates of the right length. Whether the point is on its curve is for the backend to find.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EcPoint {
    curve: Curve,
    /// SEC 1 §2.3.3, uncompressed: 4, x, y.
    octets: Vec<u8>,
}

impl EcPoint {
    /// From an uncompressed point.
    pub(crate) fn from_octets(curve: Curve, octets: Vec<u8>) -> Result<Self, UnusableKey> {
        if octets.len() == 1 + 2 * curve.coordinate_len() && octets.first() == Some(&4) {
            Ok(Self { curve, octets })
        } else {
            Err(UnusableKey::Rejected)
        }
    }

    /// From the `x` and `y` of a JWK. RFC 7518 §6.2.1.2 wants the full length; a leading zero too many or too few,
    /// as some encoders of big integers have it, is put right.
    pub(crate) fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, UnusableKey> {
        let mut octets = Vec::with_capacity(1 + 2 * curve.coordinate_len());
        octets.push(4);
        for coordinate in [x, y] {
            let zeros = coordinate.iter().take_while(|byte| **byte == 0).count();
            let digits = coordinate.get(zeros..).unwrap_or_default();
            let missing = curve.coordinate_len().checked_sub(digits.len()).ok_or(UnusableKey::Rejected)?;
            octets.resize(octets.len() + missing, 0);
            octets.extend_from_slice(digits);
        }
        Ok(Self { curve, octets })
    }

    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    pub(crate) fn x_base64url(&self) -> String {
        base64url::encode(self.octets.get(1..=self.curve.coordinate_len()).unwrap_or_default())
    }

    pub(crate) fn y_base64url(&self) -> String {
        base64url::encode(self.octets.get(1 + self.curve.coordinate_len()..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_of_other_lengths() {
        let of = |x: &[u8], y: &[u8]| EcPoint::from_coordinates(Curve::P256, x, y).map(|point| point.octets);
        let full = [7; 32];
        let mut padded = vec![0, 0];
        padded.extend(full);
        let mut expected = vec![4];
        expected.extend([7; 64]);
        assert_eq!(of(&full, &full), Ok(expected.clone()));
        assert_eq!(of(&padded, &full), Ok(expected.clone()));
        expected[1] = 0;
        assert_eq!(of(&full[1..], &full), Ok(expected));
        assert_eq!(of(&[7; 33], &full), Err(UnusableKey::Rejected));
        assert_eq!(of(&[7; 48], &[7; 48]), Err(UnusableKey::Rejected));
    }

    #[test]
    fn only_uncompressed_points_of_their_length() {
        let of = |octets: Vec<u8>| EcPoint::from_octets(Curve::P384, octets).is_ok();
        assert!(of([vec![4], vec![1; 96]].concat()));
        for octets in [vec![], vec![4], [vec![2], vec![1; 96]].concat(), [vec![4], vec![1; 64]].concat()] {
            assert!(!of(octets));
        }
    }
}
