//! The grammar of sources and mirrors: the pattern of ImageDigestMirrorSet's schema as a recognizer.
//!
//! The schema (`types_image_digest_mirror_set.go` in openshift/api) states it as two regular expressions
//! with nested quantifiers, and the machine config operator checks every list with the same ones. As
//! states between bytes, the grammar takes linear time and cannot fail to compile, and its parts serve the
//! diagnosis and image references too, which have the same hosts and paths (`docker/reference`,
//! `regexp.go`). A property test compares it with the expressions.

/// Which part of a mirror's declaration a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A source: `host[:port][/path]`, or `*.host` for all subdomains of the host.
    Source,
    /// A mirror: `host[:port][/path]`.
    Mirror,
}

/// Whether the text is a source or mirror by the schema's pattern. The length is not checked, because it is
/// limited by another schema ([`diagnose`](crate::diagnose()) checks both).
#[must_use]
pub fn is_valid_location(text: &str, role: Role) -> bool {
    is_host_and_path(text) || role == Role::Source && is_wildcard(text)
}

/// `host`, `host:port`, or either with a path.
fn is_host_and_path(text: &str) -> bool {
    matches!(
        State::LabelStart.after(text),
        State::Label | State::Port | State::Component
    )
}

/// `*.example.com`: a host follows, without a port or a path.
fn is_wildcard(text: &str) -> bool {
    text.strip_prefix("*.").is_some_and(is_host)
}

/// The registry, and the path after its slash.
pub(crate) fn split_registry(text: &str) -> (&str, Option<&str>) {
    split_once(text, b'/').map_or((text, None), |(registry, path)| (registry, Some(path)))
}

/// The host, and the port after its colon.
pub(crate) fn split_port(registry: &str) -> (&str, Option<&str>) {
    split_once(registry, b':').map_or((registry, None), |(host, port)| (host, Some(port)))
}

/// What is before and after the first byte of a kind. Locations are short, so a loop over bytes takes a fraction of the time
/// of [`str::split_once`]; that prepares a search.
pub(crate) fn split_once(text: &str, delimiter: u8) -> Option<(&str, &str)> {
    debug_assert!(
        delimiter.is_ascii(),
        "a longer character has no boundary at its bytes"
    );
    let position = text.bytes().position(|byte| byte == delimiter)?;
    Some((text.get(..position)?, text.get(position + 1..)?))
}

/// A registry with or without a port.
pub(crate) fn is_registry(text: &str) -> bool {
    matches!(State::LabelStart.after(text), State::Label | State::Port)
}

/// Labels separated by dots.
fn is_host(text: &str) -> bool {
    State::LabelStart.after(text) == State::Label
}

/// Letters and digits of either case, with hyphens between them.
pub(crate) fn is_label(text: &str) -> bool {
    !text.contains('.') && is_host(text)
}

/// Digits. Neither the schema nor the container runtime checks the range here.
pub(crate) fn is_port(text: &str) -> bool {
    State::PortStart.after(text) == State::Port
}

/// Components separated by slashes. A component has lowercase letters and digits, separated by one dot, one or two
/// underscores, or any number of hyphens.
pub(crate) fn is_path(text: &str) -> bool {
    State::ComponentStart.after(text) == State::Component
}

/// What may separate letters and digits in a component of a path.
pub(crate) fn is_separator(separator: &str) -> bool {
    matches!(
        State::Component.after(separator),
        State::Dot | State::Underscore | State::Underscores | State::Hyphens
    )
}

/// Where in a location a byte is. Which bytes may follow depends on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a label of the host.
    LabelStart,
    /// After a letter or digit of a label.
    Label,
    /// After a hyphen of a label.
    LabelHyphen,
    /// After the colon.
    PortStart,
    /// After a digit of the port.
    Port,
    /// Before a component of the path.
    ComponentStart,
    /// After a letter or digit of a component.
    Component,
    /// After the dot of a component.
    Dot,
    /// After one underscore.
    Underscore,
    /// After two underscores.
    Underscores,
    /// After the hyphens of a component.
    Hyphens,
    /// After a byte that may not be there.
    Invalid,
}

impl State {
    const ALL: [Self; 12] = [
        Self::LabelStart,
        Self::Label,
        Self::LabelHyphen,
        Self::PortStart,
        Self::Port,
        Self::ComponentStart,
        Self::Component,
        Self::Dot,
        Self::Underscore,
        Self::Underscores,
        Self::Hyphens,
        Self::Invalid,
    ];

    /// The state after all bytes of a text.
    fn after(self, text: &str) -> Self {
        let mut state = self;
        for byte in text.bytes() {
            state = NEXT[state as usize][usize::from(byte)];
        }
        state
    }

