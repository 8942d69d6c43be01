//! Keys for an LMS or a tool: made, converted, named, rotated, and checked.
//!
//! `cargo run --example keys -- --help`

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use lti_jwks::{
    Algorithm, Curve, Jwk, JwkSet, KeyId, KeyLookupError, KeySchedule, RotationRule, RsaSize, ScheduleError,
    SigningKey, SigningKeys, VerifyingKey, VerifyingKeys,
};
use serde_json::{Value, value::RawValue};
use zeroize::Zeroizing;

/// Makes, converts, names, rotates and checks signing keys for LTI.
///
/// Private keys are written with mode 0600 and are never overwritten without --force. `-` is standard input or
/// output. Exit status: 0 done, 1 a check failed, 2 wrong usage or unusable input.
#[derive(Parser)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a new private key. RSA of 2048 bits unless told otherwise: what every LTI platform and tool accepts.
    Generate {
        #[command(flatten)]
        kind: Kind,
        #[command(flatten)]
        naming: Naming,
        /// How to write it.
        #[arg(long, value_enum, default_value = "pkcs8")]
        to: Format,
        #[command(flatten)]
        output: Output,
    },
    /// Write a key in another format. From a private key, any; from a public key, the public ones.
    Convert {
        /// A private or public key: PEM (PKCS#8, PKCS#1, SEC 1, SPKI) or JWK.
        input: PathBuf,
        #[command(flatten)]
        naming: Naming,
        /// How to write it.
        #[arg(long, value_enum)]
        to: Format,
        #[command(flatten)]
        output: Output,
    },
    /// Print the RFC 7638 thumbprint, which is the name (kid) of a key that was given no other.
    Thumbprint {
        /// A private or public key, PEM or JWK.
        input: PathBuf,
    },
    /// Rotate a ring of keys: publish a new one now, sign with it when every cache has it, remove the old one when
    /// its last token has expired. Run it as often as keys are to change, and the day after with --no-new-key; a ring
    /// whose last rotation is under way is left as it is.
    Rotate {
        /// The ring: one JSON file with the schedule and the private keys. Made when it does not exist.
        ring: PathBuf,
        #[command(flatten)]
        kind: Kind,
        /// Also write the key set to serve now, to this file.
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// Only destroy what is retired, write the key set, and print the plan; publish no new key.
        #[arg(long)]
        no_new_key: bool,
        /// The keys have fallen into wrong hands: withdraw all now and sign with a new one at once.
        #[arg(long, conflicts_with = "no_new_key")]
        compromised: bool,
        /// How long others may cache the key set, in hours (24 for a new ring; else the ring's own).
        #[arg(long, value_name = "HOURS")]
        cache_hours: Option<u16>,
        /// The longest lifetime of a token, in minutes (60 for a new ring; else the ring's own).
        #[arg(long, value_name = "MINUTES")]
        token_minutes: Option<u16>,
        /// Act as if it were this time (RFC 3339).
        #[arg(long, value_name = "TIME")]
        at: Option<DateTime<Utc>>,
    },
    /// Check that a key set and a private key belong together: what is signed with the key is believed by whoever
    /// has the set.
    Check {
        /// The key set, as served.
        jwks: PathBuf,
        /// The private key, PEM or JWK.
        key: PathBuf,
        /// The key's name, when its file does not say it (PEM never does). Else the thumbprint, or whichever key of
        /// the set is the same.
        #[arg(long, allow_hyphen_values = true)]
        kid: Option<KeyId>,
    },
}

#[derive(Args)]
struct Kind {
    /// An RSA key of this many bits.
    #[arg(long, value_name = "BITS", value_parser = ["2048", "3072", "4096"], conflicts_with = "ec")]
    rsa: Option<String>,
    /// An EC key on this curve, for peers known to accept ES256 or ES384.
    #[arg(long, value_name = "CURVE", value_parser = ["P-256", "P-384"])]
    ec: Option<String>,
}

#[derive(Args)]
struct Naming {
    /// The key's name (kid); its thumbprint unless given.
    #[arg(long, allow_hyphen_values = true)]
    kid: Option<KeyId>,
    /// The algorithm it is for; RS256, ES256 or ES384 by its type unless given.
    #[arg(long, value_name = "ALG", value_parser = algorithm)]
    alg: Option<Algorithm>,
}

