//! Ten thousand tokens of every algorithm, good and bad, before this crate and before `jsonwebtoken`: each verdict
//! must be the same.

use jsonwebtoken as reference;
use lti_jwks::{Algorithm, JwkSet, Rules, SigningKey, UnsignedJwt, VerifyingKeys};
use serde_json::{Value, json};

use crate::algorithms::KEYS;
use crate::differential::Random;
use crate::sender::*;

/// Tokens that are compared.
const TOKENS: usize = 10_000;
/// Tokens that are signed; the others are made from them, since signing is what takes time.
const SIGNED: usize = 480;

fn reference_algorithm(algorithm: Algorithm) -> reference::Algorithm {
    algorithm.as_str().parse().unwrap()
}

/// One peer as both know it: a key, and the one algorithm it is believed with.
struct Peer {
    ours: (VerifyingKeys, Rules),
    theirs: (reference::DecodingKey, reference::Validation),
}

impl Peer {
    fn of(key: &SigningKey) -> Self {
        let mut rules = Rules::new(ISSUER, CLIENT);
        rules.algorithms = vec![key.algorithm()];
        rules.danger_kid_optional_with_one_key = true;
        // Without `alg`, so that rules alone choose.
        let jwk = without(serde_json::to_value(key.public_jwk()).unwrap(), "alg");
        let set = JwkSet::parse(jwk.to_string().as_bytes()).unwrap();
        let mut validation = reference::Validation::new(reference_algorithm(key.algorithm()));
        validation.set_audience(&[CLIENT]);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // It reads the machine's clock, so times are compared in `times`.
        validation.validate_exp = false;
        let reference_key = reference::DecodingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).unwrap();
        Self { ours: (VerifyingKeys::from_jwk_set(&set), rules), theirs: (reference_key, validation) }
    }

    fn we_accept(&self, token: &str) -> bool {
        outcome(token, &self.ours.0, &self.ours.1) == "accepted"
    }

    fn they_accept(&self, token: &str) -> bool {
        reference::decode::<Value>(token, &self.theirs.0, &self.theirs.1).is_ok()
    }
}

/// Claims, one time in three with something wrong about them.
fn claims(random: &mut Random) -> Value {
    let p = payload();
    match random.below(24) {
        0 => with(p, "iss", json!("https://lms.example/")),
        1 => with(p, "iss", json!("")),
        2 => without(p, "iss"),
        3 => with(p, "aud", json!("client-2")),
        4 => with(p, "aud", json!(["client-2"])),
        5 => with(p, "aud", json!([])),
        6 => without(p, "aud"),
        7 => without(p, "exp"),
        8 => with(p, "aud", json!([CLIENT])),
        9 => with(p, "custom", json!("ü\u{1F600}\"\\/\n".repeat(random.below(40)))),
        10 => with(p, "roles", json!(["a", {"b": [null, 1.5, true]}])),
        _ => with(p, "nonce", json!(random.below(1_000_000))),
    }
}

fn signed_by_reference(key: &SigningKey, claims: &Value) -> String {
    let pem = key.to_pkcs8_pem().unwrap();
    let mut header = reference::Header::new(reference_algorithm(key.algorithm()));
    header.kid = Some(key.key_id().to_string());
    let encoding = if key.algorithm().curve().is_some() {
        reference::EncodingKey::from_ec_pem(pem.as_bytes())
    } else {
        reference::EncodingKey::from_rsa_pem(pem.as_bytes())
    };
    reference::encode(&header, claims, &encoding.unwrap()).unwrap()
}

/// The token with one thing done to it that somebody might try.
fn changed(token: &str, other: &str, random: &mut Random) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let others: Vec<&str> = other.split('.').collect();
    let alphabet = "ABCXYZabcxyz0189-_.=+/ ";
    let character = alphabet.chars().nth(random.below(alphabet.len())).unwrap();
    let mut characters: Vec<char> = token.chars().collect();
    let position = random.below(characters.len());
    let of = |header: &str, payload: &str, signature: &str| format!("{header}.{payload}.{signature}");
    match random.below(10) {
        0 | 1 => {
            characters[position] = character;
            characters.into_iter().collect()
        }
        2 => {
            characters.insert(position, character);
            characters.into_iter().collect()
        }
        3 => {
            characters.remove(position);
            characters.into_iter().collect()
        }
        4 => of(others[0], parts[1], parts[2]),
        5 => of(parts[0], others[1], parts[2]),
        6 => of(parts[0], parts[1], others[2]),
        7 => {
            let names =
                ["none", "HS256", "RS256", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384", "EdDSA"];
            let name = names[random.below(names.len())];
            of(&encode(json!({"alg": name, "typ": "JWT", "kid": "x"}).to_string()), parts[1], parts[2])
        }
        8 => {
            let claims = with(payload(), "sub", json!("somebody else"));
            of(parts[0], &encode(claims.to_string()), parts[2])
        }
        _ => of(parts[0], parts[1], ""),
    }
}

#[test]
fn ten_thousand_tokens() {
    let mut random = Random(3);
    let peers: Vec<Peer> = KEYS.iter().map(Peer::of).collect();
    assert_eq!(peers.len(), Algorithm::ALL.len());
    let signed: Vec<String> = (0..SIGNED)
        .map(|index| {
            let key = &KEYS[index % KEYS.len()];
            let claims = claims(&mut random);
            if random.below(2) == 0 {
                UnsignedJwt::new(&claims).unwrap().sign(key).unwrap()
            } else {
                signed_by_reference(key, &claims)
            }
        })
        .collect();
    let (mut accepted, mut refused) = (0, 0);
    for index in 0..TOKENS {
        let original = random.below(SIGNED);
        let token = if index % 3 == 0 {
            signed[original].clone()
        } else {
            changed(&signed[original], &signed[random.below(SIGNED)], &mut random)
        };
        // Mostly the peer it is from, and now and then another.
        let of = if random.below(8) == 0 { random.below(peers.len()) } else { original % peers.len() };
        let verdict = peers[of].we_accept(&token);
        assert_eq!(verdict, peers[of].they_accept(&token), "token {index}: {token}");
        if verdict { accepted += 1 } else { refused += 1 }
    }
    assert!(accepted > 1_500 && refused > 6_000, "{accepted} accepted, {refused} refused");
    println!("{accepted} accepted, {refused} refused, by both");
}
