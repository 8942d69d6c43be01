//! The `Authorization` header of OAuth 1.0 (RFC 5849 §3.5.1).

use crate::{OAuthError, Parameters, encoding};

/// The longest header that is read, in bytes.
const MAX: usize = 16 * 1024;

/// Writes the parameters; without a realm, which nobody asks for.
pub(crate) fn write(parameters: &Parameters) -> String {
    let pairs: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{}=\"{}\"", encoding::encode(name), encoding::encode(value)))
        .collect();
    format!("OAuth {}", pairs.join(", "))
}

/// Reads the parameters, but for the realm, which is not signed.
pub(crate) fn read(header: &str) -> Result<Parameters, OAuthError> {
    let header = header.trim();
    if header.len() > MAX || !header.is_ascii() {
        return Err(OAuthError::Header);
    }
    let (scheme, mut rest) = header.split_once(' ').ok_or(OAuthError::Header)?;
    if !scheme.eq_ignore_ascii_case("OAuth") {
        return Err(OAuthError::Header);
    }
    let mut parameters = Parameters::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(parameters);
        }
        // A realm may hold commas; what is between quotes is one value.
        let (name, quoted) = rest.split_once('=').ok_or(OAuthError::Header)?;
        let quoted = quoted.trim_start().strip_prefix('"').ok_or(OAuthError::Header)?;
        let (value, after) = quoted.split_once('"').ok_or(OAuthError::Header)?;
        let name = encoding::decode(name.trim()).ok_or(OAuthError::Header)?;
        if !name.eq_ignore_ascii_case("realm") {
            parameters.push(name, encoding::decode(value).ok_or(OAuthError::Header)?);
        }
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(rest) => rest,
            None if after.is_empty() => after,
            None => return Err(OAuthError::Header),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::{OAuthError, Parameters};

    #[test]
    fn both_directions() {
        let parameters: Parameters =
            [("oauth_nonce", "a b&\"é"), ("oauth_version", "1.0"), ("x,y", "")].into_iter().collect();
        let header = write(&parameters);
        assert_eq!(header, r#"OAuth oauth_nonce="a%20b%26%22%C3%A9", oauth_version="1.0", x%2Cy="""#);
        assert_eq!(read(&header), Ok(parameters));
    }

    #[test]
    fn realms_and_blanks() {
        let read = read("oauth realm=\"a, b=c\",oauth_version = \"1.0\" ,\toauth_nonce=\"n\"").unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), [("oauth_version", "1.0"), ("oauth_nonce", "n")]);
    }

    #[test]
    fn what_is_no_such_header() {
        for header in [
            "",
            "OAuth",
            "Bearer a=\"b\"",
            "OAuth a",
            "OAuth a=b",
            "OAuth a=\"b",
            "OAuth a=\"b\" c=\"d\"",
            "OAuth a=\"%ff\"",
            "OAuth a=\"é\"",
        ] {
            assert_eq!(read(header), Err(OAuthError::Header), "{header}");
        }
        assert_eq!(read(&format!("OAuth a=\"{}\"", "b".repeat(16 * 1024))), Err(OAuthError::Header));
    }
}
