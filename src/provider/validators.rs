//! What the provider checks of a value during validation, in addition to its type: the validators of its schemas.

use terraform_eval::address::{Mode, ResourceName};
use terraform_eval::cty::Value;

/// The number of digits of an AWS account id.
const ACCOUNT_ID_DIGITS: usize = 12;

/// The maximum length of the name of a cluster.
const MAX_CLUSTER_NAME_LENGTH: usize = 54;

/// The maximum length of the domain prefix of a cluster.
const MAX_DOMAIN_PREFIX_LENGTH: usize = 15;

/// Why the provider rejects the value of an argument. Only known values are checked, as in the provider.
#[must_use]
pub(crate) fn value_error(resource: &ResourceName, argument: &str, value: &Value) -> Option<String> {
    if resource.mode != Mode::Managed || value.is_null() || !value.is_known() {
        return None;
    }
    let number = || value.as_number();
    let whole = |minimum: usize| {
        let number = number()?;
        match number.to_index() {
            Some(index) if index >= minimum => None,
            Some(_) => Some(format!("must be at least {minimum}")),
            None => Some(format!("must be a whole number, at least {minimum}")),
        }
    };
    let length = |maximum: usize| {
        let is_longer = value.as_str().is_some_and(|text| text.len() > maximum);
        is_longer.then(|| format!("must not be longer than {maximum} characters"))
    };
    match (&*resource.kind, argument) {
        // provider/clusterwaiter/cluster_waiter_resource.go
        ("rhcs_cluster_wait", "timeout") => whole(1).map(|what| format!("{what}: it is in minutes")),
        // provider/machinepool/hcp/machine_pool_resource.go
        ("rhcs_cluster_wait", "cluster") | ("rhcs_hcp_machine_pool", "cluster" | "name" | "subnet_id") => {
            value
                .as_str()
                .filter(|id| id.trim().is_empty())
                .map(|_| "must not be blank".to_owned())
        }
        // provider/clusterrosa/hcp/resource.go
        ("rhcs_cluster_rosa_hcp", "replicas") => whole(2),
        ("rhcs_cluster_rosa_hcp", "min_replicas") => whole(0),
        (
            "rhcs_cluster_rosa_hcp",
            "max_hcp_cluster_wait_timeout_in_minutes" | "max_machinepool_wait_timeout_in_minutes",
        ) => number()
            .filter(|number| !number.is_integer())
            .map(|_| "must be a whole number".to_owned()),
        ("rhcs_cluster_rosa_hcp", "name") => length(MAX_CLUSTER_NAME_LENGTH),
        ("rhcs_cluster_rosa_hcp", "domain_prefix") => length(MAX_DOMAIN_PREFIX_LENGTH),
        ("rhcs_cluster_rosa_hcp", "aws_account_id" | "aws_billing_account_id")
        | ("rhcs_cluster_rosa_classic", "aws_account_id") => {
            let id = value.as_str()?;
            let is_id = id.len() == ACCOUNT_ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_digit());
            (!is_id).then(|| format!("must be {ACCOUNT_ID_DIGITS} digits"))
        }
        _ => None,
    }
}
