//! The types and the words of blocks that apply or may carry manifests.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::provider;
use crate::readers::manifest::{can_carry_manifests, has_mirror_word, manifest_type_of, names_mirrors};
use terraform_eval::address::{Mode, ResourceName};

/// Whether a block applies or may carry manifests, by its type.
pub(super) fn has_manifests(name: &ResourceName) -> bool {
    manifest_type_of(name).is_some() || can_carry_manifests(name) || is_external(name)
}

/// Whether a text of configuration may have a block that carries manifests, or that is left of a mirror.
pub(crate) fn may_carry_manifests(text: &str) -> bool {
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    has_carrier_words(text)
        || (has_mirror_word(text) && has(provider::IMAGE_MIRROR) && (has("moved") || has("removed")))
}

/// Whether a text has the words of a block that may carry manifests, whatever its type.
pub(super) fn has_carrier_words(text: &str) -> bool {
    has_provisioner(text) || names_mirrors(text)
}

/// Whether a text has a block that runs commands.
pub(super) fn has_provisioner(text: &str) -> bool {
    static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("provisioner"));
    WORD.find(text.as_bytes()).is_some()
}

/// Whether a block is a data source that runs a command.
pub(super) fn is_external(name: &ResourceName) -> bool {
    name.mode == Mode::Data && &*name.kind == "external"
}
