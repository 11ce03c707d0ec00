//! What a tool that fills mirrors copies: an `ImageSetConfiguration` of oc-mirror.

use terraform_eval::source::{FileId, Span};

/// The images that one file has copied, as far as it names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageSet {
    /// The name of the file.
    pub name: String,
    /// The images that it names.
    pub images: Vec<SetImage>,
    /// Whether it has images copied that only catalogs or charts name.
    pub has_unnamed: bool,
}

impl ImageSet {
    /// The same, with its places in another file of the same text.
    #[must_use]
    pub(crate) fn in_file(mut self, file: FileId, name: &str) -> Self {
        name.clone_into(&mut self.name);
        for image in &mut self.images {
            image.span.file = file;
        }
        self
    }

    /// Adds what another document of the file has copied.
    pub(crate) fn extend(&mut self, other: Self) {
        self.images.extend(other.images);
        self.has_unnamed |= other.has_unnamed;
    }
}

/// An image that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetImage {
    /// The image as it is written, or the repository that the images of a release channel are in.
    pub name: String,
    /// What names it.
    pub span: Span,
    /// What it is.
    pub kind: SetImageKind,
}

/// The kinds of images that are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetImageKind {
    /// One of `additionalImages`, or a release by its digest.
    Image,
    /// The images of a release channel, which nodes pull by digest.
    Release,
    /// The catalog of operators. What it lists is not known.
    Catalog,
}
