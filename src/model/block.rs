//! What stands in blocks besides the values of their arguments: the same for all instances of a block.
//!
//! Only configuration says this. In a plan there is nothing of it: Terraform made it of configuration that
//! it had accepted, and records no places.

use terraform_eval::source::Span;

use super::trace::TraceStep;

/// What a mirror's block says besides its arguments.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MirrorBlock {
    /// Arguments and blocks that `rhcs_image_mirror` does not have.
    pub unsupported: Vec<Unsupported>,
    /// The entries of `lifecycle.ignore_changes`; `all` is one.
    pub ignore_changes: Vec<TraceStep>,
    /// Where `source` is taken out of a list by `count.index`, in the block or in a module call around it.
    pub count_index: Option<Span>,
    /// What the module calls around it leave out.
    pub missing_inputs: Vec<MissingInputs>,
    /// Where an argument can be added; none in JSON, and in a block of one line.
    pub argument_insertion: Option<ArgumentInsertion>,
    /// Where an entry can be added to its `depends_on`; none unless that is a list that is spelled out.
    pub dependency_insertion: Option<ElementInsertion>,
}

/// Something in a block that its resource type does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// What it is.
    pub kind: UnsupportedKind,
    /// Its name.
    pub name: String,
    /// The name as it is written.
    pub name_span: Span,
    /// The whole of it, with the lines that it has for itself; none where it shares them.
    pub lines: Option<Span>,
    /// The argument that was meant: it has nearly this name, and is not there itself.
    pub suggestion: Option<&'static str>,
}

/// What it is that a resource type does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedKind {
    /// An argument.
    Argument,
    /// An attribute that the provider sets.
    ReadOnly,
    /// A nested block.
    Block,
}

/// The required inputs that a module call leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingInputs {
    /// The module call, as Terraform names it, without instance keys.
    pub call: String,
    /// The call's header.
    pub span: Span,
    /// The variables without a value.
    pub names: Vec<String>,
}

/// A place where an argument can be added to a block, on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentInsertion {
    /// An empty span behind the last thing in the block.
    pub at: Span,
    /// What has to stand between that and the argument: a line break and the indentation.
    pub prefix: String,
}

/// A place where an element can be added to a list, behind the last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementInsertion {
    /// An empty span where a comma has to be added, if a comment stands between that and the new element.
    pub comma: Option<Span>,
    /// An empty span for the element.
    pub at: Span,
    /// What has to stand before it.
    pub prefix: String,
    /// What has to stand behind it: a comma, where the last one has one.
    pub suffix: &'static str,
    /// Whether a reference is written as a string: in JSON.
    pub quoted: bool,
}