#[derive(Args)]
struct Output {
    /// The file to write; standard output unless given.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Overwrite it when it exists.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Private, `BEGIN PRIVATE KEY`.
    Pkcs8,
    /// Private, `BEGIN RSA PRIVATE KEY`; RSA only.
    Pkcs1,
    /// Private, `BEGIN EC PRIVATE KEY`; EC only.
    Sec1,
    /// Private JWK.
    Jwk,
    /// Public, `BEGIN PUBLIC KEY`: for platforms where a key is pasted.
    PublicPem,
    /// Public JWK.
    PublicJwk,
    /// Public key set of this one key.
    Jwks,
}

/// What went wrong, in one line.
pub(crate) enum Failure {
    /// Exit 1.
    Check(String),
    /// Exit 2.
    Input(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Input(error.to_string())
    }
}

#[allow(dead_code, reason = "the tests take this file in as a module")]
fn main() -> ExitCode {
    let outcome = run(&Arguments::parse(), &mut io::stdout().lock());
    let (text, code) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Check(text)) => (text, 1),
        Err(Failure::Input(text)) => (text, 2),
    };
    eprintln!("keys: {text}");
    ExitCode::from(code)
}

pub(crate) fn run(arguments: &Arguments, console: &mut dyn Write) -> Result<(), Failure> {
    match &arguments.command {
        Command::Generate { kind, naming, to, output } => {
            write_key(&Key::Private(Box::new(naming.apply(kind.generate()?)?)), *to, output, console)
        }
        Command::Convert { input, naming, to, output } => {
            let key = match read_key(input)? {
                Key::Private(key) => Key::Private(Box::new(naming.apply(*key)?)),
                Key::Public(key) => Key::Public(naming.apply_public(key)?),
            };
            write_key(&key, *to, output, console)
        }
        Command::Thumbprint { input } => Ok(writeln!(console, "{}", read_key(input)?.public().thumbprint())?),
        Command::Rotate { ring, kind, jwks, no_new_key, compromised, cache_hours, token_minutes, at } => {
            let now = at.unwrap_or_else(|| std::time::SystemTime::now().into());
            let waits = (*cache_hours, *token_minutes);
            let turn = match () {
                () if *compromised => Turn::ReplaceAll,
                () if *no_new_key => Turn::CleanUp,
                () => Turn::Next,
            };
            rotate(ring, kind, jwks.as_deref(), turn, waits, now, console)
        }
        Command::Check { jwks, key, kid } => check(jwks, key, kid.as_ref(), console),
    }
}

impl Kind {
    fn generate(&self) -> Result<SigningKey, Failure> {
        Ok(match (self.rsa.as_deref(), self.ec.as_deref()) {
            (_, Some("P-384")) => SigningKey::generate_ec(Curve::P384)?,
            (_, Some(_)) => SigningKey::generate_ec(Curve::P256)?,
            (Some("4096"), _) => SigningKey::generate_rsa(RsaSize::Rsa4096)?,
            (Some("3072"), _) => SigningKey::generate_rsa(RsaSize::Rsa3072)?,
            _ => SigningKey::generate_rsa(RsaSize::Rsa2048)?,
        })
    }
}

impl Naming {
    fn apply(&self, mut key: SigningKey) -> Result<SigningKey, Failure> {
        if let Some(algorithm) = self.alg {
            key = key.with_algorithm(algorithm)?;
        }
        if let Some(kid) = &self.kid {
            key = key.with_key_id(kid.clone());
        }
        Ok(key)
    }

    fn apply_public(&self, mut key: VerifyingKey) -> Result<VerifyingKey, Failure> {
        if let Some(algorithm) = self.alg {
            key = key.only_with(algorithm)?;
        }
        let kid = self.kid.clone().or_else(|| key.key_id().cloned()).unwrap_or_else(|| key.thumbprint());
        Ok(key.with_key_id(kid))
    }
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
        format!("one of {}", names.join(", "))
    })
}

enum Key {
    Private(Box<SigningKey>),
    Public(VerifyingKey),
}

impl Key {
    fn public(&self) -> &VerifyingKey {
        match self {
            Self::Private(key) => key.verifying_key(),
            Self::Public(key) => key,
        }
    }
}

