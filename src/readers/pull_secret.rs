//! Reads pull secrets: the file of a node (`config.json`), a `Secret` or an `install-config.yaml` with it, and an older
//! `.dockercfg`. The secrets themselves are looked at once, to tell whether they can be used, and are not kept.
//!
//! The container runtime decodes the file with Go's `encoding/json`: of several members with one name the last one counts,
//! a second `auths` adds its keys to the first one, and `null` in its place takes them all back.

mod json;

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use registries_conf::{AuthFile, AuthValue};
use terraform_eval::source::FileId;
use terraform_eval::syntax::yaml::{Node, NodeKind, documents};

use json::{Json, is_field};

/// Why a text is not a pull secret. No part of the text is in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PullSecretError {
    /// It is not JSON and has no `Secret`.
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A value has a type with which the container runtime rejects the file.
    Type {
        /// Where the value is.
        path: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// A `Secret` without a pull secret.
    NoData,
    /// The data of a `Secret` is not base64 of a text.
    NotBase64,
}

impl fmt::Display for PullSecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { line, column } => write!(
                f,
                "neither JSON nor a Secret: invalid JSON at line {line}, column {column}"
            ),
            Self::Type { path, expected } => write!(
                f,
                "{path} is not {expected}: the container runtime cannot read the file, so every pull fails"
            ),
            Self::NoData => f.write_str("the Secret has neither `.dockerconfigjson` nor `.dockercfg`"),
            Self::NotBase64 => f.write_str("the data of the Secret is not base64"),
        }
    }
}

impl std::error::Error for PullSecretError {}

/// Base64 as the container runtime decodes it: padded, and with any trailing bits.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The keys of a `Secret` that hold a pull secret.
const DOCKER_CONFIG_JSON: &str = ".dockerconfigjson";
const DOCKER_CFG: &str = ".dockercfg";

/// Reads a text.
pub(crate) fn parse_pull_secret(file: FileId, text: &str) -> Result<AuthFile, PullSecretError> {
    let parsed: Result<Json, _> = serde_json::from_str(text);
    match parsed {
        Ok(value) if !has_secret(&value) => docker_config(&value),
        parsed => match secret_data(file, text)? {
            Some(data) => data.parse(),
            None => Err(match parsed {
                Err(error) => json_error(&error),
                Ok(_) => PullSecretError::NoData,
            }),
        },
    }
}

/// Whether an object is a `Secret` or a list.
fn has_secret(value: &Json) -> bool {
    let kind = value.get("kind").and_then(Json::as_str);
    kind.is_some_and(|kind| kind == "Secret" || kind.ends_with("List"))
}

/// The text in a `Secret`.
enum SecretData {
    DockerConfigJson(String),
    DockerCfg(String),
}

impl SecretData {
    fn parse(&self) -> Result<AuthFile, PullSecretError> {
        let (Self::DockerConfigJson(text) | Self::DockerCfg(text)) = self;
        let value: Json = serde_json::from_str(text).map_err(|error| json_error(&error))?;
        match self {
            Self::DockerConfigJson(_) => docker_config(&value),
            Self::DockerCfg(_) => Ok(AuthFile {
                auths: auths(&value)?,
                credential_helpers: BTreeMap::new(),
            }),
        }
    }
}

/// The pull secret in manifests or in an `install-config.yaml`, if there is one: that of the first `Secret` with one.
fn secret_data(file: FileId, text: &str) -> Result<Option<SecretData>, PullSecretError> {
    let Ok(documents) = documents(file, text) else {
        return Ok(None);
    };
    let mut secrets = Vec::new();
    for document in &documents {
        if let (None, Some(text)) = (member(document, "kind"), text_of(document, "pullSecret")) {
            return Ok(Some(SecretData::DockerConfigJson(text)));
        }
        collect_secrets(document, &mut secrets);
    }
    for secret in &secrets {
        if let Some(data) = data_of(secret)? {
            return Ok(Some(data));
        }
    }
    if secrets.is_empty() {
        Ok(None)
    } else {
        Err(PullSecretError::NoData)
    }
}

