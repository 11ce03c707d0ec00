//! Files with lists of images.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::model::ImageSet;
use crate::resolve::{ImageList, parse_image_list};
use crate::untrusted::one_line;
use crate::untrusted::source_kind::may_be_secret;
use terraform_eval::source::{Files, Sources};

use super::loading::read_auxiliary;
use super::terminal::eprint_line;

/// A file with images, as it was read.
#[derive(Debug)]
pub(super) struct ImageFile {
    name: String,
    text: String,
    /// Its images.
    pub(super) list: ImageList,
}

impl ImageFile {
    /// Its name, its text, and what it has copied, if it is an image set.
    pub(super) fn into_image_set(self) -> Option<(String, String, ImageSet)> {
        let set = self.list.image_set?;
        Some((self.name, self.text, set))
    }
}

/// Reads the images of a file, and reports the lines that are not images.
pub(super) fn read_image_file(
    path: &Path,
    inputs: &[PathBuf],
    files: &dyn Files,
) -> anyhow::Result<Option<ImageFile>> {
    let text = read_auxiliary(path, inputs, files)?;
    let name = path.display().to_string();
    let file = Sources::default().add(name.as_str(), text.as_str());
    match parse_image_list(file, &text) {
        Ok(list) => {
            let is_secret = list.unread.iter().any(|line| may_be_secret(&line.text));
            for line in &list.unread {
                // What is around a secret may be a part of it.
                let shown = if is_secret {
                    String::new()
                } else {
                    format!(": {}", one_line(&line.text))
                };
                let (path, number) = (path.display(), line.number);
                eprint_line(&format!("error: {path}:{number}: not an image{shown}"));
            }
            Ok(Some(ImageFile { name, text, list }))
        }
        Err(error) => {
            eprint_line(&format!("error: {}: {}", path.display(), error.located(&text)));
            Ok(None)
        }
    }
}

/// The images of files that must be read as a whole.
pub(super) fn read_image_files(
    paths: &[PathBuf],
    inputs: &[PathBuf],
    files: &dyn Files,
) -> anyhow::Result<Vec<ImageFile>> {
    let mut read = Vec::new();
    for path in paths {
        match read_image_file(path, inputs, files)? {
            Some(file) if file.list.unread.is_empty() => read.push(file),
            _ => bail!("{}: not all images can be read", path.display()),
        }
    }
    Ok(read)
}

/// The images of all files.
pub(super) fn all_images(files: &[ImageFile]) -> Vec<String> {
    let images = files.iter().flat_map(|file| &file.list.images);
    images.cloned().collect()
}
