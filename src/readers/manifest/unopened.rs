//! Places that name a mirror set and that the reader cannot open.

use std::fmt;

use crate::model::{Hides, SkipReason, Skipped, UnknownReasons};
use terraform_eval::source::Span;

/// Text that declares a mirror set as far as its words tell, but that the reader cannot open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unopened {
    /// The first line of the text.
    pub(crate) span: Span,
    /// What the text is in.
    pub(crate) kind: WrapperKind,
}

impl Unopened {
    /// Whether it is a whole file or document that is a template.
    pub(crate) fn is_template(&self) -> bool {
        matches!(self.kind, WrapperKind::Template | WrapperKind::Ytt)
    }

    /// What is reported of it. `name` is the name of the file, or the address of a resource.
    pub(crate) fn skipped(&self, name: &str) -> Skipped {
        let message = format!("a mirror set that cannot be read: it is in {}", self.kind);
        let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
        skipped.span = Some(self.span);
        let help = match self.kind {
            WrapperKind::Template => {
                "render the template first, for example with `helm template`, and check the output"
            }
            WrapperKind::Ytt => "render the template first with `ytt`, and check the output",
            WrapperKind::Encrypted => "decrypt the file first with `sops decrypt`, and check the output",
            _ => "check the manifest that results from it",
        };
        skipped.help = Some(help.to_owned());
        if let WrapperKind::UnknownPart(_) = self.kind {
            skipped.hides = Hides::Certainly;
        }
        skipped
    }
}

/// What a mirror set that could not be opened is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WrapperKind {
    /// A file or document that is a template, such as one of a Helm chart, and not YAML.
    Template,
    /// A file that is a template of ytt, whose instructions are comments of YAML.
    Ytt,
    /// An object whose values are encrypted with SOPS.
    Encrypted,
    /// `object-templates-raw` of a `ConfigurationPolicy`, which is a template.
    RawObjectTemplates,
    /// A list or an object that a parameter without a value stands for.
    Parameter,
    /// A string that is not a manifest, in an object of this kind or outside of an object.
    Text(Option<String>),
    /// A patch in an object of this kind.
    Patch(String),
    /// More wrappers in each other than are opened.
    TooDeep,
    /// A `Template` whose parameters expand to more text than is read.
    TooLarge,
    /// A list or an object of a mirror set that Terraform does not know.
    UnknownPart(UnknownReasons),
    /// An object that Terraform does not know, so that it may be a mirror set.
    UnknownObject(UnknownReasons),
}

impl fmt::Display for WrapperKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template => f.write_str("a template, which is not valid YAML"),
            Self::Ytt => f.write_str("a template of ytt"),
            Self::Encrypted => f.write_str("an object that is encrypted with SOPS"),
            Self::RawObjectTemplates => f.write_str("`object-templates-raw`, which is a template"),
            Self::Parameter => f.write_str("a parameter without a value"),
            Self::Text(Some(kind)) => write!(f, "a string in an object of the kind {kind:?}"),
            Self::Text(None) => f.write_str("a string"),
            Self::Patch(kind) => write!(f, "a patch in an object of the kind {kind:?}"),
            Self::TooDeep => f.write_str("too many objects within each other"),
            Self::TooLarge => f.write_str("a `Template` whose parameters expand to too much text"),
            Self::UnknownPart(reasons) => write!(f, "a list or an object that is unknown: {reasons}"),
            Self::UnknownObject(reasons) => write!(f, "an object that is unknown: {reasons}"),
        }
    }
}
