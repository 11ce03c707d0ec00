//! Which images a pattern of a credential provider matches: `matchImages` of kubelet (`URLsMatchStr` of
//! kubernetes/kubernetes, `pkg/credentialprovider`).

/// Whether a pattern matches all images under a name: each part of its host, in which `*` stands for any text, its port, and
/// its path as the beginning of the path.
#[must_use]
pub fn matches_image(pattern: &str, name: &str) -> bool {
    let pattern = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    let (pattern_host, pattern_path) = split(pattern);
    let (host, path) = split(name);
    let (pattern_host, pattern_port) = split_port(pattern_host);
    let (host, port) = split_port(host);
    let hosts = pattern_host.split('.').zip(host.split('.'));
    pattern_host.split('.').count() == host.split('.').count()
        && pattern_port == port
        && hosts
            .into_iter()
            .all(|(pattern, part)| matches_part(pattern, part))
        && path.starts_with(pattern_path)
}

fn split(name: &str) -> (&str, &str) {
    name.find('/').map_or((name, ""), |slash| name.split_at(slash))
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host, None),
    }
}

/// Whether a part of a host matches: what is between the stars occurs in this order.
fn matches_part(pattern: &str, part: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == part;
    };
    let Some(mut left) = part.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = left.find(piece) else {
            return false;
        };
        left = left.get(at + piece.len()..).unwrap_or_default();
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_parts_of_the_host_alone() {
        for (pattern, name) in [
            ("quay.io", "quay.io/org/app"),
            ("https://quay.io/org", "quay.io/org/app"),
            ("*.example.com", "a.example.com/x"),
            ("app*.k*s.io", "apps.k8s.io"),
            ("k8s.*", "k8s.io"),
            ("r.example.com:5000", "r.example.com:5000/x"),
            ("quay.io/or", "quay.io/org"),
        ] {
            assert!(matches_image(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*.io", "a.b.io"),
            ("quay.io/*", "quay.io/org"),
            ("quay.io/org/app", "quay.io/org"),
            ("r.example.com", "r.example.com:5000/x"),
            ("r.example.com:*", "r.example.com:5000/x"),
            ("a*b*b.io", "ab.io"),
            ("", "quay.io"),
        ] {
            assert!(!matches_image(pattern, name), "{pattern} {name}");
        }
    }
}
