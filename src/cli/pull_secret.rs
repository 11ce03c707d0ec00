//! `--pull-secret`.

use std::path::PathBuf;

use anyhow::anyhow;

use crate::model::PullSecret;
use crate::readers::pull_secret::parse_pull_secret;
use terraform_eval::source::{Files, Sources};

use super::arguments::PullSecretArguments;
use super::loading::read_auxiliary;

/// The pull secret of the files, merged. `None` without the option.
pub(super) fn read_pull_secret(
    inputs: &[PathBuf],
    arguments: &PullSecretArguments,
    files: &dyn Files,
) -> anyhow::Result<Option<PullSecret>> {
    let mut secret: Option<PullSecret> = None;
    for path in &arguments.pull_secret {
        let text = read_auxiliary(path, inputs, files)?;
        let name = path.display().to_string();
        let id = Sources::default().add(name.as_str(), text.as_str());
        let file = parse_pull_secret(id, &text).map_err(|error| anyhow!("{name}: {error}"))?;
        secret = Some(match secret {
            None => PullSecret { name, file },
            Some(original) => PullSecret {
                name: format!("{}, {name}", original.name),
                file: original.file.merge(file),
            },
        });
    }
    Ok(secret)
}
