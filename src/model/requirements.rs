//! What a user says beyond the inputs: the pull secret of the nodes, the policy of the organization, and the images that
//! are in use.

use std::sync::Arc;

use globset::GlobSet;
use registries_conf::AuthFile;
use terraform_eval::source::Span;

use super::image_set::ImageSet;
use super::scope_list::ScopeList;

/// What a user says beyond the inputs.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// The pull secret of the nodes. `None` if it is not known.
    pub pull_secret: Option<Arc<PullSecret>>,
    /// The policy of the organization.
    pub policy: Option<Policy>,
    /// The images that are in use. `None` if they are not known.
    pub images: Option<Arc<Vec<String>>>,
    /// The patterns of images for whose mirrors pods get the credentials of their namespace, of all inputs.
    pub credential_images: Arc<[String]>,
    /// What is copied to mirrors, as far as it is known.
    pub image_sets: Arc<[ImageSet]>,
}

/// The pull secret of the nodes, without its secrets.
#[derive(Debug, Clone, Default)]
pub struct PullSecret {
    /// The names of its files.
    pub name: String,
    /// Its keys.
    pub file: AuthFile,
}

impl PullSecret {
    /// A key in quotes, for messages.
    #[must_use]
    pub fn shown(key: &str) -> String {
        format!("{:?}", Self::shown_plain(key))
    }

    /// A key. A user and a password in front of its host are left out.
    #[must_use]
    pub fn shown_plain(key: &str) -> String {
        let (scheme, rest) = match key.split_once("://") {
            Some((scheme, rest)) => (format!("{scheme}://"), rest),
            None => (String::new(), key),
        };
        let (host, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        match host.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}…@{host}{path}"),
            None => key.to_owned(),
        }
    }
}

/// The policy of an organization: `[policy]` in the configuration file. A value has the place where it is set.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The name that findings show.
    pub name: Option<String>,
    /// What findings tell in addition: who to ask, where the policy is.
    pub message: Option<String>,
    /// The clusters that the policy is for. `None` for all of them.
    pub clusters: Option<GlobSet>,
    /// The registries or namespaces that mirrors must be in. Empty if they may be anywhere.
    pub mirror_registries: ScopeList,
    /// The smallest number of mirrors of a source.
    pub min_mirrors: Option<usize>,
    /// The sources that must be mirrored.
    pub required_sources: Vec<(String, Span)>,
    /// The sources that must not be mirrored.
    pub denied_sources: ScopeList,
    /// Registries or namespaces in the order in which mirrors in them must be tried.
    pub mirror_order: ScopeList,
    /// Whether nodes must never contact a source.
    pub never_contact_source: bool,
}
