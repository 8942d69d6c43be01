//! As much of DER (X.690) as tells what a key is and takes apart the containers that the backend has accepted.
//!
//! Nothing here judges whether a key is good; that is the backend's to do.

use zeroize::Zeroizing;

use crate::Curve;
use crate::key_numbers::KeyKind;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed: the curve within a SEC 1 key.
const PARAMETERS: u8 = 0xa0;

/// `rsaEncryption` with its NULL (RFC 8017 §A.1), as an AlgorithmIdentifier.
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// `id-ecPublicKey` (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// What an AlgorithmIdentifier says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DerKind {
    Known(KeyKind),
    /// `id-RSASSA-PSS` (RFC 4055 §1.2).
    RsaPss,
    /// Ed25519, Ed448, X25519 or X448 (RFC 8410 §3).
    Edwards,
    /// EC, on a curve that is not ours or spelled out in numbers.
    OtherCurve,
    Other,
}

/// A cursor over the values within a constructed one.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next value, if it has this tag.
    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        if *found != tag {
            return None;
        }
        let (first, mut rest) = rest.split_first()?;
        let len = match first {
            0..=0x7f => usize::from(*first),
            0x81..=0x83 => {
                let (digits, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
                rest = after;
                digits.iter().fold(0, |len, digit| len << 8 | usize::from(*digit))
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        Some(content)
    }

    fn enter(&mut self, tag: u8) -> Option<Self> {
        self.next(tag).map(Self)
    }
}

/// The kind of key within PKCS#8 (RFC 5208 §5); `None` when the bytes are not that.
pub(crate) fn kind_of_pkcs8(der: &[u8]) -> Option<DerKind> {
    let mut info = Reader(der).enter(SEQUENCE)?;
    info.next(INTEGER)?;
    let kind = kind_of_algorithm(&mut info)?;
    info.next(OCTET_STRING)?;
    Some(kind)
}

/// The kind of key within SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); `None` when the bytes are not that.
pub(crate) fn kind_of_spki(der: &[u8]) -> Option<DerKind> {
    let mut info = Reader(der).enter(SEQUENCE)?;
    let kind = kind_of_algorithm(&mut info)?;
    info.next(BIT_STRING)?;
    Some(kind)
}

fn kind_of_algorithm(info: &mut Reader<'_>) -> Option<DerKind> {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
    let mut algorithm = info.enter(SEQUENCE)?;
    Some(match algorithm.next(OBJECT_IDENTIFIER)? {
        RSA => DerKind::Known(KeyKind::Rsa),
        RSA_PSS => DerKind::RsaPss,
        EC_PUBLIC_KEY => named_curve(&mut algorithm),
        [0x2b, 0x65, 0x6e..=0x71] => DerKind::Edwards,
        _ => DerKind::Other,
    })
}

fn named_curve(reader: &mut Reader<'_>) -> DerKind {
    let oid = reader.next(OBJECT_IDENTIFIER);
    let curve = Curve::ALL.into_iter().find(|curve| oid == Some(curve.oid()));
    curve.map_or(DerKind::OtherCurve, |curve| DerKind::Known(KeyKind::Ec(curve)))
}

/// The curve of a SEC 1 private key (RFC 5915 §3). One that names none is on the curve its length suggests.
pub(crate) fn kind_of_sec1(der: &[u8]) -> Option<DerKind> {
    let mut key = Reader(der).enter(SEQUENCE)?;
    key.next(INTEGER)?;
    let scalar = key.next(OCTET_STRING)?;
    Some(match key.enter(PARAMETERS) {
        Some(mut parameters) => named_curve(&mut parameters),
        None => Curve::ALL
            .into_iter()
            .find(|curve| curve.coordinate_len() == scalar.len())
            .map_or(DerKind::OtherCurve, |curve| DerKind::Known(KeyKind::Ec(curve))),
    })
}

/// The key within PKCS#8: PKCS#1 for RSA, SEC 1 for EC.
pub(crate) fn within_pkcs8(der: &[u8]) -> Option<&[u8]> {
    let mut info = Reader(der).enter(SEQUENCE)?;
    info.next(INTEGER)?;
    info.next(SEQUENCE)?;
    info.next(OCTET_STRING)
}

/// The eight numbers of PKCS#1 `RSAPrivateKey` (RFC 8017 §A.1.2): n, e, d, p, q, dp, dq, qi.
pub(crate) fn rsa_private_numbers(der: &[u8]) -> Option<[&[u8]; 8]> {
    let mut key = Reader(der).enter(SEQUENCE)?;
    key.next(INTEGER)?;
    let mut numbers = [&[][..]; 8];
    for number in &mut numbers {
        let content = key.next(INTEGER)?;
        *number = content.strip_prefix(&[0]).unwrap_or(content);
    }
    Some(numbers)
}

/// PKCS#1 `RSAPublicKey` within SubjectPublicKeyInfo.
pub(crate) fn rsa_spki(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = value(SEQUENCE, &[&integer(n), &integer(e)]);
    value(SEQUENCE, &[RSA_ENCRYPTION, &value(BIT_STRING, &[&[0], &key])])
}

/// An uncompressed point within SubjectPublicKeyInfo (RFC 5480 §2).
pub(crate) fn ec_spki(curve: Curve, point: &[u8]) -> Vec<u8> {
    let algorithm = value(
        SEQUENCE,
        &[&value(OBJECT_IDENTIFIER, &[EC_PUBLIC_KEY]), &value(OBJECT_IDENTIFIER, &[curve.oid()])],
    );
    value(SEQUENCE, &[&algorithm, &value(BIT_STRING, &[&[0], point])])
}

/// The fixed-length form (RFC 7518 §3.4) of an ECDSA signature in DER (RFC 3279 §2.2.3); `None` when it is not
/// one, or its numbers are too long for the curve.
pub(crate) fn ecdsa_signature(der: &[u8], curve: Curve) -> Option<Vec<u8>> {
    let mut outer = Reader(der);
    let mut numbers = outer.enter(SEQUENCE)?;
    let mut fixed = Vec::with_capacity(2 * curve.coordinate_len());
    for _ in 0..2 {
        let content = numbers.next(INTEGER)?;
        let digits = content.strip_prefix(&[0]).unwrap_or(content);
        let missing = curve.coordinate_len().checked_sub(digits.len())?;
        fixed.resize(fixed.len() + missing, 0);
        fixed.extend_from_slice(digits);
    }
    (outer.0.is_empty() && numbers.0.is_empty()).then_some(fixed)
}

/// PKCS#1 `RSAPrivateKey` from its numbers, as [`rsa_private_numbers`] reads them.
#[cfg(any(test, all(feature = "rust-crypto-rsa-signing", not(feature = "aws-lc-rs"))))]
pub(crate) fn rsa_private(numbers: [&[u8]; 8]) -> Zeroizing<Vec<u8>> {
    let numbers = numbers.map(|number| Zeroizing::new(integer(number)));
    let mut parts: Vec<&[u8]> = vec![&[INTEGER, 1, 0]];
    parts.extend(numbers.iter().map(|number| number.as_slice()));
    Zeroizing::new(value(SEQUENCE, &parts))
}

/// PKCS#8 around PKCS#1.
#[cfg(any(test, all(feature = "rust-crypto-rsa-signing", not(feature = "aws-lc-rs"))))]
pub(crate) fn rsa_pkcs8(pkcs1: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = Zeroizing::new(value(OCTET_STRING, &[pkcs1]));
    Zeroizing::new(value(SEQUENCE, &[&[INTEGER, 1, 0], RSA_ENCRYPTION, &key]))
}

/// An unsigned number without leading zeros.
fn integer(number: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if number.first().is_none_or(|first| *first >= 0x80) { &[0] } else { &[] };
    value(INTEGER, &[sign, number])
}

/// A value of this tag, of less than 16 MiB. Allocates once, so that no part of a key is left behind.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut der = Vec::with_capacity(len + 5);
    der.push(tag);
    let digits = len.to_be_bytes();
    let significant = digits.get(len.leading_zeros() as usize / 8..).unwrap_or_default();
    if len >= 0x80 {
        der.push(0x80 | significant.len() as u8);
        der.extend_from_slice(significant);
    } else {
        der.push(len as u8);
    }
    for part in parts {
        der.extend_from_slice(part);
    }
    der
}

