//! Where an image is pulled from: the entry that matches, the pull sources in the order in which nodes try them, and where
//! a pull fails before anything is contacted.

mod cluster_resolver;
mod image_list;
mod image_resolution;
mod node_options;
mod signature_policies;

pub(crate) use cluster_resolver::ClusterResolver;
pub(crate) use image_list::{ImageList, parse_image_list};
pub(crate) use image_resolution::{Attempts, ImageResolution, PolicyDenial, PullOutcome};
pub(crate) use node_options::NodeOptions;
pub(crate) use signature_policies::SignatureCheck;
