//! Functions that read files.

use std::path::{Path, PathBuf};

use crate::cty::{Origin, Type, UnknownReason, Value};
use crate::eval::functions::args::Args;
use crate::eval::functions::encoding::base64;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::hash::{self, to_hexadecimal};
use crate::eval::functions::host::Call;
use crate::source::clean_path;
use crate::source::sandbox::{Refusal, SandboxResult};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("file", file).param(PATH).returns(ConstType::String),
    Function::new("filebase64", |call, args| {
        read_and_format(call, args, base64::encode)
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("filebase64sha256", |call, args| {
        read_and_format(call, args, |bytes| base64::encode(&hash::sha256(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("filebase64sha512", |call, args| {
        read_and_format(call, args, |bytes| base64::encode(&hash::sha512(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("fileexists", file_exists)
        .param(PATH)
        .returns(ConstType::Bool),
    Function::new("filemd5", |call, args| {
        read_and_format(call, args, |bytes| to_hexadecimal(&hash::md5(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("filesha1", |call, args| {
        read_and_format(call, args, |bytes| to_hexadecimal(&hash::sha1(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("filesha256", |call, args| {
        read_and_format(call, args, |bytes| to_hexadecimal(&hash::sha256(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
    Function::new("filesha512", |call, args| {
        read_and_format(call, args, |bytes| to_hexadecimal(&hash::sha512(bytes)))
    })
    .param(PATH)
    .returns(ConstType::String),
];

const PATH: Parameter = Parameter::new("path", ConstType::String);

/// The result of a lookup in the file system.
pub(crate) enum Lookup<T> {
    Found(T),
    /// The path is not to be read, so the result is unknown.
    Refused(Refusal),
}

/// The directory that Terraform runs in.
pub(super) fn base_directory<'a>(call: &Call<'a>) -> &'a Path {
    let root = call.host.root_directory();
    if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    }
}

/// Resolves the path of an argument. The home directory counts as outside.
pub(super) fn resolve_path(call: &Call<'_>, path: &str) -> FunctionResult<Lookup<PathBuf>> {
    match path.strip_prefix('~') {
        None => Ok(Lookup::Found(
            base_directory(call).join(clean_path(Path::new(path))),
        )),
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            Ok(Lookup::Refused(Refusal::Outside))
        }
        Some(_) => Err("failed to expand ~: cannot expand user-specific home dir".into()),
    }
}

/// The unknown result of a function that would have to read what is not to be read.
pub(crate) fn unknown_refused(ty: Type, refusal: Refusal, path: &str, argument: Option<&Value>) -> Value {
    let reason = match refusal {
        Refusal::Outside => UnknownReason::OutsideTree(path.into()),
        Refusal::ToolData => UnknownReason::ToolData(path.into()),
    };
    unknown_result(ty, reason, argument)
}

/// An unknown result of a known type, which is not null.
pub(super) fn unknown_result(ty: Type, reason: UnknownReason, argument: Option<&Value>) -> Value {
    let span = argument.and_then(Value::span);
    Value::unknown(ty)
        .refine_not_null()
        .with_origin(Origin::from_reason(reason, span))
}

pub(super) fn too_large(path: &str) -> FunctionError {
    FunctionError::Exhausted(format!("{path:?} is too large to be read").into())
}

/// Reads the bytes of a file.
fn read(call: &Call<'_>, path: &str) -> FunctionResult<Lookup<Vec<u8>>> {
    let file = match resolve_path(call, path)? {
        Lookup::Found(file) => file,
        Lookup::Refused(refusal) => return Ok(Lookup::Refused(refusal)),
    };
    call.charge(1_000)?;
    match call.host.sandbox().read(&file) {
        SandboxResult::Found(bytes) => {
            call.charge_bytes(bytes.len())?;
            Ok(Lookup::Found(bytes))
        }
        SandboxResult::Missing => Err(format!(
            "no file exists at {path:?}; this function works only with files that are distributed as part \
             of the configuration source code, so if this file will be created by a resource in this \
             configuration you must instead obtain this result from an attribute of that resource"
        )
        .into()),
        SandboxResult::Refused(refusal) => Ok(Lookup::Refused(refusal)),
        SandboxResult::TooLarge => Err(too_large(path)),
        SandboxResult::Failed(reason) => Err(format!("failed to read {path:?}: {reason}").into()),
    }
}

/// Reads the text of a file.
pub(crate) fn read_text(call: &Call<'_>, path: &str) -> FunctionResult<Lookup<String>> {
    let bytes = match read(call, path)? {
        Lookup::Found(bytes) => bytes,
        Lookup::Refused(refusal) => return Ok(Lookup::Refused(refusal)),
    };
    String::from_utf8(bytes).map(Lookup::Found).map_err(|_| {
        FunctionError::from(format!(
            "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 \
             encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing \
             results instead"
        ))
    })
}

fn file(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let path = args.string(0);
    Ok(match read_text(call, path)? {
        Lookup::Found(text) => Value::string(text),
        Lookup::Refused(refusal) => unknown_file(refusal, args),
    })
}

fn unknown_file(refusal: Refusal, args: Args<'_>) -> Value {
    unknown_refused(Type::String, refusal, args.shown_string(0), args.get(0))
}

/// Reads a file and formats its bytes.
fn read_and_format(call: &Call<'_>, args: Args<'_>, format: fn(&[u8]) -> String) -> FunctionResult {
    let path = args.string(0);
    match read(call, path)? {
        Lookup::Found(bytes) => {
            call.charge_bytes(bytes.len().saturating_mul(4))?;
            Ok(Value::string(format(&bytes)))
        }
        Lookup::Refused(refusal) => Ok(unknown_file(refusal, args)),
    }
}

fn file_exists(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let path = args.string(0);
    let unknown = |refusal| unknown_refused(Type::Bool, refusal, args.shown_string(0), args.get(0));
    let file = match resolve_path(call, path)? {
        Lookup::Found(file) => file,
        Lookup::Refused(refusal) => return Ok(unknown(refusal)),
    };
    call.charge(200)?;
    match call.host.sandbox().find_file(&file) {
        SandboxResult::Found(_) => Ok(Value::bool(true)),
        SandboxResult::Missing => Ok(Value::bool(false)),
        SandboxResult::Refused(refusal) => Ok(unknown(refusal)),
        SandboxResult::TooLarge => Err(too_large(path)),
        SandboxResult::Failed(reason) => Err(format!("{path:?} {reason}").into()),
    }
}
