//! Which credentials a node sends to a location: the look-up in the file of the pull secret
//! (`pkg/docker/config` of containers/image). No secret is kept: of each value it is known whether it is usable.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::docker_hub::{DOCKER_HUB, LEGACY_DOCKER_HUB, REGISTRY_DOCKER_HUB};

/// The file of a pull secret, without its secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthFile {
    /// `auths`: what the value of each key is good for.
    pub auths: BTreeMap<String, AuthValue>,
    /// `credHelpers`: the name of the program that is asked for each host.
    pub credential_helpers: BTreeMap<String, String>,
}

/// What a value of `auths` is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthValue {
    /// It has a user, a password or a token.
    Credentials,
    /// It has no `auth`.
    Empty,
    /// It has `username` and `password`, which the container runtime does not read, and no `auth`.
    OnlyUserAndPassword,
    /// Its `auth` has no colon between user and password.
    NoColon,
    /// Its `auth` has no user before the colon, and there is no token.
    NoUser,
    /// Its `auth` is not base64, so that the location that it is sent to fails.
    NotBase64,
}

/// Why a key means nothing, or not what it seems to mean, to the container runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyTrap {
    /// A wildcard, which only kubelet reads.
    Wildcard,
    /// A slash at the end.
    TrailingSlash,
    /// A scheme and a path: the key counts for the whole host.
    SchemeWithPath,
    /// A tag or a digest.
    TagOrDigest,
    /// An uppercase letter in the host. The comparison is case-sensitive.
    Uppercase,
}

/// The result of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials<'f> {
    /// The value of this key is sent.
    Key(&'f str),
    /// This program is asked, and the location fails without it.
    Helper(&'f str),
    /// This key decides, and has no credentials.
    Useless {
        /// The key.
        key: &'f str,
        /// What its value lacks.
        value: AuthValue,
        /// A shorter key with credentials, which is not looked at.
        hidden: Option<&'f str>,
    },
    /// No key: the location is asked without credentials.
    None,
}

impl AuthFile {
    /// Merges an additional pull secret as HyperShift does: a key of the original keeps its value, and only `auths`
    /// remains.
    #[must_use]
    pub fn merge(mut self, additional: Self) -> Self {
        for (key, value) in additional.auths {
            self.auths.entry(key).or_insert(value);
        }
        self.credential_helpers.clear();
        self
    }

    /// Looks a name up, without tag and digest (`findCredentialsInFile`).
    #[must_use]
    pub fn look_up(&self, name: &str) -> Credentials<'_> {
        let host = name.split('/').next().unwrap_or(name);
        if let Some(helper) = self.credential_helpers.get(host) {
            return Credentials::Helper(helper);
        }
        let mut keys = parents(name).filter_map(|key| self.auths.get_key_value(key));
        // The first key that exists decides, whatever its value is.
        if let Some((key, value)) = keys.next() {
            let hidden = keys.find(|(_, value)| **value == AuthValue::Credentials);
            return credentials(key, *value, hidden.map(|(key, _)| key.as_str()));
        }
        match self.first_of_host(normalize_host(host)) {
            Some((key, value)) => credentials(key, value, None),
            None => Credentials::None,
        }
    }

    /// The first key that stands for a host, looked up in each form that such a key can have.
    fn first_of_host(&self, host: &str) -> Option<(&str, AuthValue)> {
        const SCHEMES: [&str; 3] = ["http://", "https://", "http://https://"];
        let names = match host {
            LEGACY_DOCKER_HUB => vec![DOCKER_HUB, REGISTRY_DOCKER_HUB, LEGACY_DOCKER_HUB],
            host => vec![host],
        };
        let bare = names.iter().filter_map(|name| self.auths.get_key_value(*name));
        let forms = (names.iter()).flat_map(|name| SCHEMES.map(|scheme| format!("{scheme}{name}")));
        let first_of_form = |form: String| {
            let keys = self
                .auths
                .range::<str, _>((Bound::Included(form.as_str()), Bound::Unbounded));
            let mut keys = keys.take_while(|(key, _)| key.starts_with(form.as_str()));
            keys.find(|(key, _)| normalize_key(key) == host)
        };
        let found = bare.chain(forms.filter_map(first_of_form));
        let first = found.min_by_key(|(key, _)| *key);
        first.map(|(key, value)| (key.as_str(), *value))
    }

    /// The keys that serve only a part of what is under a location.
    pub fn keys_below<'f>(&'f self, location: &'f str) -> impl Iterator<Item = &'f str> {
        let prefix = format!("{location}/");
        let first = prefix.clone();
        self.auths
            .range(first..)
            .map(|(key, _)| key.as_str())
            .take_while(move |key| key.starts_with(prefix.as_str()))
    }

    /// The keys that mean something else than it seems, each with the reasons.
    pub fn traps(&self) -> impl Iterator<Item = (&str, KeyTrap)> {
        self.auths.keys().flat_map(|key| {
            let traps = key_traps(key);
            traps.into_iter().map(move |trap| (key.as_str(), trap))
        })
    }
}

