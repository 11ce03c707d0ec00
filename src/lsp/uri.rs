//! URIs of files and paths.

use std::path::{Path, PathBuf};

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a URI of a file has unescaped in its path.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The path of a URI with the scheme `file`; `None` for any other one.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let (scheme, rest) = uri.as_ref().split_once("://")?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let start = rest.find('/')?;
    let (host, path) = rest.split_at(start);
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return None;
    }
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let decoded = percent_decode_str(path.get(..end)?).decode_utf8().ok()?;
    if decoded.contains('\0') {
        return None;
    }
    // `/C:/main.tf` on Windows.
    let is_drive = |path: &str| {
        let mut characters = path.chars();
        let is_letter = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
        is_letter && characters.next() == Some(':')
    };
    let path = decoded.strip_prefix('/').filter(|path| is_drive(path));
    Some(PathBuf::from(path.unwrap_or(&decoded)))
}

/// The URI of an absolute path.
pub(super) fn uri_of(path: &Path) -> Uri {
    let text = path.to_string_lossy().replace('\\', "/");
    let root = if text.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{root}{}", utf8_percent_encode(&text, ESCAPED)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(uri: &str) -> Option<String> {
        path_of(&uri.into()).map(|path| path.to_string_lossy().into_owned())
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(path("file:///a/main.tf").as_deref(), Some("/a/main.tf"));
        assert_eq!(
            path("FILE://localhost/a%20b/%C3%A9.tf").as_deref(),
            Some("/a b/é.tf")
        );
        assert_eq!(path("file:///c%3A/main.tf").as_deref(), Some("c:/main.tf"));
        assert_eq!(path("file:///a.tf?x#y").as_deref(), Some("/a.tf"));
        for other in [
            "untitled:a.tf",
            "git:/a.tf",
            "file://host/a.tf",
            "file:///%ff",
            "file:///%00",
            "",
        ] {
            assert_eq!(path(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_and_its_uri_lead_to_each_other() {
        for text in ["/a b/é#?%.tf", "/~x/[1]/main.tofu.json"] {
            assert_eq!(
                path_of(&uri_of(Path::new(text))).as_deref(),
                Some(Path::new(text))
            );
        }
        assert_eq!(uri_of(Path::new("/a b.tf")).as_ref(), "file:///a%20b.tf");
    }
}
