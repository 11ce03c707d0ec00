//! The text of a list's element with the comma that goes with it, so that the rest stays a list.

use std::ops::Range;

/// What to take out to take an element out of its list; nothing where that would break the list. Comments
/// stay where they are.
pub(crate) fn around(text: &str, element: Range<usize>, json: bool) -> Option<Range<usize>> {
    let (before, behind) = (&text[..element.start], &text[element.end..]);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let begins_line = is_blank(&before[line_start..]);
    let gap = behind.len() - behind.trim_start().len();
    if behind[gap..].starts_with(',') {
        // A comma at the head of the next line belongs to a style of its own.
        if !json && behind[..gap].contains('\n') {
            return None;
        }
        let end = element.end + gap + ",".len();
        return Some(with_line(
            text,
            element.start..end,
            begins_line.then_some(line_start),
        ));
    }
    let previous = before.trim_end_matches([' ', '\t']);
    let previous = if json { before.trim_end() } else { previous };
    if previous.ends_with(',') {
        return Some(previous.len() - ",".len()..element.end);
    }
    // It is the last one. The comma of the element before it may stay, in Terraform's own language.
    let first = before.trim_end().ends_with('[');
    (begins_line && !json && !first).then(|| with_line(text, element, Some(line_start)))
}

/// The range with the whole of its line, where nothing else stands on that; else with the space behind it.
fn with_line(text: &str, range: Range<usize>, line_start: Option<usize>) -> Range<usize> {
    let behind = &text[range.end..];
    let line_end = behind.find('\n').map_or(behind.len(), |at| at + 1);
    match line_start {
        Some(start) if is_blank(&behind[..line_end]) => start..range.end + line_end,
        _ => {
            let space = behind.len() - behind.trim_start_matches([' ', '\t']).len();
            range.start..range.end + space
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `"b"` out.
    fn without(text: &str, json: bool) -> Option<String> {
        let start = text.find("\"b\"").unwrap();
        let range = around(text, start..start + 3, json)?;
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
