//! Image references: `[host/]path[:tag][@digest]`, read as `docker/reference` reads them.

use std::fmt;

use super::digest::{self, DigestError};
use super::grammar::{is_component, is_registry};
use super::hub;

/// Longer names are refused (`NameTotalLengthMax`); tag and digest do not count.
pub const NAME_LIMIT: usize = 255;

/// Longer tags are refused.
const TAG_LIMIT: usize = 128;

/// An image reference in full: with its host, and with `library/` where Docker Hub has that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    name: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// Not of the form of a reference.
    Format,
    /// An upper-case letter in the path, or in the only part.
    UpperCase,
    /// A name of more than [`NAME_LIMIT`] characters.
    TooLong,
    /// 64 hexadecimal digits alone are an image's id, never its name.
    Identifier,
    /// Its digest is not one.
    Digest(DigestError),
    /// Valid, but not written in full, where only a full name will do.
    NotCanonical,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => formatter.write_str("not an image reference"),
            Self::UpperCase => {
                formatter.write_str("invalid image name: uppercase letters are not allowed after the host")
            }
            Self::TooLong => write!(
                formatter,
                "invalid image name: longer than {NAME_LIMIT} characters"
            ),
            Self::Identifier => {
                formatter.write_str("invalid image name: 64 hexadecimal digits are an image id")
            }
            Self::Digest(error) => error.fmt(formatter),
            Self::NotCanonical => {
                formatter.write_str("not a full image name that begins with a registry host")
            }
        }
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// Reads what a pod may name: `nginx` becomes `docker.io/library/nginx`, `index.docker.io` becomes
    /// `docker.io` (`ParseNormalizedNamed`).
    pub fn normalized(text: &str) -> Result<Self, ReferenceError> {
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ReferenceError::Identifier);
        }
        let (host, path) = hub::complete(text);
        let name = path.split(':').next().unwrap_or(&path);
        if name.chars().any(char::is_uppercase) {
            return Err(ReferenceError::UpperCase);
        }
        Self::parse(&format!("{host}/{path}"))
    }

    /// Reads a reference that has to be in full already, as a rewritten one has (`ParseNamed`).
    pub fn canonical(text: &str) -> Result<Self, ReferenceError> {
        let reference = Self::normalized(text)?;
        if reference.to_string() == text {
            Ok(reference)
        } else {
            Err(ReferenceError::NotCanonical)
        }
    }

    fn parse(text: &str) -> Result<Self, ReferenceError> {
        let parts = Parts::of(text);
        if !parts.are_well_formed() {
            let lower = text.to_lowercase();
            return Err(if Parts::of(&lower).are_well_formed() {
                ReferenceError::UpperCase
            } else {
                ReferenceError::Format
            });
        }
        if parts.name.len() > NAME_LIMIT {
            return Err(ReferenceError::TooLong);
        }
        if let Some(text) = parts.digest {
            digest::check(text).map_err(ReferenceError::Digest)?;
        }
        Ok(Self {
            name: parts.name.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// The name without tag and digest: what a mirror's source is compared with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What follows the name's colon.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// What follows the `@`. With a digest the tag does not count: the runtime pulls by digest.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

/// A reference cut at its marks: neither name nor tag holds an `@`, no tag holds a slash, and no path a
/// colon, so the cuts are where the expression of `docker/reference` makes them.
struct Parts<'a> {
    name: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (named, digest) = text
            .split_once('@')
            .map_or((text, None), |(named, digest)| (named, Some(digest)));
        let last = named.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = named[last..].find(':').map_or((named, None), |colon| {
            (&named[..last + colon], Some(&named[last + colon + 1..]))
        });
        Self { name, tag, digest }
    }

    fn are_well_formed(&self) -> bool {
        let path = |path: &str| path.split('/').all(is_component);
        let host_and_path = self
            .name
            .split_once('/')
            .is_some_and(|(host, rest)| is_registry(host) && path(rest));
        (host_and_path || path(self.name))
            && self.tag.is_none_or(is_tag)
            && self.digest.is_none_or(digest::is_digest_like)
    }
}

/// A letter, digit or underscore, then those with dots and hyphens.
pub(super) fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= TAG_LIMIT
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests;
