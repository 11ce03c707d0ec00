//! Reads the documents of a text that declare mirrors.

use terraform_eval::source::FileId;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml;

use crate::readers::manifest::document::ManifestDocument;
use crate::readers::manifest::error::ManifestReadError;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::objects::collect_documents;

/// Reads the documents of a text that declare mirrors or have registry settings. It is an error if there are none.
pub(crate) fn read_manifests(file: FileId, text: &str) -> Result<Vec<ManifestDocument>, ManifestReadError> {
    let nodes = yaml::documents(file, text).map_err(|error| explain_template(error, text));
    let nodes = nodes.map_err(ManifestReadError::Syntax)?;
    let text = ManifestText::new(text);
    let mut documents = Vec::new();
    for node in &nodes {
        collect_documents(node, text, &mut documents).map_err(ManifestReadError::Syntax)?;
    }
    if documents.is_empty() {
        return Err(ManifestReadError::NoManifest);
    }
    Ok(documents)
}

/// Replaces the error in a text that is a template by one that says so.
fn explain_template(error: SyntaxError, text: &str) -> SyntaxError {
    if !text.contains("{{") {
        return error;
    }
    SyntaxError::new(error.span, "the file is a template, not valid YAML".to_owned())
        .help("render the template first, for example with `helm template`, and pass the output")
}
