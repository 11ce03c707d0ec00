//! Functions on paths.

use std::path::Path;

use super::file::{base_directory, unknown_result};
use crate::cty::{Type, UnknownReason, Value};
use crate::eval::functions::args::Args;
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;
use crate::source::clean_path;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abspath", abs_path)
        .param(PATH)
        .returns(ConstType::String),
    Function::new("basename", |_, args| Ok(Value::string(basename(args.string(0)))))
        .param(PATH)
        .returns(ConstType::String),
    Function::new("dirname", |_, args| Ok(Value::string(dirname(args.string(0)))))
        .param(PATH)
        .returns(ConstType::String),
    Function::new("pathexpand", path_expand)
        .param(PATH)
        .returns(ConstType::String),
];

const PATH: Parameter = Parameter::new("path", ConstType::String);

fn abs_path(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let base = std::path::absolute(base_directory(call)).map_err(|error| error.to_string())?;
    let path = clean_path(&base.join(args.string(0)));
    Ok(Value::string(path.to_string_lossy()))
}

fn path_expand(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let path = args.string(0);
    match path.strip_prefix('~') {
        None => Ok(Value::string(path)),
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => Ok(unknown_result(
            Type::String,
            UnknownReason::HomeDirectory,
            args.get(0),
        )),
        Some(_) => Err("cannot expand user-specific home dir".into()),
    }
}

fn basename(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path, trimmed) {
        ("", _) => ".",
        (_, "") => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn dirname(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |slash| slash + 1);
    clean_path(Path::new(&path[..end])).to_string_lossy().into_owned()
}
