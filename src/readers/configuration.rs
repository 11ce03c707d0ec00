//! Configuration, evaluated and read into the model.

mod block_reader;
mod editability;
mod insertion_points;
mod list_edits;
mod mirror_block;
mod provenance;
mod reference_counts;
mod registry_sources;
pub(crate) mod related_blocks;
pub(crate) mod root_module;
