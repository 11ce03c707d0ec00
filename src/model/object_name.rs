//! Names of Kubernetes objects.

/// The length of the longest name of a Kubernetes object, in bytes.
pub(crate) const MAX_OBJECT_NAME: usize = 253;

/// Whether a text is a name that the API server accepts: a subdomain of RFC 1123 (`IsDNS1123Subdomain` of
/// k8s.io/apimachinery).
#[must_use]
pub(crate) fn is_object_name(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |label: &str| {
        label.starts_with(is_inner)
            && label.ends_with(is_inner)
            && label.chars().all(|c| is_inner(c) || c == '-')
    };
    text.len() <= MAX_OBJECT_NAME && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subdomains() {
        for name in ["a", "0", "418", "a.b-c.d", "a--b", &"a".repeat(253)] {
            assert!(is_object_name(name), "{name}");
        }
        for name in [
            "",
            "A",
            "a_b",
            "a/b",
            "-a",
            "a-",
            ".a",
            "a.",
            "a..b",
            "a.-b",
            "a b",
            "é",
            "a\n",
            &"a".repeat(254),
        ] {
            assert!(!is_object_name(name), "{name:?}");
        }
    }
}
