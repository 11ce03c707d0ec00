//! The values for variables in `TF_CLI_ARGS` and `TF_CLI_ARGS_plan`, from which Terraform takes more arguments.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::workspace::VariableArg;

/// The variables of the environment with arguments of `terraform plan`, in the order in which Terraform takes them.
pub(super) const NAMES: [&str; 2] = ["TF_CLI_ARGS_plan", "TF_CLI_ARGS"];

/// The values for variables among the arguments in the text of the variable `name` of the environment.
pub(super) fn variables_in(name: &str, text: &str) -> anyhow::Result<Vec<VariableArg>> {
    let words = shlex::split(text).with_context(|| format!("invalid {name}: a quote is not closed"))?;
    let mut variables = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        // Terraform takes options with one dash and with two, and values after `=` and in the next word.
        let Some(option) = word.strip_prefix('-') else {
            continue;
        };
        let option = option.strip_prefix('-').unwrap_or(option);
        let (option, value) = match option.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (option, None),
        };
        if !matches!(option, "var" | "var-file") {
            continue;
        }
        let value = value.or_else(|| words.next());
        let value = value.with_context(|| format!("invalid {name}: `-{option}` has no value"))?;
        variables.push(if option == "var-file" {
            let path = PathBuf::from(value);
            if path.is_absolute() {
                VariableArg::File(path)
            } else {
                VariableArg::FileOfRoot(path)
            }
        } else {
            let (variable, text) = value
                .split_once('=')
                .with_context(|| format!("invalid {name}: expected `-var NAME=VALUE`, found {value:?}"))?;
            VariableArg::Variable {
                name: variable.trim().to_owned(),
                text: text.to_owned(),
            }
        });
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_each_form_of_an_option() {
        let text = "-no-color -var-file=a.tfvars --var-file b.tfvars -var 'x={a = \"b c\"}' -target=t -var=y=1 -parallelism 5 \
                    -var-file=/c.tfvars";
        let variable = |name: &str, text: &str| VariableArg::Variable {
            name: name.into(),
            text: text.into(),
        };
        let expected = [
            VariableArg::FileOfRoot("a.tfvars".into()),
            VariableArg::FileOfRoot("b.tfvars".into()),
            variable("x", "{a = \"b c\"}"),
            variable("y", "1"),
            VariableArg::File("/c.tfvars".into()),
        ];
        assert_eq!(variables_in("TF_CLI_ARGS", text).unwrap(), expected);
    }

    #[test]
    fn what_terraform_rejects_is_an_error() {
        for (text, expected) in [
            ("-var 'x=1", "invalid TF_CLI_ARGS: a quote is not closed"),
            ("-var-file", "invalid TF_CLI_ARGS: `-var-file` has no value"),
            (
                "-var x",
                "invalid TF_CLI_ARGS: expected `-var NAME=VALUE`, found \"x\"",
            ),
        ] {
            assert_eq!(
                variables_in("TF_CLI_ARGS", text).unwrap_err().to_string(),
                expected
            );
        }
    }
}
