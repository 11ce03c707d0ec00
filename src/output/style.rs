//! What the reader of an output can show: colors, links, the width, the characters.

/// What the reader of an output can show. The default is a file: all of a text in plain characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences may color the text.
    pub colors: bool,
    /// Whether escape sequences may link to pages.
    pub links: bool,
    /// Whether lines are drawn with the characters of ASCII alone.
    pub ascii: bool,
    /// How many columns a line may have. `None` if lines have any length.
    pub width: Option<usize>,
}

impl Style {
    /// Fewer columns than this hold no text.
    const MIN_WIDTH: usize = 20;

    /// The columns of a line, if there is a limit.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.width.map(|width| width.max(Self::MIN_WIDTH))
    }
}

/// A text that links to a page where links can be shown.
pub(crate) fn link(text: &str, url: &str, style: Style) -> String {
    if style.links {
        format!("\u{1b}]8;;{url}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
    } else {
        text.to_owned()
    }
}