/// The pull secret of a `Secret`. `stringData` replaces `data`.
fn data_of(secret: &Node) -> Result<Option<SecretData>, PullSecretError> {
    let find = |list: &str, key: &str| text_of(member(secret, list)?, key);
    let decode = |text: String| -> Result<String, PullSecretError> {
        let decoded = decode(&text).ok_or(PullSecretError::NotBase64)?;
        String::from_utf8(decoded).map_err(|_| PullSecretError::NotBase64)
    };
    if let Some(text) = find("stringData", DOCKER_CONFIG_JSON) {
        return Ok(Some(SecretData::DockerConfigJson(text)));
    }
    if let Some(text) = find("data", DOCKER_CONFIG_JSON) {
        return Ok(Some(SecretData::DockerConfigJson(decode(text)?)));
    }
    if let Some(text) = find("stringData", DOCKER_CFG) {
        return Ok(Some(SecretData::DockerCfg(text)));
    }
    let encoded = find("data", DOCKER_CFG);
    Ok(encoded.map(decode).transpose()?.map(SecretData::DockerCfg))
}

fn collect_secrets<'n>(node: &'n Node, secrets: &mut Vec<&'n Node>) {
    if member(node, "kind").and_then(Node::as_str) == Some("Secret") {
        secrets.push(node);
    } else if let Some(NodeKind::Sequence(items)) = member(node, "items").map(|items| &items.kind) {
        for item in items {
            collect_secrets(item, secrets);
        }
    }
}