/// The key in a file, whichever half it is.
fn read_key(path: &Path) -> Result<Key, Failure> {
    let text = read_text(path)?;
    let of = |error: &dyn std::fmt::Display| Failure::Input(format!("{}: {error}", path.display()));
    let error = match SigningKey::parse(&text) {
        Ok(key) => return Ok(Key::Private(Box::new(key))),
        Err(error) => error,
    };
    match error.code() {
        "pem_is_public_key" => VerifyingKey::from_pem(&text).map(Key::Public).map_err(|error| of(&error)),
        "jwk_is_public" => {
            let jwk: Jwk = serde_json::from_str(&text)?;
            VerifyingKey::from_jwk(&jwk).map(Key::Public).map_err(|error| of(&error))
        }
        _ => Err(of(&error)),
    }
}

fn read_private(path: &Path) -> Result<SigningKey, Failure> {
    SigningKey::parse(&read_text(path)?)
        .map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
}

fn read_text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let of = |error: &dyn std::fmt::Display| Failure::Input(format!("{}: {error}", path.display()));
    /// No key, ring or key set is longer. Room for all of it at once, so that growing leaves no copy of a key behind.
    const MOST: usize = 2 * 1024 * 1024;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let most = MOST as u64 + 1;
    if path == Path::new("-") {
        io::stdin().take(most).read_to_end(&mut bytes).map_err(|error| of(&error))?;
    } else {
        File::open(path)
            .and_then(|file| file.take(most).read_to_end(&mut bytes))
            .map_err(|error| of(&error))?;
    }
    if bytes.len() > MOST {
        return Err(of(&"the file is longer than 2 MiB"));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(of(&"the file is binary, perhaps DER; `openssl pkey -inform DER` makes PEM of it")),
    }
}

fn write_key(key: &Key, to: Format, output: &Output, console: &mut dyn Write) -> Result<(), Failure> {
    let text = match (to, key) {
        (Format::Pkcs8, Key::Private(key)) => key.to_pkcs8_pem()?,
        (Format::Pkcs1, Key::Private(key)) => key.to_pkcs1_pem()?,
        (Format::Sec1, Key::Private(key)) => key.to_sec1_pem()?,
        (Format::Jwk, Key::Private(key)) => key.to_private_jwk()?,
        (Format::Pkcs8 | Format::Pkcs1 | Format::Sec1 | Format::Jwk, Key::Public(_)) => {
            return Err(Failure::Input("a public key cannot become a private one".into()));
        }
        (Format::PublicPem, _) => Zeroizing::new(key.public().to_pem()),
        (Format::PublicJwk, _) => pretty(&key.public().to_jwk())?,
        (Format::Jwks, _) => pretty(&JwkSet::new([key.public().to_jwk()]))?,
    };
    let public = matches!(to, Format::PublicPem | Format::PublicJwk | Format::Jwks);
    if output.out == Path::new("-") {
        return Ok(writeln!(console, "{}", text.trim_end())?);
    }
    let replacement = Replacement::begin(&output.out, if public { 0o644 } else { 0o600 })?;
    // Looked at once nobody else can write, and as a link too, wherever it leads.
    if !output.force && is_there(&output.out)? {
        let path = output.out.display();
        return Err(Failure::Input(format!("{path} exists; --force overwrites it")));
    }
    replacement.finish(text.trim_end())
}

/// Whether there is anything of that name. What cannot be told is an error, not a no.
fn is_there(path: &Path) -> Result<bool, Failure> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::Input(format!("{}: {error}", path.display()))),
    }
}

fn pretty(value: &impl serde::Serialize) -> Result<Zeroizing<String>, Failure> {
    Ok(Zeroizing::new(serde_json::to_string_pretty(value)?))
}

/// A new version of a file, written beside it and put in its place at once: whoever reads sees the old one or the
/// new one, whole. Two writers cannot have one at a time.
struct Replacement {
    target: PathBuf,
    beside: PathBuf,
    file: Option<File>,
}

impl Replacement {
    fn begin(target: &Path, mode: u32) -> Result<Self, Failure> {
        let name = target.file_name().ok_or_else(|| Failure::Input("no file name".into()))?;
        if fs::symlink_metadata(target).is_ok_and(|found| !found.is_file()) {
            return Err(Failure::Input(format!(
                "{}: is no plain file, and is not replaced",
                target.display()
            )));
        }
        let beside = target.with_file_name(format!(".{}.new", name.to_string_lossy()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let file = options.open(&beside).map_err(|error| {
            let path = beside.display();
            Failure::Input(match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    format!("{path} exists: somebody else is writing, or was interrupted; then remove it")
                }
                _ => format!("{path}: {error}"),
            })
        })?;
        Ok(Self { target: target.to_owned(), beside, file: Some(file) })
    }

