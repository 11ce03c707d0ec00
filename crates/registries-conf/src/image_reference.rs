//! Image references: `[host/]path[:tag][@digest]`, parsed as in `docker/reference`.

use std::fmt;

use crate::digest::{DigestError, is_digest_like, validate_digest};
use crate::docker_hub::split_docker_domain;
use crate::grammar::{is_path, is_registry};

/// Maximum length of an image name, without tag and digest (`NameTotalLengthMax`).
pub const MAX_IMAGE_NAME_LENGTH: usize = 255;

/// The tag of a name that has neither a tag nor a digest (`TagNameOnly`).
const DEFAULT_TAG: &str = "latest";

/// Maximum length of a tag (`TagRegexp` in `docker/reference`).
const MAX_TAG_LENGTH: usize = 128;

/// A full image reference: with its host, and with `library/` if it is an official image of Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    name: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is not a valid image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// The text does not have the form of a reference.
    Format,
    /// An uppercase letter in the path, or in the only component.
    Uppercase,
    /// The name has more than [`MAX_IMAGE_NAME_LENGTH`] characters.
    TooLong,
    /// 64 hexadecimal digits, which are always the ID of an image.
    ImageId,
    /// The digest is invalid.
    Digest(DigestError),
    /// The reference is valid, but not the full form that is required.
    NotCanonical,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => formatter.write_str("invalid image reference"),
            Self::Uppercase => {
                formatter.write_str("invalid image name: uppercase letters are not allowed after the host")
            }
            Self::TooLong => write!(
                formatter,
                "invalid image name: longer than {MAX_IMAGE_NAME_LENGTH} characters"
            ),
            Self::ImageId => formatter.write_str("invalid image name: 64 hexadecimal digits are an image ID"),
            Self::Digest(error) => error.fmt(formatter),
            Self::NotCanonical => {
                formatter.write_str("not a full image name that begins with a registry host")
            }
        }
    }
}

impl std::error::Error for ReferenceError {}

impl ImageReference {
    /// Parses a reference as it may occur in a pod: `nginx` becomes `docker.io/library/nginx`,
    /// `index.docker.io` becomes `docker.io` (`ParseNormalizedNamed`).
    pub fn parse_normalized(text: &str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::ImageId);
        }
        let (host, path) = split_docker_domain(text);
        let name = path.split(':').next().unwrap_or(&path);
        if name.chars().any(char::is_uppercase) {
            return Err(ReferenceError::Uppercase);
        }
        Self::parse(&format!("{host}/{path}"))
    }

    /// Parses a reference that already has to have its full form, such as a rewritten one (`ParseNamed`).
    pub fn parse_canonical(text: &str) -> Result<Self, ReferenceError> {
        let reference = Self::parse_normalized(text)?;
        if reference.to_string() == text {
            Ok(reference)
        } else {
            Err(ReferenceError::NotCanonical)
        }
    }

    fn parse(text: &str) -> Result<Self, ReferenceError> {
        let parts = Parts::parse(text)?;
        Ok(Self {
            name: parts.name.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// Adds the tag or digest of another name to a name that has none.
    pub(crate) fn with_tag_and_digest(mut self, tag: Option<&str>, digest: Option<&str>) -> Self {
        self.tag = tag.map(str::to_owned);
        self.digest = digest.map(str::to_owned);
        self
    }

    /// The name without tag and digest, which sources are matched against.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text after the colon that follows the name.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The reference as the container runtime pulls it: CRI-O drops a tag beside a digest, and a name without
    /// either has the tag `latest`.
    #[must_use]
    pub fn as_pulled(mut self) -> Self {
        match (&self.digest, &self.tag) {
            (Some(_), _) => self.tag = None,
            (None, None) => self.tag = Some(DEFAULT_TAG.to_owned()),
            (None, Some(_)) => {}
        }
        self
    }

    /// The text after the `@`. If there is a digest, the container runtime pulls by it and ignores the tag.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

/// Writes a reference with the parts that it has.
pub(crate) fn write_reference(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    tag: Option<&str>,
    digest: Option<&str>,
) -> fmt::Result {
    formatter.write_str(name)?;
    if let Some(tag) = tag {
        write!(formatter, ":{tag}")?;
    }
    if let Some(digest) = digest {
        write!(formatter, "@{digest}")?;
    }
    Ok(())
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_reference(formatter, &self.name, self.tag.as_deref(), self.digest.as_deref())
    }
}

/// A reference split at `@` and `:`. Names and tags do not contain `@`, tags do not contain slashes and paths do
/// not contain colons, so these are the parts that the expression of `docker/reference` gives.
pub(crate) struct Parts<'a> {
    pub(crate) name: &'a str,
    pub(crate) tag: Option<&'a str>,
    pub(crate) digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Parses a reference without normalizing it (`Parse`).
    pub(crate) fn parse(text: &'a str) -> Result<Self, ReferenceError> {
        let parts = Self::split(text);
        if !parts.are_well_formed() {
            let lowercase = text.to_lowercase();
            return Err(if Parts::split(&lowercase).are_well_formed() {
                ReferenceError::Uppercase
            } else {
                ReferenceError::Format
            });
        }
        if parts.name.len() > MAX_IMAGE_NAME_LENGTH {
            return Err(ReferenceError::TooLong);
        }
        if let Some(digest) = parts.digest {
            validate_digest(digest).map_err(ReferenceError::Digest)?;
        }
        Ok(parts)
    }

    /// Whether the name begins with a registry: a host with a dot or a port, or `localhost`.
    pub(crate) fn has_registry(&self) -> bool {
        let Some((host, path)) = self.name.split_once('/') else {
            return false;
        };
        // What is not a host is a component of the path: `a_b.c/app`.
        is_registry(host) && is_path(path) && (host.contains(['.', ':']) || host == "localhost")
    }

    fn split(text: &'a str) -> Self {
        let (named, digest) = text
            .split_once('@')
            .map_or((text, None), |(named, digest)| (named, Some(digest)));
        let last_component = named.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = named[last_component..].find(':').map_or((named, None), |colon| {
            let colon = last_component + colon;
            (&named[..colon], Some(&named[colon + 1..]))
        });
        Self { name, tag, digest }
    }

    fn are_well_formed(&self) -> bool {
        let is_host_and_path = self
            .name
            .split_once('/')
            .is_some_and(|(host, rest)| is_registry(host) && is_path(rest));
        (is_host_and_path || is_path(self.name))
            && self.tag.is_none_or(is_tag)
            && self.digest.is_none_or(is_digest_like)
    }
}

/// A letter, digit or underscore, followed by any number of those, dots and hyphens.
fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= MAX_TAG_LENGTH
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests;