    /// The state after a byte.
    const fn next(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::LabelStart | Self::Label | Self::LabelHyphen, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => {
                Self::Label
            }
            (Self::Label | Self::LabelHyphen, b'-') => Self::LabelHyphen,
            (Self::Label, b'.') => Self::LabelStart,
            (Self::Label, b':') => Self::PortStart,
            (Self::PortStart | Self::Port, b'0'..=b'9') => Self::Port,
            (Self::Label | Self::Port | Self::Component, b'/') => Self::ComponentStart,
            (
                Self::ComponentStart
                | Self::Component
                | Self::Dot
                | Self::Underscore
                | Self::Underscores
                | Self::Hyphens,
                b'a'..=b'z' | b'0'..=b'9',
            ) => Self::Component,
            (Self::Component, b'.') => Self::Dot,
            (Self::Component, b'_') => Self::Underscore,
            (Self::Underscore, b'_') => Self::Underscores,
            (Self::Component | Self::Hyphens, b'-') => Self::Hyphens,
            _ => Self::Invalid,
        }
    }
}

/// [`State::next`] of each state and byte: every rule looks at every location, so this is faster than to compare.
static NEXT: [[State; 256]; State::ALL.len()] = {
    let mut next = [[State::Invalid; 256]; State::ALL.len()];
    let mut position = 0;
    while position < State::ALL.len() {
        let state = State::ALL[position];
        let mut byte = 0;
        while byte < 128_u8 {
            next[state as usize][byte as usize] = state.next(byte);
            byte += 1;
        }
        position += 1;
    }
    next
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::testing::texts_of;

    /// The expressions of openshift/api, except for the anchors.
    fn expressions() -> (Regex, Regex) {
        let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
        let path = r"(?:(?:/[a-z0-9]+(?:(?:(?:[._]|__|[-]*)[a-z0-9]+)+)?)+)?";
        let name = format!(r"({label}(?:(?:\.{label})+)?(?::[0-9]+)?){path}");
        (
            Regex::new(&format!(r"\A\*(?:\.{label})+\z|\A{name}\z")).unwrap(),
            Regex::new(&format!(r"\A{name}\z")).unwrap(),
        )
    }

    fn assert_equal(text: &str, (source, mirror): &(Regex, Regex)) {
        assert_eq!(
            is_valid_location(text, Role::Source),
            source.is_match(text),
            "{text:?}"
        );
        assert_eq!(
            is_valid_location(text, Role::Mirror),
            mirror.is_match(text),
            "{text:?}"
        );
    }

    #[test]
    fn a_location_is_a_host_a_port_and_a_path() {
        for text in [
            "quay.io",
            "quay.io/org",
            "reg.example.com:5000/a/b_c/d__e/f---g/h.i",
            "nginx",
            "22",
            "a.b:99999",
            "Quay.io/org",
            "xn--a.example",
        ] {
            assert!(is_valid_location(text, Role::Source), "{text}");
            assert!(is_valid_location(text, Role::Mirror), "{text}");
        }
        assert!(is_valid_location("*.example.com", Role::Source));
        assert!(is_valid_location("*.io", Role::Source));
        assert!(!is_valid_location("*.example.com", Role::Mirror));
    }

    #[test]
    fn invalid_locations_are_rejected() {
        for text in [
            "",
            " quay.io",
            "quay.io\n",
            "https://quay.io",
            "quay.io/org:v1",
            "quay.io/org@sha256:00",
            "quay.io/",
            "quay.io//org",
            "/quay.io",
            "quay.io/Org",
            "quay.io/a___b",
            "quay.io/a..b",
            "quay.io/a._b",
            "quay.io/-a",
            "quay.io/a-",
            "my_host.io",
            "-a.io",
            "a..io",
            "quay.io:",
            "quay.io:x",
            "[::1]:5000/a",
            "*",
            "*.",
            "*.example.com:5000",
            "*.example.com/a",
            "a.*.com",
            "é.io",
        ] {
            assert!(!is_valid_location(text, Role::Source), "{text:?}");
        }
    }

    #[test]
    fn grammar_and_expressions_agree_on_every_short_text() {
        let expressions = expressions();
        for text in texts_of(&["a", "B", ".", "_", "-", "/", ":", "1", "*"], 5) {
            assert_equal(&text, &expressions);
        }
    }

    #[test]
    fn grammar_and_expressions_agree_on_every_byte_in_every_state() {
        let expressions = expressions();
        let prefixes = [
            "", "a", "a-", "a.", "a:", "a:1", "a/", "a/a", "a/a.", "a/a_", "a/a__", "a/a-", "*.", "*.a",
            "*.a-",
        ];
        for (prefix, letter) in prefixes
            .iter()
            .flat_map(|prefix| ('\0'..='ÿ').map(move |letter| (prefix, letter)))
        {
            for suffix in ["", "a", "A", "1", "/a", ":1"] {
                assert_equal(&format!("{prefix}{letter}{suffix}"), &expressions);
            }
        }
    }

    proptest! {
        #[test]
        fn grammar_and_expressions_agree_on_random_texts(
            texts in prop::collection::vec(r"[aB1._:/*@ -]{0,24}|\*?[.a-z0-9-]{0,9}(:[0-9]{0,3})?(/[a-z0-9._-]{0,6}){0,3}|.{0,9}", 40)
        ) {
            let expressions = expressions();
            for text in &texts {
                assert_equal(text, &expressions);
            }
        }
    }
}
