//! Functions on files and their paths.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::address::{ModulePath, Reference, Subject};
use crate::cty::marks::{Origin, Role};
use crate::cty::{Type, Value};
use crate::source::clean_path;
use crate::source::sandbox::SandboxResult;

use super::super::{Failure, InstanceId};
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::support::{Answer, bool, function, string, text};
use super::{encoding, hashes};

const PATH: &[Parameter] = &[Parameter::of("path", Want::String)];

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function("abspath", PATH, string, |call, arguments| {
        absolute(call, arguments).into()
    }),
    function("basename", PATH, string, |_, arguments| {
        Value::string(basename(text(arguments, 0))).into()
    }),
    function("dirname", PATH, string, |_, arguments| {
        Value::string(dirname(text(arguments, 0))).into()
    }),
    function("file", PATH, string, |call, arguments| {
        file(call, arguments).into()
    }),
    function("filebase64", PATH, string, |call, arguments| {
        with_bytes(call, arguments, encoding::encode).into()
    }),
    function("filebase64sha256", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| encoding::encode(&hashes::sha256(bytes))).into()
    }),
    function("filebase64sha512", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| encoding::encode(&hashes::sha512(bytes))).into()
    }),
    function("fileexists", PATH, bool, |call, arguments| {
        exists(call, arguments).into()
    }),
    function("filemd5", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| hashes::hexadecimal(&hashes::md5(bytes))).into()
    }),
    function("filesha1", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| hashes::hexadecimal(&hashes::sha1(bytes))).into()
    }),
    function("filesha256", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| {
            hashes::hexadecimal(&hashes::sha256(bytes))
        })
        .into()
    }),
    function("filesha512", PATH, string, |call, arguments| {
        with_bytes(call, arguments, |bytes| {
            hashes::hexadecimal(&hashes::sha512(bytes))
        })
        .into()
    }),
    function("pathexpand", PATH, string, |_, arguments| {
        expand(arguments).into()
    }),
];

/// What a file function finds.
pub(super) enum Content<T> {
    /// This.
    Here(T),
    /// It may not look: the result is unknown.
    Outside,
}

/// The directory that Terraform runs in.
fn base<'a>(call: &Call<'a>) -> &'a Path {
    let root = &call.evaluator.module(InstanceId::ROOT).directory;
    if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    }
}

/// The path that an argument means. The home directory is nobody's business.
pub(super) fn located(call: &Call<'_>, path: &str) -> Result<Content<PathBuf>, Stop> {
    match path.strip_prefix('~') {
        None => Ok(Content::Here(base(call).join(clean_path(Path::new(path))))),
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => Ok(Content::Outside),
        Some(_) => Err("failed to expand ~: cannot expand user-specific home dir".into()),
    }
}

/// An unknown result of a file that is not looked at.
pub(super) fn outside(ty: Type, what: &str, argument: Option<&Value>) -> Value {
    let subject = Subject::Other(Arc::from(format!(
        "{what}, which is outside of the given directory tree"
    )));
    Value::unknown(ty).refine_not_null().with_origin(Origin {
        reference: Arc::new(Reference::new(ModulePath::root(), subject)),
        span: argument.and_then(Value::span),
        role: Role::Exact,
        trace: None,
    })
}

pub(super) fn too_large(path: &str) -> Stop {
    Stop::Failure(Failure::limit(format!("{path:?} is too large to be read")))
}

/// The bytes of a file.
pub(super) fn read(call: &Call<'_>, path: &str) -> Result<Content<Vec<u8>>, Stop> {
    let Content::Here(file) = located(call, path)? else {
        return Ok(Content::Outside);
    };
    call.evaluator.spend(1_000)?;
    match call.evaluator.sandbox().read(&file) {
        SandboxResult::Found(bytes) => {
            call.spend_bytes(bytes.len())?;
            Ok(Content::Here(bytes))
        }
        SandboxResult::Missing => Err(format!(
            "no file exists at {path:?}; this function works only with files that are distributed as part \
             of the configuration source code, so if this file will be created by a resource in this \
             configuration you must instead obtain this result from an attribute of that resource"
        )
        .into()),
        SandboxResult::Outside => Ok(Content::Outside),
        SandboxResult::TooLarge => Err(too_large(path)),
        SandboxResult::Failed(why) => Err(format!("failed to read {path:?}: {why}").into()),
    }
}

/// The text of a file.
pub(super) fn read_text(call: &Call<'_>, path: &str) -> Result<Content<String>, Stop> {
    let Content::Here(bytes) = read(call, path)? else {
        return Ok(Content::Outside);
    };
    String::from_utf8(bytes).map(Content::Here).map_err(|_| {
        Stop::Error(format!(
            "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 \
             encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing \
             results instead"
        ))
    })
}

fn file(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = text(arguments, 0);
    Ok(match read_text(call, path)? {
        Content::Here(text) => Value::string(text),
        Content::Outside => outside_file(path, arguments),
    })
}

fn outside_file(path: &str, arguments: &[Value]) -> Value {
    outside(Type::String, &format!("the file {path}"), arguments.first())
}

fn with_bytes(call: &Call<'_>, arguments: &[Value], show: impl FnOnce(&[u8]) -> String) -> Answer {
    let path = text(arguments, 0);
    match read(call, path)? {
        Content::Here(bytes) => {
            call.spend_bytes(bytes.len().saturating_mul(4))?;
            Ok(Value::string(show(&bytes)))
        }
        Content::Outside => Ok(outside_file(path, arguments)),
    }
}

fn exists(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = text(arguments, 0);
    let unknown = || outside(Type::Bool, &format!("the file {path}"), arguments.first());
    let Content::Here(file) = located(call, path)? else {
        return Ok(unknown());
    };
    call.evaluator.spend(200)?;
    match call.evaluator.sandbox().find_file(&file) {
        SandboxResult::Found(_) => Ok(Value::bool(true)),
        SandboxResult::Missing => Ok(Value::bool(false)),
        SandboxResult::Outside => Ok(unknown()),
        SandboxResult::TooLarge => Err(too_large(path)),
        SandboxResult::Failed(why) => Err(format!("{path:?} {why}").into()),
    }
}

fn absolute(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let base = std::path::absolute(base(call)).map_err(|error| Stop::Error(error.to_string()))?;
    let path = clean_path(&base.join(text(arguments, 0)));
    Ok(Value::string(path.to_string_lossy()))
}

fn expand(arguments: &[Value]) -> Answer {
    let path = text(arguments, 0);
    match path.strip_prefix('~') {
        None => Ok(Value::string(path)),
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            Ok(outside(Type::String, "the home directory", arguments.first()))
        }
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
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean_path(Path::new(&path[..end])).to_string_lossy().into_owned()
}
