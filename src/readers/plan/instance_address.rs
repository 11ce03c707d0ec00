//! The addresses of resource instances, from the fields that identify them in a plan.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use terraform_eval::address::{Address, InstanceKey, Mode, ModulePath, ResourceName};
use terraform_eval::source::Span;

use crate::readers::plan::document::{ResourceChange, ResourceValues};
use crate::readers::plan::error::{PlanError, PlanErrorKind};
use crate::readers::plan::plan_text::PlanText;

/// The address of an instance in `module`, and the span of the address in the text.
pub(super) fn resource_address<'a>(
    text: PlanText<'a>,
    module: &ModulePath,
    resource: &ResourceValues<'a>,
) -> Result<(Address, Span), PlanError> {
    let identity = InstanceIdentity {
        address: resource.address,
        mode: resource.mode.as_deref(),
        kind: resource.kind.as_ref(),
        name: resource.name.as_ref(),
        index: resource.index,
    };
    identity.address(text, module)
}

/// The address of a changed instance, and the span of the address in the text.
pub(super) fn change_address<'a>(
    text: PlanText<'a>,
    change: &ResourceChange<'a>,
) -> Result<(Address, Span), PlanError> {
    let span = change.address.map(|raw| text.span_of(raw));
    let module = module_path(change.module_address.as_deref(), span)?;
    let identity = InstanceIdentity {
        address: change.address,
        mode: change.mode.as_deref(),
        kind: change.kind.as_ref(),
        name: change.name.as_ref(),
        index: change.index,
    };
    identity.address(text, &module)
}

/// The path of a module instance; the root has no address.
pub(super) fn module_path(address: Option<&str>, span: Option<Span>) -> Result<ModulePath, PlanError> {
    let address = address.unwrap_or_default();
    ModulePath::parse(address).ok_or_else(|| {
        let message = format!("invalid module address {address}");
        PlanError::new(PlanErrorKind::UnexpectedShape(message), span)
    })
}

/// The mode of a resource, from `mode`.
pub(super) fn resource_mode(mode: Option<&str>) -> Mode {
    match mode {
        Some("data") => Mode::Data,
        _ => Mode::Managed,
    }
}

/// The fields that identify an instance inside its module.
struct InstanceIdentity<'r, 'a> {
    address: Option<&'a RawValue>,
    mode: Option<&'r str>,
    kind: Option<&'r Cow<'a, str>>,
    name: Option<&'r Cow<'a, str>>,
    index: Option<&'a RawValue>,
}

impl<'a> InstanceIdentity<'_, 'a> {
    fn address(&self, text: PlanText<'a>, module: &ModulePath) -> Result<(Address, Span), PlanError> {
        let (Some(address), Some(kind), Some(name)) = (self.address, self.kind, self.name) else {
            let message = "a resource has no address or name".to_owned();
            let span = self.address.map(|raw| text.span_of(raw));
            return Err(PlanError::new(PlanErrorKind::UnexpectedShape(message), span));
        };
        let resource = ResourceName {
            mode: resource_mode(self.mode),
            kind: Arc::from(&**kind),
            name: Arc::from(&**name),
        };
        let key = self.index.map(|raw| instance_key(text, raw)).transpose()?;
        Ok((Address::new(module.clone(), resource, key), text.span_of(address)))
    }
}

fn instance_key<'a>(text: PlanText<'a>, raw: &'a RawValue) -> Result<InstanceKey, PlanError> {
    if raw.get().starts_with('"') {
        let key = text.parse_string(raw, "an instance key")?;
        return Ok(InstanceKey::Key(Arc::from(&*key)));
    }
    serde_json::from_str(raw.get())
        .map(InstanceKey::Index)
        .map_err(|_| {
            let message = "an instance key is neither a string nor a whole number".to_owned();
            text.shape_error(raw, message)
        })
}
