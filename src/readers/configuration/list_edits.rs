//! How an element is removed from a list, with its comma, so that the rest is still a list.

use std::ops::Range;

/// The range to delete in order to remove an element from its list; `None` if that would break the list. Comments
/// stay.
pub(crate) fn element_removal_range(
    text: &str,
    element: Range<usize>,
    is_json: bool,
) -> Option<Range<usize>> {
    let (before, after) = (&text[..element.start], &text[element.end..]);
    let line_start = indentation(before).map(|blanks| before.len() - blanks.len());
    let gap = after.len() - after.trim_start().len();
    if after[gap..].starts_with(',') {
        // A list with leading commas cannot be edited line by line.
        if !is_json && after[..gap].contains('\n') {
            return None;
        }
        let end = element.end + gap + ",".len();
        return Some(extend_to_line(text, element.start..end, line_start));
    }
    let previous = before.trim_end_matches([' ', '\t']);
    let previous = if is_json { before.trim_end() } else { previous };
    if previous.ends_with(',') {
        return Some(previous.len() - ",".len()..element.end);
    }
    // This is the last element. In native syntax the comma before it may stay.
    let is_first = before.trim_end().ends_with('[');
    (line_start.is_some() && !is_json && !is_first).then(|| extend_to_line(text, element, line_start))
}

/// Extends the range to its line if that has nothing else, else to the blanks after it.
fn extend_to_line(text: &str, range: Range<usize>, line_start: Option<usize>) -> Range<usize> {
    let after = &text[range.end..];
    let rest = after.trim_start_matches(is_blank);
    let line_end = after.len() - rest.len() + usize::from(rest.starts_with('\n'));
    match line_start {
        Some(start) if rest.is_empty() || rest.starts_with('\n') => start..range.end + line_end,
        _ => {
            let space = after.len() - after.trim_start_matches([' ', '\t']).len();
            range.start..range.end + space
        }
    }
}

/// What precedes something on its line, if these are blanks alone. A line may be as long as the file, so no more of it is looked
/// at.
pub(super) fn indentation(before: &str) -> Option<&str> {
    let line = before.trim_end_matches(is_blank);
    let begins_line = line.is_empty() || line.ends_with('\n');
    before.get(line.len()..).filter(|_| begins_line)
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && character != '\n'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Removes `"b"`.
    fn without(text: &str, json: bool) -> Option<String> {
        let start = text.find("\"b\"").unwrap();
        let range = element_removal_range(text, start..start + 3, json)?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn an_element_is_removed_with_its_comma() {
        for (list, rest) in [
            (r#"["a", "b", "c"]"#, r#"["a", "c"]"#),
            (r#"["b", "c"]"#, r#"["c"]"#),
            (r#"["a", "b"]"#, r#"["a"]"#),
            (r#"["a" , "b" ]"#, r#"["a"  ]"#),
            ("[\n  \"a\",\n  \"b\",\n]", "[\n  \"a\",\n]"),
            ("[\n  \"a\",\n  \"b\"\n]", "[\n  \"a\",\n]"),
            ("[\r\n  \"b\",\r\n  \"c\"\r\n]", "[\r\n  \"c\"\r\n]"),
        ] {
            assert_eq!(without(list, false).as_deref(), Some(rest), "{list}");
        }
    }

    #[test]
    fn comments_are_kept() {
        for (list, rest) in [
            ("[\n  \"b\", # first\n  \"c\",\n]", "[\n  # first\n  \"c\",\n]"),
            ("[\n  \"a\", # x,\n  \"b\"\n]", "[\n  \"a\", # x,\n]"),
            ("[\n  \"a\", # x,\n  \"b\" # y\n]", "[\n  \"a\", # x,\n  # y\n]"),
            ("[\"a\", /* x */ \"b\", \"c\"]", "[\"a\", /* x */ \"c\"]"),
        ] {
            assert_eq!(without(list, false).as_deref(), Some(rest), "{list}");
        }
    }

    #[test]
    fn json_has_no_trailing_comma() {
        assert_eq!(
            without("[\n  \"a\",\n  \"b\"\n]", true).as_deref(),
            Some("[\n  \"a\"\n]")
        );
        assert_eq!(
            without("[\n  \"b\",\n  \"a\"\n]", true).as_deref(),
            Some("[\n  \"a\"\n]")
        );
    }

    #[test]
    fn removals_that_would_break_the_list_are_not_offered() {
        assert_eq!(without("[\n  \"b\"\n  , \"c\"\n]", false), None);
        assert_eq!(without("[\"b\"]", false), None);
        assert_eq!(without("[\n  \"b\"\n]", false), None);
    }
}
