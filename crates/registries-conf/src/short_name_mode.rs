//! What happens to a short name that stands for several images.

/// The short-name mode. `short_name_mode` of `crio.conf` sets the one of CRI-O, where `short-name-mode` of
/// `registries.conf` has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortNameMode {
    /// All images are tried in order. OpenShift has this mode, except for the first releases of 4.21.
    Disabled,
    /// As `Disabled`, unless a terminal can ask a user.
    Permissive,
    /// A name that stands for several images is an error.
    Enforcing,
}

impl ShortNameMode {
    /// The mode with a name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "disabled" => Some(Self::Disabled),
            "permissive" => Some(Self::Permissive),
            "enforcing" => Some(Self::Enforcing),
            _ => None,
        }
    }
}
