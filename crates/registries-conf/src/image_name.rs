//! Image names as pods have them: full, or short. A short name has no registry, and stands for several images.

use std::fmt;

use crate::image_reference::{ImageReference, Parts, ReferenceError, write_reference};

/// An image name as a pod has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageName {
    /// A name with a registry, as the container runtime pulls it.
    Full(ImageReference),
    /// A name without a registry.
    Short(ShortName),
}

/// A name without a registry: `nginx`, `library/nginx:1.25`, `org/app@sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortName {
    name: String,
    tag: Option<String>,
    digest: Option<String>,
}

impl ImageName {
    /// Parses a name (`parseUnnormalizedShortName` of containers/image). Whether a name is short depends on the
    /// form of its first component, not on its letters: `Org/app` and `a_b.c/app` are short names.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let parts = Parts::parse(text)?;
        if parts.has_registry() {
            return ImageReference::parse_normalized(text).map(|reference| Self::Full(reference.as_pulled()));
        }
        Ok(Self::Short(ShortName {
            name: parts.name.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        }))
    }
}

impl ShortName {
    /// The name without tag and digest, which aliases are looked up by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The image of this name in a registry.
    pub fn in_registry(&self, registry: &str) -> Result<ImageReference, ReferenceError> {
        ImageReference::parse_normalized(&format!("{registry}/{self}")).map(ImageReference::as_pulled)
    }

    /// The image with the name that an alias has for this one.
    #[must_use]
    pub(crate) fn at_alias(&self, target: &ImageReference) -> ImageReference {
        let reference = target.clone();
        reference
            .with_tag_and_digest(self.tag.as_deref(), self.digest.as_deref())
            .as_pulled()
    }
}

impl fmt::Display for ShortName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_reference(formatter, &self.name, self.tag.as_deref(), self.digest.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_dot_or_a_port_in_a_valid_host_makes_a_full_name() {
        for (text, full) in [
            ("quay.io/org/app", "quay.io/org/app:latest"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/nginx:1", "docker.io/library/nginx:1"),
            ("localhost/app", "localhost/app:latest"),
            ("registry:5000/app", "registry:5000/app:latest"),
        ] {
            let ImageName::Full(reference) = ImageName::parse(text).unwrap() else {
                panic!("{text} is short");
            };
            assert_eq!(reference.to_string(), full);
        }
        let text = format!("quay.io/org/app:v1@{DIGEST}");
        let ImageName::Full(reference) = ImageName::parse(&text).unwrap() else {
            panic!("{text} is short");
        };
        assert_eq!(reference.to_string(), format!("quay.io/org/app@{DIGEST}"));
    }

    #[test]
    fn all_other_names_are_short() {
        // 64 hexadecimal digits are an image ID elsewhere.
        let id = &DIGEST["sha256:".len()..];
        for text in [
            "nginx",
            "nginx:1.25",
            "org/app",
            "docker.io",
            "Org/app",
            "a_b.c/app",
            id,
        ] {
            let Ok(ImageName::Short(name)) = ImageName::parse(text) else {
                panic!("{text} is full");
            };
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn a_short_name_stands_for_an_image_in_each_registry() {
        let image = |text: &str, registry: &str| match ImageName::parse(text) {
            Ok(ImageName::Short(name)) => name.in_registry(registry).map(|reference| reference.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            image("nginx", "docker.io").unwrap(),
            "docker.io/library/nginx:latest"
        );
        assert_eq!(image("nginx:1", "quay.io").unwrap(), "quay.io/nginx:1");
        assert_eq!(
            image(&format!("nginx:1@{DIGEST}"), "quay.io").unwrap(),
            format!("quay.io/nginx@{DIGEST}")
        );
        assert_eq!(image("Org/app", "quay.io"), Err(ReferenceError::Uppercase));
    }
}
