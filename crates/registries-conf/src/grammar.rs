//! The grammar of sources and mirrors: the pattern of ImageDigestMirrorSet's schema as a recognizer.
//!
//! The schema (`types_image_digest_mirror_set.go` in openshift/api) states it as two regular expressions
//! with nested quantifiers, and the machine config operator checks every list with the same ones. As
//! functions over parts, the grammar takes linear time and cannot fail to compile, and its parts serve the
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
    let (registry, path) = split_registry(text);
    let (host, port) = split_port(registry);
    is_host(host) && port.is_none_or(is_port) && path.is_none_or(is_path)
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
    let (host, port) = split_port(text);
    is_host(host) && port.is_none_or(is_port)
}

/// Labels separated by dots.
pub(crate) fn is_host(text: &str) -> bool {
    let mut previous = Kind::Dot;
    for byte in text.bytes() {
        let kind = KINDS[usize::from(byte)];
        let may_follow = match kind {
            Kind::Alphanumeric => true,
            Kind::Dot => previous == Kind::Alphanumeric,
            Kind::Hyphen => previous != Kind::Dot,
            Kind::Other => false,
        };
        if !may_follow {
            return false;
        }
        previous = kind;
    }
    previous == Kind::Alphanumeric
}

/// How the bytes of a host differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Alphanumeric,
    Dot,
    Hyphen,
    Other,
}

/// The kind of each byte: every rule looks at every host, so this is faster than to compare.
const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() {
            kinds[byte as usize] = Kind::Alphanumeric;
        }
        byte += 1;
    }
    kinds[b'.' as usize] = Kind::Dot;
    kinds[b'-' as usize] = Kind::Hyphen;
    kinds
};

/// Letters and digits of either case, with hyphens between them.
pub(crate) fn is_label(text: &str) -> bool {
    !text.contains('.') && is_host(text)
}

/// Digits. Neither the schema nor the container runtime checks the range here.
pub(crate) fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Components separated by slashes. A component has lowercase letters and digits, separated by one dot, one or two
/// underscores, or any number of hyphens.
pub(crate) fn is_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Where the letters and digits end that the current byte follows.
    let mut end = 0;
    let mut is_inside = false;
    for (position, byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {
                if is_inside && position > end && !is_separator(&bytes[end..position]) {
                    return false;
                }
                (end, is_inside) = (position + 1, true);
            }
            b'/' if is_inside && position == end => is_inside = false,
            b'.' | b'_' | b'-' if is_inside => {}
            _ => return false,
        }
    }
    is_inside && end == bytes.len()
}

/// What may separate letters and digits in a component of a path.
pub(crate) fn is_separator(separator: &[u8]) -> bool {
    matches!(separator, b"." | b"_" | b"__") || separator.iter().all(|byte| *byte == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

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
        let letters = ['a', 'B', '.', '_', '-', '/', ':', '1', '*'];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            texts = texts
                .iter()
                .flat_map(|text| letters.iter().map(move |letter| format!("{text}{letter}")))
                .collect();
            for text in &texts {
                assert_equal(text, &expressions);
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
