//! YAML: `yamldecode` and `yamlencode`.

mod decode;
mod encode;
mod parser;
mod scalar;
mod scanner;

use crate::eval::functions::function::{ConstType, Function, Parameter};

/// The functions of this directory.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("yamldecode", decode::yaml_decode)
        .param(Parameter::new("src", ConstType::String))
        .may_be_null(),
    Function::new("yamlencode", encode::yaml_encode)
        .param(
            Parameter::new("value", ConstType::Any)
                .allow_null()
                .allow_dynamic(),
        )
        .returns(ConstType::String)
        .may_be_null(),
];