    fn finish(mut self, text: &str) -> Result<(), Failure> {
        let mut file = self.file.take().ok_or_else(|| Failure::Input("written twice".into()))?;
        let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
        let placed = written.and_then(|()| fs::rename(&self.beside, &self.target));
        placed.map_err(|error| {
            let _ = fs::remove_file(&self.beside);
            Failure::Input(format!("{}: {error}", self.target.display()))
        })
    }
}

impl Drop for Replacement {
    /// Not finished: nothing has happened.
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = fs::remove_file(&self.beside);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Next,
    CleanUp,
    ReplaceAll,
}

fn rotate(
    path: &Path,
    kind: &Kind,
    jwks: Option<&Path>,
    turn: Turn,
    (cache_hours, token_minutes): (Option<u16>, Option<u16>),
    now: DateTime<Utc>,
    console: &mut dyn Write,
) -> Result<(), Failure> {
    // Before reading, so that of two rotations at once one is refused; and both before anything is made, so that no
    // key is in force whose key set cannot be written.
    let replacement = Replacement::begin(path, 0o600)?;
    let same = |other: &Path| other == path || fs::canonicalize(other).ok() == fs::canonicalize(path).ok();
    if jwks.is_some_and(|jwks| jwks == path || is_there(jwks).unwrap_or(true) && same(jwks)) {
        return Err(Failure::Input("--jwks names the ring itself".into()));
    }
    let published = jwks.map(|jwks| Replacement::begin(jwks, 0o644)).transpose()?;
    let change = |rule: &mut RotationRule| {
        rule.cache_lifetime = cache_hours.map_or(rule.cache_lifetime, |hours| TimeDelta::hours(hours.into()));
        rule.token_lifetime =
            token_minutes.map_or(rule.token_lifetime, |wait| TimeDelta::minutes(wait.into()));
    };
    let mut gone = Vec::new();
    let ring = if is_there(path)? {
        let mut ring = read_ring(path, now, &change)?;
        gone = ring.destroy_retired(now);
        let rotated = match turn {
            Turn::CleanUp => Ok(()),
            Turn::ReplaceAll => ring.replace_compromised(kind.generate()?, now),
            // Known before a key is made, which takes a while.
            Turn::Next => match ring.schedule().keys().last() {
                Some(last) if now < last.signs_from => Ok(()),
                _ => ring.rotate(kind.generate()?, now),
            },
        };
        rotated?;
        ring
    } else if turn == Turn::Next {
        let mut rule = RotationRule::default();
        change(&mut rule);
        SigningKeys::new(rule, kind.generate()?, now)?
    } else {
        return Err(Failure::Input(format!("{}: there is no such ring", path.display())));
    };
    let (private, public) = (ring_text(&ring)?, pretty(&ring.public_jwk_set(now))?);
    replacement.finish(&private)?;
    if let Some(published) = published {
        published.finish(&public)?;
    }
    for key_id in gone {
        writeln!(console, "destroyed {key_id}")?;
    }
    let signing = ring.schedule().signing(now).map_or("none", KeyId::as_str);
    write!(console, "signing with {signing}\n{}", ring.schedule().plan(now))?;
    Ok(())
}

/// A ring's file: `{"schedule": …, "keys": [private JWK, …]}`.
#[derive(serde::Deserialize)]
struct RingFile<'a> {
    schedule: KeySchedule,
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

fn read_ring(
    path: &Path,
    now: DateTime<Utc>,
    change: &dyn Fn(&mut RotationRule),
) -> Result<SigningKeys, Failure> {
    let of = |text: &dyn std::fmt::Display| Failure::Input(format!("{}: {text}", path.display()));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions());
        if mode & 0o077 != 0 {
            return Err(of(&format_args!(
                "others can read the private keys in it (mode {:03o}); chmod 600, and rotate with --compromised",
                mode & 0o777
            )));
        }
    }
    let text = read_text(path)?;
    let file: RingFile<'_> = serde_json::from_str(&text).map_err(|error| {
        of(&format_args!("not a ring of keys: line {}, column {}", error.line(), error.column()))
    })?;
    let mut schedule = file.schedule;
    let mut rule = schedule.rule();
    change(&mut rule);
    schedule.set_rule(rule)?;
    let keys: Result<Vec<_>, _> =
        file.keys.iter().map(|jwk| SigningKey::from_private_jwk(jwk.get())).collect();
    let keys = keys.map_err(|error| of(&error))?;
    SigningKeys::from_parts(schedule, keys, now).map_err(|error: ScheduleError| of(&error))
}