fn text_of(node: &Node, name: &str) -> Option<String> {
    member(node, name)?.as_str().map(str::to_owned)
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries
            .iter()
            .find(|(key, _)| key.text == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

fn json_error(error: &serde_json::Error) -> PullSecretError {
    PullSecretError::Json {
        line: error.line(),
        column: error.column(),
    }
}

fn wrong_type(path: impl Into<String>, expected: &'static str) -> PullSecretError {
    PullSecretError::Type {
        path: path.into(),
        expected,
    }
}

/// The file of a node.
fn docker_config(value: &Json) -> Result<AuthFile, PullSecretError> {
    let members = match value {
        Json::Object(members) => members,
        Json::Null => return Ok(AuthFile::default()),
        _ => return Err(wrong_type("the file", "an object")),
    };
    let mut file = AuthFile::default();
    for (key, value) in members {
        if is_field(key, "auths") {
            match value {
                Json::Null => file.auths.clear(),
                value => file.auths.extend(auths(value)?),
            }
        } else if is_field(key, "credHelpers") {
            match value {
                Json::Null => file.credential_helpers.clear(),
                value => file.credential_helpers.extend(helpers(value)?),
            }
        }
    }
    Ok(file)
}

fn helpers(value: &Json) -> Result<BTreeMap<String, String>, PullSecretError> {
    let Json::Object(helpers) = value else {
        return Err(wrong_type("`credHelpers`", "an object"));
    };
    let helper = |(host, helper): &(String, Json)| match helper {
        Json::String(helper) => Ok((host.clone(), helper.clone())),
        Json::Null => Ok((host.clone(), String::new())),
        _ => Err(wrong_type("a value of `credHelpers`", "a string")),
    };
    helpers.iter().map(helper).collect()
}

fn auths(value: &Json) -> Result<BTreeMap<String, AuthValue>, PullSecretError> {
    let entries = match value {
        Json::Object(entries) => entries,
        Json::Null => return Ok(BTreeMap::new()),
        _ => return Err(wrong_type("`auths`", "an object")),
    };
    let entry = |(key, value): &(String, Json)| {
        let value = match value {
            Json::Object(members) => auth_value(members)?,
            Json::Null => AuthValue::Empty,
            _ => return Err(wrong_type("a value of `auths`", "an object")),
        };
        Ok((key.clone(), value))
    };
    // A later value of a key takes the place of the whole earlier one.
    entries.iter().map(entry).collect()
}

fn auth_value(members: &[(String, Json)]) -> Result<AuthValue, PullSecretError> {
    let (mut auth, mut token) = ("", "");
    let mut has_user_and_password = (false, false);
    for (key, value) in members {
        let field = if is_field(key, "auth") {
            &mut auth
        } else if is_field(key, "identitytoken") {
            &mut token
        } else {
            // The container runtime does not read what else there may be.
            has_user_and_password.0 |= is_field(key, "username");
            has_user_and_password.1 |= is_field(key, "password");
            continue;
        };
        match value {
            Json::String(text) => *field = text,
            // Null leaves an earlier value as it is.
            Json::Null => {}
            _ => {
                let path = "`auth` or `identitytoken` of a value of `auths`";
                return Err(wrong_type(path, "a string"));
            }
        }
    }
    if auth.is_empty() && has_user_and_password == (true, true) {
        return Ok(AuthValue::OnlyUserAndPassword);
    }
    let Some(decoded) = decode(auth) else {
        return Ok(AuthValue::NotBase64);
    };
    let Some(colon) = decoded.iter().position(|byte| *byte == b':') else {
        return Ok(if decoded.is_empty() {
            AuthValue::Empty
        } else {
            AuthValue::NoColon
        });
    };
    Ok(if colon > 0 || !token.is_empty() {
        AuthValue::Credentials
    } else {
        AuthValue::NoUser
    })
}

/// Decodes base64; line breaks in it are skipped.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect();
    BASE64.decode(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Sources;

    fn parse(text: &str) -> Result<AuthFile, PullSecretError> {
        let file = Sources::default().add("secret", text);
        parse_pull_secret(file, text)
    }

    fn value(entry: &str) -> AuthValue {
        let file = parse(&format!(r#"{{"auths": {{"m.io": {entry}}}}}"#)).unwrap();
        file.auths["m.io"]
    }

    #[test]
    fn only_auth_and_a_token_beside_it_are_credentials() {
        for (entry, expected) in [
            // user:password
            (r#"{"auth": "dXNlcjpwYXNzd29yZA=="}"#, AuthValue::Credentials),
            (r#"{"AUTH": "dXNlcjpw\nYXNzd29yZA=="}"#, AuthValue::Credentials),
            (
                r#"{"auth": "dXNlcjo=", "identitytoken": "t"}"#,
                AuthValue::Credentials,
            ),
            (r#"{"identitytoken": "t"}"#, AuthValue::Empty),
            (r#"{"auth": ""}"#, AuthValue::Empty),
            ("{}", AuthValue::Empty),
            ("null", AuthValue::Empty),
            (
                r#"{"username": "u", "password": "p"}"#,
                AuthValue::OnlyUserAndPassword,
            ),
            (
                r#"{"username": "u", "password": "p", "auth": "dTpw"}"#,
                AuthValue::Credentials,
            ),
            // user
            (r#"{"auth": "dXNlcg=="}"#, AuthValue::NoColon),
            // :password
            (r#"{"auth": "OnBhc3N3b3Jk"}"#, AuthValue::NoUser),
            (r#"{"auth": "dXNlcjpwYXNzd29yZA"}"#, AuthValue::NotBase64),
            (r#"{"auth": "user:password"}"#, AuthValue::NotBase64),
        ] {
            assert_eq!(value(entry), expected, "{entry}");
        }
    }

    #[test]
    fn a_value_of_a_wrong_type_makes_the_file_unreadable() {
        for text in [
            r#"{"auths": {"m.io": "dTpw"}}"#,
            r#"{"auths": []}"#,
            r#"{"auths": {"m.io": {"auth": 1}}}"#,
            r#"{"credHelpers": {"m.io": 1}}"#,
            "[]",
        ] {
            assert!(matches!(parse(text), Err(PullSecretError::Type { .. })), "{text}");
        }
        assert!(matches!(parse("{"), Err(PullSecretError::Json { .. })));
        assert!(matches!(parse(""), Err(PullSecretError::Json { .. })));
    }

    #[test]
    fn the_last_of_several_members_counts_as_for_go() {
        for (entry, expected) in [
            (r#"{"auth": "", "auth": "dTpw"}"#, AuthValue::Credentials),
            (r#"{"auth": "dTpw", "AUTH": ""}"#, AuthValue::Empty),
            (r#"{"Auth": "dTpw", "auth": null}"#, AuthValue::Credentials),
            // The whole value is replaced.
            (r#"{"auth": "dTpw"}, "m.io": {"email": "x"}"#, AuthValue::Empty),
            (r#"{}, "m.io": {"auth": "dTpw"}"#, AuthValue::Credentials),
        ] {
            assert_eq!(value(entry), expected, "{entry}");
        }
        let keys = |text: &str| parse(text).unwrap().auths.into_keys().collect::<Vec<_>>();
        assert_eq!(
            keys(r#"{"auths": {"a.io": {}}, "Auths": {"b.io": {}}}"#),
            ["a.io", "b.io"]
        );
        assert_eq!(keys(r#"{"auths": {"a.io": {}}, "auths": null}"#), [] as [&str; 0]);
        // A wrong type in a value that another one replaces is an error all the same.
        let text = r#"{"auths": {"a.io": 1, "a.io": {}}}"#;
        assert!(matches!(parse(text), Err(PullSecretError::Type { .. })));
        let helpers = parse(r#"{"credHelpers": {"a.io": "x"}, "credhelpers": {"a.io": "y", "b.io": null}}"#);
        let helpers: Vec<(String, String)> = helpers.unwrap().credential_helpers.into_iter().collect();
        let helper = |host: &str, helper: &str| (host.to_owned(), helper.to_owned());
        assert_eq!(helpers, [helper("a.io", "y"), helper("b.io", "")]);
    }

    #[test]
    fn a_file_without_auths_has_no_credentials() {
        for text in ["{}", r#"{"auths": null}"#, r#"{"m.io": {"auth": "dTpw"}}"#] {
            assert_eq!(parse(text), Ok(AuthFile::default()), "{text}");
        }
    }

    #[test]
    fn a_secret_has_the_file_in_base64_or_as_text() {
        let auths = r#"{"auths":{"m.io":{"auth":"dTpw"}}}"#;
        let encoded = BASE64.encode(auths);
        let old = BASE64.encode(r#"{"m.io":{"auth":"dTpw"}}"#);
        for secret in [
            format!("kind: Secret\ndata:\n  .dockerconfigjson: {encoded}\n"),
            format!("kind: Secret\nstringData:\n  .dockerconfigjson: '{auths}'\n"),
            format!("kind: Secret\ndata: {{.dockercfg: {old}}}\n"),
            format!(r#"{{"kind": "Secret", "data": {{".dockerconfigjson": "{encoded}"}}}}"#),
            format!("kind: List\nitems:\n- kind: Secret\n  data:\n    .dockerconfigjson: {encoded}\n"),
            format!(
                "kind: Secret\ndata: {{a: b}}\n---\nkind: Secret\ndata: {{.dockerconfigjson: {encoded}}}\n"
            ),
            format!("apiVersion: v1\nbaseDomain: example.com\npullSecret: '{auths}'\n"),
        ] {
            let file = parse(&secret).unwrap();
            assert_eq!(file.auths["m.io"], AuthValue::Credentials, "{secret}");
        }
        assert_eq!(
            parse("kind: Secret\ndata: {a: b}\n"),
            Err(PullSecretError::NoData)
        );
        assert_eq!(
            parse("kind: Secret\ndata: {.dockerconfigjson: '%'}\n"),
            Err(PullSecretError::NotBase64)
        );
    }
}