/// A copy that overwrites itself.
pub(crate) fn secret(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        for (len, head) in [
            (0, &[0x04, 0x00][..]),
            (0x7f, &[0x04, 0x7f]),
            (0x80, &[0x04, 0x81, 0x80]),
            (0xff, &[0x04, 0x81, 0xff]),
            (0x100, &[0x04, 0x82, 0x01, 0x00]),
            (0x1_0000, &[0x04, 0x83, 0x01, 0x00, 0x00]),
        ] {
            let der = value(OCTET_STRING, &[&vec![7; len]]);
            assert!(der.starts_with(head), "{len}");
            assert_eq!(der.len(), head.len() + len);
            assert_eq!(Reader(&der).next(OCTET_STRING).unwrap().len(), len);
            assert!(Reader(der.get(..der.len() - 1).unwrap()).next(OCTET_STRING).is_none());
        }
    }

    #[test]
    fn numbers_survive() {
        let numbers: [&[u8]; 8] = [&[0x80], &[1, 0, 1], &[2], &[3], &[4], &[0xff, 0], &[6], &[7]];
        let pkcs1 = rsa_private(numbers);
        assert_eq!(rsa_private_numbers(&pkcs1), Some(numbers));
        let pkcs8 = rsa_pkcs8(&pkcs1);
        assert_eq!(kind_of_pkcs8(&pkcs8), Some(DerKind::Known(KeyKind::Rsa)));
        assert_eq!(within_pkcs8(&pkcs8), Some(pkcs1.as_slice()));
    }

    #[test]
    fn signatures_get_their_length() {
        let der = |r: &[u8], s: &[u8]| value(SEQUENCE, &[&integer(r), &integer(s)]);
        let fixed = ecdsa_signature(&der(&[1], &[0xff; 32]), Curve::P256).unwrap();
        assert_eq!(fixed.len(), 64);
        assert_eq!((fixed[30], fixed[31], fixed[32]), (0, 1, 0xff));
        assert_eq!(ecdsa_signature(&der(&[1; 33], &[1]), Curve::P256), None);
        assert_eq!(ecdsa_signature(&[der(&[1], &[1]), vec![0]].concat(), Curve::P256), None);
        assert_eq!(ecdsa_signature(&[7; 64], Curve::P256), None);
        assert_eq!(ecdsa_signature(&[], Curve::P384), None);
    }

    #[test]
    fn a_key_that_names_no_curve_is_on_that_of_its_length() {
        let sec1 = |len| value(SEQUENCE, &[&[INTEGER, 1, 1], &value(OCTET_STRING, &[&vec![7; len]])]);
        for curve in Curve::ALL {
            let known = Some(DerKind::Known(KeyKind::Ec(curve)));
            assert_eq!(kind_of_sec1(&sec1(curve.coordinate_len())), known);
        }
        assert_eq!(kind_of_sec1(&sec1(66)), Some(DerKind::OtherCurve));
    }

    #[test]
    fn kinds_of_other_keys_are_told() {
        let of = |oid: &[u8]| {
            let algorithm = value(SEQUENCE, &[&value(OBJECT_IDENTIFIER, &[oid])]);
            let key = value(OCTET_STRING, &[&[7]]);
            kind_of_pkcs8(&value(SEQUENCE, &[&[INTEGER, 1, 0], &algorithm, &key])).unwrap()
        };
        assert_eq!(of(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a]), DerKind::RsaPss);
        for last in 0x6e..=0x71 {
            assert_eq!(of(&[0x2b, 0x65, last]), DerKind::Edwards);
        }
        assert_eq!(of(&[0x2b, 0x65, 0x72]), DerKind::Other);
    }

    #[test]
    fn cut_short_it_is_nothing() {
        let spki = ec_spki(Curve::P256, &[4; 65]);
        assert_eq!(kind_of_spki(&spki), Some(DerKind::Known(KeyKind::Ec(Curve::P256))));
        for len in 0..spki.len() {
            assert_eq!(kind_of_spki(&spki[..len]), None);
            let _ = (kind_of_pkcs8(&spki[..len]), kind_of_sec1(&spki[..len]), within_pkcs8(&spki[..len]));
        }
    }
}
