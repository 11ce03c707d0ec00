//! Functions on IP networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::cty::{Type, Value};

use super::super::Failure;
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::support::{Answer, function, list_of_string, string, text, whole};

const PREFIX: Parameter = Parameter::of("prefix", Want::String);

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function(
        "cidrhost",
        &[PREFIX, Parameter::of("hostnum", Want::Number)],
        string,
        |_, arguments| host(arguments).into(),
    ),
    function("cidrnetmask", &[PREFIX], string, |_, arguments| {
        netmask(arguments).into()
    }),
    function(
        "cidrsubnet",
        &[
            PREFIX,
            Parameter::of("newbits", Want::Number),
            Parameter::of("netnum", Want::Number),
        ],
        string,
        |_, arguments| subnet(arguments).into(),
    ),
    Function {
        variadic: Some(&Parameter::of("newbits", Want::Number)),
        ..function("cidrsubnets", &[PREFIX], list_of_string, |call, arguments| {
            subnets(call, arguments).into()
        })
    },
];

/// A network: its address, the length of its prefix, and how many bits an address has.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

/// The lowest `count` bits.
fn low_bits(count: u32) -> u128 {
    match count {
        0 => 0,
        count => u128::MAX >> (128 - count.min(128)),
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(address, prefix)| {
            let (address, bits) = match parse_v4(address) {
                Some(address) => (u128::from(address), 32),
                None => (u128::from(address.parse::<Ipv6Addr>().ok()?), 128),
            };
            let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = prefix.parse().ok().filter(|&prefix| digits && prefix <= bits)?;
            Some(
                Self {
                    address,
                    prefix,
                    bits,
                }
                .masked(),
            )
        });
        parts.ok_or_else(|| format!("invalid CIDR expression: invalid CIDR address: {text}"))
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    /// The network with the address that the prefix leaves.
    fn masked(self) -> Self {
        Self {
            address: self.address & !low_bits(self.host_bits()),
            ..self
        }
    }

    fn last(self) -> u128 {
        self.address | low_bits(self.host_bits())
    }

    /// The network of that prefix behind this one; none behind the last address.
    fn next(self, prefix: u32) -> Option<Self> {
        let wider = Self {
            address: self.last(),
            prefix,
            ..self
        }
        .masked();
        let address = wider.last().wrapping_add(1) & low_bits(self.bits);
        (address != 0).then(|| {
            Self {
                address,
                prefix,
                ..self
            }
            .masked()
        })
    }

    fn address_text(self) -> String {
        match u32::try_from(self.address) {
            Ok(address) if self.bits == 32 => Ipv4Addr::from(address).to_string(),
            _ => {
                let address = Ipv6Addr::from(self.address);
                match address.to_ipv4_mapped() {
                    Some(mapped) => mapped.to_string(),
                    None => address.to_string(),
                }
            }
        }
    }

    fn text(self) -> String {
        format!("{}/{}", self.address_text(), self.prefix)
    }
}

/// Four decimal numbers; unlike today's Go, Terraform takes leading zeros for decimal.
fn parse_v4(text: &str) -> Option<u32> {
    let mut address = 0;
    let mut count = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part: u8 = part
            .trim_start_matches('0')
            .parse()
            .or(if part.contains(|digit| digit != '0') {
                Err(())
            } else {
                Ok(0)
            })
            .ok()?;
        address = address << 8 | u32::from(part);
        count += 1;
    }
    (count == 4).then_some(address)
}

/// A number argument that can be larger than a machine integer.
fn large(arguments: &[Value], position: usize) -> Result<i128, Stop> {
    let number = arguments.get(position).and_then(Value::as_number);
    let number = number
        .filter(|number| number.is_integer())
        .ok_or("value must be a whole number")?;
    let parsed = number.to_string().parse();
    parsed.map_err(|_| Stop::Failure(Failure::limit("the number is larger than any network")))
}

