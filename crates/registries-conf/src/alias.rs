//! Aliases of short names: the table `[aliases]` of `registries.conf` and of its drop-ins.

use std::collections::BTreeMap;
use std::fmt;

use crate::image_reference::{ImageReference, Parts, ReferenceError};

/// The aliases of a node. A later file replaces aliases of an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases {
    by_name: BTreeMap<String, Alias>,
}

/// What a short name is an alias of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The image, without tag and digest. `None` if a file takes an alias of another file back.
    pub target: Option<ImageReference>,
    /// The file with the alias.
    pub file: String,
}

/// Why the container runtime rejects an alias. No image at all can be pulled then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasError {
    /// The short name or its image, whichever is invalid.
    pub text: String,
    /// What is wrong with it.
    pub cause: AliasErrorCause,
}

/// What is wrong with an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AliasErrorCause {
    /// It is not a reference.
    Reference(ReferenceError),
    /// It has a tag.
    Tag,
    /// It has a digest.
    Digest,
    /// The short name has a registry.
    Registry,
    /// The image has no registry.
    NoRegistry,
}

impl fmt::Display for AliasError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "alias {:?}: ", self.text)?;
        match &self.cause {
            AliasErrorCause::Reference(error) => error.fmt(formatter),
            AliasErrorCause::Tag => formatter.write_str("a tag is not allowed"),
            AliasErrorCause::Digest => formatter.write_str("a digest is not allowed"),
            AliasErrorCause::Registry => formatter.write_str("a short name has no registry"),
            AliasErrorCause::NoRegistry => formatter.write_str("the image has no registry"),
        }
    }
}

impl std::error::Error for AliasError {}

impl Aliases {
    /// Checks the aliases of a file (`newShortNameAliasCache`). An empty image takes an alias back.
    pub fn from_table(table: &BTreeMap<String, String>, file: &str) -> Result<Self, AliasError> {
        let mut by_name = BTreeMap::new();
        for (name, image) in table {
            let is_registry = |text: &str| parse_repository(text).map(|parts| parts.has_registry());
            if is_registry(name)? {
                return Err(error(name, AliasErrorCause::Registry));
            }
            let target = if image.is_empty() {
                None
            } else if is_registry(image)? {
                let reference = ImageReference::parse_normalized(image)
                    .map_err(|cause| error(image, AliasErrorCause::Reference(cause)))?;
                Some(reference)
            } else {
                return Err(error(image, AliasErrorCause::NoRegistry));
            };
            let file = file.to_owned();
            by_name.insert(name.clone(), Alias { target, file });
        }
        Ok(Self { by_name })
    }

    /// Adds the aliases of a later file.
    pub fn update(&mut self, later: Self) {
        self.by_name.extend(later.by_name);
    }

    /// The short names with their images, without those that a file takes back.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let aliases = self.by_name.iter();
        aliases.filter_map(|(name, alias)| Some((name.as_str(), alias.target.as_ref()?.name())))
    }

    /// The image that a short name without tag and digest is an alias of, with the file that says so.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(&ImageReference, &str)> {
        let alias = self.by_name.get(name)?;
        Some((alias.target.as_ref()?, &alias.file))
    }
}

fn error(text: &str, cause: AliasErrorCause) -> AliasError {
    AliasError {
        text: text.to_owned(),
        cause,
    }
}

/// A reference without tag and digest.
fn parse_repository(text: &str) -> Result<Parts<'_>, AliasError> {
    let parts = Parts::parse(text).map_err(|cause| error(text, AliasErrorCause::Reference(cause)))?;
    if parts.digest.is_some() {
        return Err(error(text, AliasErrorCause::Digest));
    }
    if parts.tag.is_some() {
        return Err(error(text, AliasErrorCause::Tag));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(table: &[(&str, &str)], file: &str) -> Result<Aliases, AliasErrorCause> {
        let table = table
            .iter()
            .map(|(name, image)| ((*name).to_owned(), (*image).to_owned()));
        Aliases::from_table(&table.collect(), file).map_err(|error| error.cause)
    }

    #[test]
    fn later_files_replace_aliases_and_take_them_back() {
        let mut all = aliases(
            &[("nginx", "docker.io/nginx"), ("ubi8", "quay.io/ubi8")],
            "000.conf",
        )
        .unwrap();
        all.update(aliases(&[("ubi8", ""), ("org/app", "quay.io/org/app")], "001.conf").unwrap());
        let find = |name: &str| all.find(name).map(|(image, file)| format!("{image} in {file}"));
        assert_eq!(find("nginx").unwrap(), "docker.io/library/nginx in 000.conf");
        assert_eq!(find("org/app").unwrap(), "quay.io/org/app in 001.conf");
        assert_eq!(find("ubi8"), None);
        assert_eq!(find("other"), None);
    }

    #[test]
    fn both_sides_have_neither_tag_nor_digest_and_only_the_image_has_a_registry() {
        let digest = format!("quay.io/nginx@sha256:{}", "0".repeat(64));
        for (name, image, cause) in [
            ("nginx:1", "quay.io/nginx", AliasErrorCause::Tag),
            ("quay.io/nginx", "quay.io/nginx", AliasErrorCause::Registry),
            ("nginx", "quay.io/nginx:1", AliasErrorCause::Tag),
            ("nginx", &digest, AliasErrorCause::Digest),
            ("nginx", "nginx", AliasErrorCause::NoRegistry),
            ("nginx", "org/nginx", AliasErrorCause::NoRegistry),
            (
                "",
                "quay.io/nginx",
                AliasErrorCause::Reference(ReferenceError::Format),
            ),
        ] {
            assert_eq!(aliases(&[(name, image)], "f"), Err(cause), "{name} = {image}");
        }
    }
}
