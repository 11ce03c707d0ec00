//! Whether a text is a `registries.conf`, by its words.

/// The beginnings of lines that only this format has.
const LINES: [&str; 8] = [
    "[[registry]]",
    "[[registry.mirror]]",
    "[registries.search]",
    "[registries.insecure]",
    "[registries.block]",
    "unqualified-search-registries",
    "short-name-mode",
    "credential-helpers",
];

/// Whether a text has a line that only a `registries.conf` has.
#[must_use]
pub(crate) fn is_registries_conf(text: &str) -> bool {
    // No line of TOML begins with a brace. A plan may be one long line.
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return false;
    }
    let mut lines = text
        .lines()
        .map(|line| line.trim_start_matches('\u{feff}').trim_start());
    lines.any(|line| LINES.iter().any(|word| line.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_format() {
        for text in [
            "\u{feff}unqualified-search-registries = []",
            "# x\n  [[registry]]\nlocation = 1",
            "[registries.block]\n",
        ] {
            assert!(is_registries_conf(text), "{text}");
        }
        for text in [
            "",
            "# [[registry]]",
            "[aliases]\n",
            "kind: ImageDigestMirrorSet\n",
            "registries = 1",
        ] {
            assert!(!is_registries_conf(text), "{text}");
        }
    }
}