fn host(arguments: &[Value]) -> Answer {
    let number = large(arguments, 1)?;
    let network = Network::parse(text(arguments, 0))?;
    let most = low_bits(network.host_bits());
    let from_end = number < 0;
    let distance = if from_end {
        (number + 1).unsigned_abs()
    } else {
        number.unsigned_abs()
    };
    // Of numbers that are not negative, Terraform looks at the last 64 bits alone, as a signed number.
    #[expect(clippy::cast_possible_truncation, reason = "Terraform leaves the rest away")]
    let tried = i128::from(number as i64);
    let fits = if from_end {
        distance <= most
    } else {
        u128::try_from(tried).map_or(true, |tried| tried <= most)
    };
    let address = network.address | distance;
    if !fits || address > low_bits(network.bits) {
        let prefix = network.prefix;
        return Err(format!("prefix of {prefix} does not accommodate a host numbered {number}").into());
    }
    let host = if from_end { most - distance } else { distance };
    // Of an IPv4 address in IPv6's clothes, Terraform takes the upper end for the host's.
    let mapped = network.bits == 128 && Ipv6Addr::from(network.address).to_ipv4_mapped().is_some();
    let address = network.address | if mapped { host << 96 } else { host };
    Ok(Value::string(Network { address, ..network }.address_text()))
}

fn netmask(arguments: &[Value]) -> Answer {
    let network = Network::parse(text(arguments, 0))?;
    if network.bits != 32 {
        return Err(format!("IPv6 addresses cannot have a netmask: {}", text(arguments, 0)).into());
    }
    let address = low_bits(32) & !low_bits(network.host_bits());
    Ok(Value::string(Network { address, ..network }.address_text()))
}

/// The number is checked and used as Terraform does it: without its sign and without what is above 64
/// bits for the one, with both for the other.
fn subnet(arguments: &[Value]) -> Answer {
    let (more, number) = (whole(arguments, 1)?, large(arguments, 2)?);
    let network = Network::parse(text(arguments, 0))?;
    let longer = i64::from(network.prefix).saturating_add(more);
    if longer > i64::from(network.bits) {
        let prefix = network.prefix;
        return Err(format!("insufficient address space to extend prefix of {prefix} by {more}").into());
    }
    let most = u32::try_from(more).map_or(u128::MAX, low_bits);
    if number.unsigned_abs() & low_bits(64) > most & low_bits(64) {
        return Err(
            format!("prefix extension of {more} does not accommodate a subnet numbered {number}").into(),
        );
    }
    let Ok(longer) = u32::try_from(longer) else {
        return Ok(Value::string("<nil>"));
    };
    // Of a larger number only 64 bits are compared above; the rest has no place in the address.
    let room = network.bits - longer;
    let length = u128::BITS - number.unsigned_abs().leading_zeros();
    if length + room > network.bits {
        return Err(
            format!("prefix extension of {more} does not accommodate a subnet numbered {number}").into(),
        );
    }
    let shifted = number.unsigned_abs().checked_shl(room).unwrap_or(0);
    let address = if number < 0 {
        (!network.address & shifted.wrapping_sub(1)).wrapping_add(1)
    } else {
        network.address | shifted
    };
    let network = Network {
        address: address & low_bits(network.bits),
        prefix: longer,
        ..network
    };
    Ok(Value::string(network.text()))
}

fn subnets(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let network = Network::parse(text(arguments, 0))?;
    call.evaluator.spend(arguments.len())?;
    let mut found = Vec::new();
    // It starts behind the network that comes before, as long as the first one that is asked for.
    let mut current: Option<Network> = None;
    for position in 1..arguments.len() {
        let more = whole(arguments, position)?;
        let more = match u32::try_from(more) {
            Ok(more @ 1..=32) => more,
            Ok(33..) => return Err("may not extend prefix by more than 32 bits".into()),
            _ if more > 32 => return Err("may not extend prefix by more than 32 bits".into()),
            _ => return Err("must extend prefix by at least one bit".into()),
        };
        let prefix = network.prefix + more;
        if prefix > network.bits {
            return Err(format!("would extend prefix to {prefix} bits, which is too long").into());
        }
        let before = current.unwrap_or_else(|| {
            let address = network.address.wrapping_sub(1) & low_bits(network.bits);
            Network {
                address,
                prefix,
                ..network
            }
            .masked()
        });
        let next = before
            .next(prefix)
            .filter(|next| next.address & !low_bits(network.host_bits()) == network.address);
        let Some(next) = next else {
            let before = before.text();
            return Err(format!(
                "not enough remaining address space for a subnet with a prefix of {prefix} bits after {before}"
            )
            .into());
        };
        found.push(Value::string(next.text()));
        current = Some(next);
    }
    Ok(Value::list(Type::String, found))
}
