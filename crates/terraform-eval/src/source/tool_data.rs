//! The data that git and Terraform keep for themselves. It may hold credentials: an action that checks out a repository
//! leaves a token in `.git/config`, and a state has the values of all resources.

use std::path::{Component, Path};

/// Whether a path, relative to a project tree, is data of git or Terraform: `.git`, `.terraform` without the installed
/// modules, and states.
#[must_use]
pub fn is_tool_data(path: &Path) -> bool {
    let mut names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    while let Some(name) = names.next() {
        match &*name {
            ".git" | "terraform.tfstate.d" => return true,
            ".terraform" => match names.next() {
                Some(below) if below == "modules" => {}
                Some(_) => return true,
                None => return false,
            },
            name if name.ends_with(".tfstate") || name.contains(".tfstate.") => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_git_and_terraform_is_recognized() {
        for path in [
            ".git/config",
            "a/.git",
            ".terraform/environment",
            ".terraform/terraform.tfstate",
            "live/terraform.tfstate",
            "live/terraform.tfstate.backup",
            "live/errored.tfstate",
            "terraform.tfstate.d/prod/terraform.tfstate",
        ] {
            assert!(is_tool_data(Path::new(path)), "{path}");
        }
        for path in [
            "main.tf",
            ".gitignore",
            ".github/config",
            ".terraform/modules/a/b.yaml",
            ".terraform.lock.hcl",
            "states.yaml",
        ] {
            assert!(!is_tool_data(Path::new(path)), "{path}");
        }
    }
}