fn credentials<'f>(key: &'f str, value: AuthValue, hidden: Option<&'f str>) -> Credentials<'f> {
    match value {
        AuthValue::Credentials => Credentials::Key(key),
        AuthValue::Empty
        | AuthValue::OnlyUserAndPassword
        | AuthValue::NoColon
        | AuthValue::NoUser
        | AuthValue::NotBase64 => Credentials::Useless { key, value, hidden },
    }
}

/// A name and everything that it is in, down to its host.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rsplit_once('/').map(|(parent, _)| parent))
}

fn without_scheme(key: &str) -> &str {
    let rest = key.strip_prefix("http://").unwrap_or(key);
    rest.strip_prefix("https://").unwrap_or(rest)
}

/// The host that a key stands for: without a scheme and what follows a host with one.
fn normalize_key(key: &str) -> &str {
    let rest = without_scheme(key);
    if rest.len() == key.len() {
        normalize_host(key)
    } else {
        normalize_host(rest.split('/').next().unwrap_or(rest))
    }
}

/// Docker Hub has several names.
fn normalize_host(host: &str) -> &str {
    match host {
        DOCKER_HUB | REGISTRY_DOCKER_HUB => LEGACY_DOCKER_HUB,
        host => host,
    }
}

fn key_traps(key: &str) -> Vec<KeyTrap> {
    let rest = without_scheme(key);
    let has_scheme = rest.len() != key.len();
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, None), |(host, path)| (host, Some(path)));
    // The key that `docker login` writes for Docker Hub.
    let is_docker_hub = host == LEGACY_DOCKER_HUB && path.is_some_and(|path| path.starts_with("v1"));
    let has_path = path.is_some_and(|path| !matches!(path.trim_end_matches('/'), "" | "v1" | "v2"));
    let has_tag = path.is_some_and(|path| path.contains([':', '@']));
    let traps = [
        (rest.contains('*'), KeyTrap::Wildcard),
        (!has_scheme && rest.ends_with('/'), KeyTrap::TrailingSlash),
        (has_scheme && has_path && !is_docker_hub, KeyTrap::SchemeWithPath),
        (has_tag, KeyTrap::TagOrDigest),
        (
            host.bytes().any(|byte| byte.is_ascii_uppercase()),
            KeyTrap::Uppercase,
        ),
    ];
    let traps = traps.into_iter().filter(|(is_trap, _)| *is_trap);
    traps.map(|(_, trap)| trap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(keys: &[(&str, AuthValue)]) -> AuthFile {
        AuthFile {
            auths: keys
                .iter()
                .map(|(key, value)| ((*key).to_owned(), *value))
                .collect(),
            credential_helpers: BTreeMap::new(),
        }
    }

    fn look_up(keys: &[&str], name: &str) -> Option<String> {
        let keys: Vec<_> = keys.iter().map(|key| (*key, AuthValue::Credentials)).collect();
        match file(&keys).look_up(name) {
            Credentials::Key(key) => Some(key.to_owned()),
            _ => None,
        }
    }

    /// The cases that were tried with containers/image and a registry that tells which user asked.
    #[test]
    fn the_longest_key_is_used_and_the_host_counts_last() {
        const HOST: &str = "127.0.0.1:5003";
        const IMAGE: &str = "127.0.0.1:5003/org/app";
        let org = "127.0.0.1:5003/org";
        for (keys, name, key) in [
            (vec![HOST], IMAGE, Some(HOST)),
            (vec![org], IMAGE, Some(org)),
            (vec![HOST, org], IMAGE, Some(org)),
            (vec![IMAGE, org, HOST], IMAGE, Some(IMAGE)),
            (vec!["127.0.0.1:5003/or"], IMAGE, None),
            (vec!["127.0.0.1"], IMAGE, None),
            (vec!["localhost:5003"], IMAGE, None),
            (
                vec!["https://127.0.0.1:5003/"],
                IMAGE,
                Some("https://127.0.0.1:5003/"),
            ),
            (
                vec!["https://127.0.0.1:5003/v2/"],
                IMAGE,
                Some("https://127.0.0.1:5003/v2/"),
            ),
            (vec!["https://127.0.0.1:5003", HOST], IMAGE, Some(HOST)),
            (vec!["127.0.0.1:5003/"], IMAGE, None),
            (vec!["127.0.0.*:5003"], IMAGE, None),
            (vec!["test:5003"], "mirror-c.test:5003/org/app", None),
            (vec!["mirror-c.test:5003"], "Mirror-C.test:5003/org/app", None),
            (vec!["127.0.0.1:5003/org/app:1"], IMAGE, None),
            (
                vec![org, "127.0.0.1:5003/other"],
                "127.0.0.1:5003/other/app",
                Some("127.0.0.1:5003/other"),
            ),
            (vec!["quay.io"], IMAGE, None),
            (vec!["docker.io"], "docker.io/library/nginx", Some("docker.io")),
            (
                vec!["registry-1.docker.io"],
                "docker.io/library/nginx",
                Some("registry-1.docker.io"),
            ),
            (
                vec!["docker.io/library"],
                "docker.io/library/nginx",
                Some("docker.io/library"),
            ),
            (
                vec!["https://index.docker.io/v1/", "docker.io"],
                "docker.io/library/nginx",
                Some("docker.io"),
            ),
            (vec!["registry.hub.docker.com"], "docker.io/library/nginx", None),
            (vec!["https://auth.docker.io/"], "docker.io/library/nginx", None),
            (
                vec!["https://index.docker.io/v1/"],
                "registry-1.docker.io/library/nginx",
                Some("https://index.docker.io/v1/"),
            ),
            // A scheme and a path count for the whole host.
            (
                vec!["https://127.0.0.1:5003/org"],
                "127.0.0.1:5003/other",
                Some("https://127.0.0.1:5003/org"),
            ),
            (vec!["127.0.0.1:5003/v1/"], IMAGE, None),
        ] {
            assert_eq!(look_up(&keys, name).as_deref(), key, "{keys:?} for {name}");
        }
    }

    #[test]
    fn a_longer_key_without_credentials_hides_a_shorter_one() {
        for value in [
            AuthValue::Empty,
            AuthValue::OnlyUserAndPassword,
            AuthValue::NoColon,
            AuthValue::NoUser,
            AuthValue::NotBase64,
        ] {
            let file = file(&[("m.io", AuthValue::Credentials), ("m.io/org", value)]);
            let useless = Credentials::Useless {
                key: "m.io/org",
                value,
                hidden: Some("m.io"),
            };
            assert_eq!(file.look_up("m.io/org/app"), useless);
            assert_eq!(file.look_up("m.io/other"), Credentials::Key("m.io"));
        }
    }

    #[test]
    fn a_helper_wins_over_all_keys_of_its_host_until_secrets_are_merged() {
        let mut original = file(&[("m.io/org", AuthValue::Credentials)]);
        original
            .credential_helpers
            .insert("m.io".to_owned(), "ecr-login".to_owned());
        assert_eq!(original.look_up("m.io/org"), Credentials::Helper("ecr-login"));
        let additional = file(&[("m.io/org", AuthValue::Empty), ("b.io", AuthValue::Credentials)]);
        let merged = original.merge(additional);
        assert_eq!(merged.look_up("m.io/org"), Credentials::Key("m.io/org"));
        assert_eq!(merged.look_up("b.io/x"), Credentials::Key("b.io"));
    }

    #[test]
    fn keys_below_a_location_are_found() {
        let file = file(&[
            ("m.io/org-2/app", AuthValue::Credentials),
            ("m.io/org/app", AuthValue::Credentials),
            ("m.io/org", AuthValue::Credentials),
        ]);
        assert_eq!(file.keys_below("m.io/org").collect::<Vec<_>>(), ["m.io/org/app"]);
        assert_eq!(file.keys_below("m.io").count(), 3);
    }

    proptest::proptest! {
        #[test]
        fn the_key_of_a_host_is_that_of_a_linear_search(
            keys in proptest::collection::btree_set("(http://)?(https://)?(docker\\.io|index\\.docker\\.io|registry-1\\.docker\\.io|m\\.io)(\\.x|:1|/v1/|/)?", 0..8),
            host in "docker\\.io|index\\.docker\\.io|m\\.io(:1)?",
        ) {
            let auths = keys.iter().map(|key| (key.clone(), AuthValue::Credentials)).collect();
            let file = AuthFile { auths, ..AuthFile::default() };
            let host = normalize_host(&host);
            let expected = keys.iter().find(|key| normalize_key(key) == host).map(String::as_str);
            proptest::prop_assert_eq!(file.first_of_host(host).map(|(key, _)| key), expected);
        }
    }

    #[test]
    fn keys_that_only_seem_to_match_are_traps() {
        for (key, traps) in [
            ("m.io", vec![]),
            ("m.io:5000/org", vec![]),
            ("https://m.io", vec![]),
            ("https://m.io/v2/", vec![]),
            ("https://index.docker.io/v1/", vec![]),
            ("*.m.io", vec![KeyTrap::Wildcard]),
            ("m.io/", vec![KeyTrap::TrailingSlash]),
            ("https://m.io/org", vec![KeyTrap::SchemeWithPath]),
            ("m.io/org:v1", vec![KeyTrap::TagOrDigest]),
            ("M.io/org", vec![KeyTrap::Uppercase]),
        ] {
            let file = file(&[(key, AuthValue::Credentials)]);
            let found: Vec<_> = file.traps().map(|(_, trap)| trap).collect();
            assert_eq!(found, traps, "{key}");
        }
    }
}