fn ring_text(ring: &SigningKeys) -> Result<Zeroizing<String>, Failure> {
    let schedule = serde_json::to_string_pretty(ring.schedule())?;
    // Room for all of it, so that growing leaves no copy of a key behind.
    let mut text = Zeroizing::new(String::with_capacity(schedule.len() + 64 + 16 * 1024 * ring.keys().len()));
    text.push_str("{\"schedule\": ");
    text.push_str(&schedule);
    text.push_str(",\n\"keys\": [");
    for (index, key) in ring.keys().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&key.to_private_jwk()?);
    }
    text.push_str("\n]}");
    Ok(text)
}

fn check(jwks: &Path, key: &Path, kid: Option<&KeyId>, console: &mut dyn Write) -> Result<(), Failure> {
    let text = read_text(jwks)?;
    let set = JwkSet::parse(text.as_bytes())
        .map_err(|error| Failure::Input(format!("{}: {error}", jwks.display())))?;
    // Reading drops private members; whoever fetches the set would not.
    let raw: Value = serde_json::from_str(&text).unwrap_or_default();
    let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    if raw
        .get("keys")
        .unwrap_or(&Value::Null)
        .as_array()
        .into_iter()
        .flatten()
        .any(|key| private.iter().any(|member| key.get(member).is_some()))
    {
        return Err(Failure::Check("the set publishes a private key; withdraw it at once".to_owned()));
    }
    let key = read_private(key)?;
    let keys = VerifyingKeys::from_jwk_set(&set);
    for skipped in keys.skipped() {
        let kid = skipped.key_id.as_ref().map_or("without kid", KeyId::as_str);
        writeln!(console, "note: key {kid} of the set cannot be used: {}", skipped.reason)?;
    }
    let thumbprint = key.verifying_key().thumbprint();
    let same = keys.iter().find(|other| other.thumbprint() == thumbprint);
    let kid = kid.cloned().or_else(|| same.and_then(|key| key.key_id().cloned()));
    let kid = kid.unwrap_or_else(|| key.key_id().clone());
    let found = keys.find(&kid).map_err(|error| {
        Failure::Check(match (error, same) {
            (KeyLookupError::Unknown, Some(_)) => "the key is in the set, but without this kid".to_owned(),
            (KeyLookupError::Unknown, None) => {
                format!("the set has no key {kid}, nor this key by another name")
            }
            (error, _) => format!("key {kid}: {error}"),
        })
    })?;
    if found.thumbprint() != thumbprint {
        return Err(Failure::Check(format!("key {kid} of the set is another key")));
    }
    if !found.algorithms().contains(&key.algorithm()) {
        let named: Vec<&str> = found.algorithms().iter().map(|algorithm| algorithm.as_str()).collect();
        let (ours, theirs) = (key.algorithm(), named.join(", "));
        return Err(Failure::Check(format!("key {kid} of the set is for {theirs}, and signs {ours}")));
    }
    // Numbers that are equal could still be damaged in the same way; a signature tells.
    let message: Value = serde_json::json!({"iss": "check", "aud": "check", "iat": 0, "exp": 60});
    let token = lti_jwks::UnsignedJwt::new(&message)?.sign(&key.with_key_id(kid.clone()))?;
    let mut rules = lti_jwks::Rules::new("check", "check");
    rules.algorithms = found.algorithms().to_vec();
    let verified = lti_jwks::UnverifiedJwt::parse(&token)?.verify::<lti_jwks::RegisteredClaims>(
        &keys,
        &rules,
        DateTime::UNIX_EPOCH,
    );
    let verified = verified.map_err(|error| Failure::Check(format!("key {kid}: {error}")))?;
    Ok(writeln!(console, "they belong together: key {kid}, {}", verified.algorithm())?)
}
