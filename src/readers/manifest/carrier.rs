//! Blocks of Terraform that declare mirrors in a form that is not read.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::readers::manifest::resource_types::names_mirror_set;

/// How a block carries manifests, or creates mirrors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    HelmRelease,
    Documents,
    Commands,
    Other,
}

impl Carrier {
    /// What is not read.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::HelmRelease => "a Helm chart with a mirror set, which is not rendered",
            Self::Documents => "documents with a mirror set, which are not read here",
            Self::Commands => "commands that declare image mirrors, which are not run",
            Self::Other => "a block that declares image mirrors, which is not read here",
        }
    }

    /// What to do to have it checked.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::HelmRelease => "render the chart with `helm template`, and check the output",
            Self::Documents => "check the files that the documents are in",
            Self::Commands => {
                "check the manifest that the commands apply, or declare the mirrors as `rhcs_image_mirror`"
            }
            Self::Other => {
                "check the manifest that results from it, or declare the mirrors as `rhcs_image_mirror`"
            }
        }
    }
}

/// Parts of the words by which [`names_mirrors`] recognizes a text: one of them is in each.
pub(crate) const MIRROR_WORDS: [&[u8]; 2] = [b"irror", b"ImageContentSource"];

/// Whether a text has one of the [`MIRROR_WORDS`].
pub(crate) fn has_mirror_word(text: &str) -> bool {
    static WORDS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| MIRROR_WORDS.map(Finder::new));
    WORDS.iter().any(|word| word.find(text.as_bytes()).is_some())
}

/// Whether a text names a mirror set, or creates mirrors in OpenShift Cluster Manager: by the command `rosa`, or at the path of
/// its API.
pub(crate) fn names_mirrors(text: &str) -> bool {
    static WAYS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| ["create image-mirror", "/image_mirrors"].map(Finder::new));
    let creates_mirrors = || WAYS.iter().any(|way| way.find(text.as_bytes()).is_some());
    has_mirror_word(text) && (names_mirror_set(text) || creates_mirrors())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_that_names_mirrors_has_one_of_the_words() {
        for text in [
            "kind: ImageDigestMirrorSet",
            "kind: ImageTagMirrorSet",
            "kind: ImageContentSourcePolicy",
            "rosa create image-mirror --cluster=a",
            "curl https://api.openshift.com/api/clusters_mgmt/v1/clusters/a/image_mirrors",
        ] {
            assert!(names_mirrors(text), "{text}");
            assert!(has_mirror_word(text), "{text}");
        }
        assert!(!names_mirrors("a mirror of quay.io"));
        assert!(!has_mirror_word("an image of quay.io"));
    }
}
