//! Comments, and what each of them applies to: the line or the block on or above which it is.

mod comment;
mod json;
mod native;
mod yaml;

pub use comment::Comment;

use crate::source::FileId;
use crate::syntax::document::Format;

/// The comments of a configuration file whose text contains `word`; in JSON, the strings under `"//"`.
#[must_use]
pub fn comments(file: FileId, text: &str, format: Format, word: &str) -> Vec<Comment> {
    if !text.contains(word) {
        return Vec::new();
    }
    match format {
        Format::Json => json::comments(file, text, word),
        Format::Native => native::comments(file, text, word),
    }
}

/// The comments of a YAML file whose text contains `word`.
#[must_use]
pub fn yaml_comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    if !text.contains(word) {
        return Vec::new();
    }
    yaml::comments(file, text, word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// Each comment's subject, empty if it has none, and the text without the comment.
    fn read(text: &str, format: Format) -> Vec<(String, String)> {
        let mut sources = Sources::new();
        let file = sources.add("a", text);
        let comments = comments(file, text, format, "note:");
        let describe = |comment: Comment| {
            let mut remaining = text.to_owned();
            remaining.replace_range(comment.removal.range(), "");
            (
                comment
                    .subject
                    .map_or_else(String::new, |span| sources.slice(span).to_owned()),
                remaining,
            )
        };
        comments.into_iter().map(describe).collect()
    }

    fn subjects(text: &str) -> Vec<String> {
        let comments = read(text, Format::Native).into_iter();
        comments.map(|(subject, _)| subject).collect()
    }

    #[test]
    fn a_comment_applies_to_its_line_or_the_one_below() {
        assert_eq!(subjects("a = 1 # note: x\nb = 2\n"), ["a = 1 # note: x"]);
        assert_eq!(subjects("# note: x\na = 1\nb = 2\n"), ["a = 1"]);
        assert_eq!(subjects("# note: x\n\n// more\na = 1\n"), [""]);
        assert_eq!(subjects("# note: x\n// more\n  a = 1\n"), ["a = 1"]);
        assert_eq!(subjects("/* note: x */ a = 1\n"), ["a = 1"]);
        assert_eq!(subjects("a = 1\n# note: x"), [""]);
    }

    #[test]
    fn above_or_in_the_header_of_a_block_a_comment_applies_to_the_block() {
        let block = "r \"a\" {\n  b = \"}\" // }\n}";
        assert_eq!(subjects(&format!("# note: x\r\n{block}\nc = 1\n")), [block]);
        let text = "r {# note: x\n  b = [\n    1, // note: y\n    2,\n  ]\n}\nc = 1";
        assert_eq!(
            subjects(text),
            [
                "r {# note: x\n  b = [\n    1, // note: y\n    2,\n  ]\n}",
                "1, // note: y"
            ]
        );
    }

    #[test]
    fn comment_delimiters_in_strings_are_ignored() {
        assert_eq!(
            subjects("a = \"# note: x\"\nb = <<E\n# note: y\nE\n"),
            [] as [&str; 0]
        );
        assert_eq!(
            subjects("a = \"${b /* note: x */}\"\n"),
            ["a = \"${b /* note: x */}\""]
        );
    }

    #[test]
    fn removing_a_comment_keeps_the_code() {
        let without = |text| read(text, Format::Native).remove(0).1;
        assert_eq!(without("a = 1 # note: x\nb = 2\n"), "a = 1\nb = 2\n");
        assert_eq!(without("{\n  # note: x\r\n  a = 1\n}\n"), "{\n  a = 1\n}\n");
        assert_eq!(without("/* note: x */ a = 1\n"), "a = 1\n");
        assert_eq!(without("# note: x"), "");
    }

    #[test]
    fn in_json_a_comment_applies_to_the_object_that_contains_it() {
        let text = r#"{"a": {"b": {"//": "note: x", "c": 1}}}"#;
        assert_eq!(
            read(text, Format::Json),
            [(
                r#""b": {"//": "note: x", "c": 1}"#.to_owned(),
                r#"{"a": {"b": {"c": 1}}}"#.to_owned()
            )]
        );
        let text = r#"{"a": [{"c": 1, "//": ["more", "note: x"]}]}"#;
        assert_eq!(
            read(text, Format::Json),
            [(
                r#""a": [{"c": 1, "//": ["more", "note: x"]}]"#.to_owned(),
                r#"{"a": [{"c": 1, "//": ["more"]}]}"#.to_owned()
            )]
        );
        let text = r#"{"c": 1, "//": "note: x"}"#;
        assert_eq!(
            read(text, Format::Json),
            [(text.to_owned(), r#"{"c": 1}"#.to_owned())]
        );
    }
}
