//! IP network functions.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::cty::{Type, Value};
use crate::dialect::Feature;

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("cidrcontains", cidr_contains)
        .param(Parameter::new("containing_prefix", ConstType::String))
        .param(Parameter::new("contained_ip_or_prefix", ConstType::String))
        .returns(ConstType::Bool)
        .may_be_null(),
    Function::new("cidrhost", cidr_host)
        .param(PREFIX)
        .param(Parameter::new("hostnum", ConstType::Number))
        .returns(ConstType::String),
    Function::new("cidrnetmask", cidr_netmask)
        .param(PREFIX)
        .returns(ConstType::String),
    Function::new("cidrsubnet", cidr_subnet)
        .param(PREFIX)
        .param(Parameter::new("newbits", ConstType::Number))
        .param(Parameter::new("netnum", ConstType::Number))
        .returns(ConstType::String),
    Function::new("cidrsubnets", cidr_subnets)
        .param(PREFIX)
        .variadic(Parameter::new("newbits", ConstType::Number))
        .returns(ConstType::ListOfString),
];

const PREFIX: Parameter = Parameter::new("prefix", ConstType::String);

/// A network: its address, the length of its prefix, and the number of bits of an address.
#[derive(Clone, Copy)]
struct Network {
    address: u128,
    prefix: u32,
    bits: u32,
}

/// A mask of the lowest `count` bits.
fn low_bits(count: u32) -> u128 {
    match count {
        0 => 0,
        count => u128::MAX >> (128 - count.min(128)),
    }
}

impl Network {
    fn parse(text: &str) -> FunctionResult<Self> {
        let network = text.split_once('/').and_then(|(address, prefix)| {
            let (address, bits) = match parse_v4(address) {
                Some(address) => (u128::from(address), 32),
                None => (parse_v6(address)?, 128),
            };
            let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = prefix
                .parse()
                .ok()
                .filter(|&prefix| is_number && prefix <= bits)?;
            Some(
                Self {
                    address,
                    prefix,
                    bits,
                }
                .masked(),
            )
        });
        network.ok_or_else(|| format!("invalid CIDR expression: invalid CIDR address: {text}").into())
    }

    /// The network of a prefix, or that of a single address.
    fn parse_address_or_prefix(text: &str) -> FunctionResult<Self> {
        let single = |address, bits| Self {
            address,
            prefix: bits,
            bits,
        };
        if let Some(address) = parse_v4(text) {
            return Ok(single(u128::from(address), 32));
        }
        match parse_v6(text) {
            Some(address) => Ok(single(address, 128)),
            None => Self::parse(text).map_err(|_| format!("invalid IP address or prefix: {text}").into()),
        }
    }

    /// The network in IPv4, if it is one that IPv6 maps: Go does not distinguish the two.
    fn unmapped(self) -> Self {
        match Ipv6Addr::from(self.address).to_ipv4_mapped() {
            Some(address) if self.bits == 128 && self.prefix >= 96 => Self {
                address: u128::from(u32::from(address)),
                prefix: self.prefix - 96,
                bits: 32,
            },
            _ => self,
        }
    }

    fn host_bits(self) -> u32 {
        self.bits - self.prefix
    }

    /// The network with the host bits of its address cleared.
    fn masked(self) -> Self {
        Self {
            address: self.address & !low_bits(self.host_bits()),
            ..self
        }
    }

    fn last_address(self) -> u128 {
        self.address | low_bits(self.host_bits())
    }

    /// The next network with that prefix, or `None` after the last address.
    fn next(self, prefix: u32) -> Option<Self> {
        let enclosing = Self {
            address: self.last_address(),
            prefix,
            ..self
        }
        .masked();
        let address = enclosing.last_address().wrapping_add(1) & low_bits(self.bits);
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

    fn to_text(self) -> String {
        // Go prints an address that IPv6 maps as that of IPv4, with the part of the mask that belongs to it.
        let is_mapped = self.bits == 128 && Ipv6Addr::from(self.address).to_ipv4_mapped().is_some();
        let prefix = if is_mapped {
            self.prefix.saturating_sub(96)
        } else {
            self.prefix
        };
        format!("{}/{prefix}", self.address_text())
    }
}

/// Parses four decimal numbers. Unlike current Go, Terraform accepts leading zeros as decimal.
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

/// Parses an address of IPv6. Unlike current Go, Terraform accepts any number of leading zeros in a group, and in the
/// address of IPv4 that the last groups may be.
fn parse_v6(text: &str) -> Option<u128> {
    let (head, tail) = match text.split_once("::") {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let (head, mut length) = parse_groups(head)?;
    let mut address = head.checked_shl(128 - length).unwrap_or(0);
    match tail {
        // `::` stands for at least one group.
        Some(tail) => {
            let (tail, tail_length) = parse_groups(tail)?;
            address |= tail;
            length += tail_length;
            (length <= 112).then_some(address)
        }
        None => (length == 128).then_some(address),
    }
}

/// Parses groups with colons between them: their bits, and how many there are.
fn parse_groups(text: &str) -> Option<(u128, u32)> {
    let (mut bits, mut length) = (0_u128, 0);
    if text.is_empty() {
        return Some((bits, length));
    }
    let mut groups = text.split(':').peekable();
    while let Some(group) = groups.next() {
        let (value, size) = if group.contains('.') && groups.peek().is_none() {
            (parse_v4(group)?, 32)
        } else {
            let is_hexadecimal = !group.is_empty() && group.bytes().all(|digit| digit.is_ascii_hexdigit());
            let digits = group.trim_start_matches('0');
            let digits = if digits.is_empty() { "0" } else { digits };
            (
                u32::from(u16::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?),
                16,
            )
        };
        length += size;
        if length > 128 {
            return None;
        }
        bits = bits << size | u128::from(value);
    }
    Some((bits, length))
}

/// A number argument that may be larger than a machine integer.
fn large_integer(args: Args<'_>, position: usize) -> FunctionResult<i128> {
    let number = args.get(position).and_then(Value::as_number);
    let number = number
        .filter(|number| number.is_integer())
        .ok_or("value must be a whole number")?;
    let parsed = number.to_string().parse();
    parsed.map_err(|_| FunctionError::limit("the number is larger than any network"))
}

fn cidr_contains(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let containing = Network::parse(args.string(0))?.unmapped();
    let contained = Network::parse_address_or_prefix(args.string(1))?.unmapped();
    if containing.bits != contained.bits {
        return Err(format!(
            "address family mismatch: {} vs. {}",
            args.string(0),
            args.string(1)
        )
        .into());
    }
    let is_inside = |address: u128| {
        Network {
            address,
            ..containing
        }
        .masked()
        .address
            == containing.address
    };
    Ok(Value::bool(
        is_inside(contained.address) && is_inside(contained.last_address()),
    ))
}

fn cidr_host(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let number = large_integer(args, 1)?;
    let network = Network::parse(args.string(0))?;
    let max_distance = low_bits(network.host_bits());
    let is_from_end = number < 0;
    let distance = if is_from_end {
        (number + 1).unsigned_abs()
    } else {
        number.unsigned_abs()
    };
    // Terraform checks only the lowest 64 bits of a number that is not negative, as a signed number.
    #[expect(clippy::cast_possible_truncation, reason = "Terraform truncates as well")]
    let checked = i128::from(number as i64);
    let is_in_range = if is_from_end {
        distance <= max_distance
    } else {
        u128::try_from(checked).map_or(true, |checked| checked <= max_distance)
    };
    let address = network.address | distance;
    if !is_in_range || address > low_bits(network.bits) {
        let prefix = network.prefix;
        return Err(format!("prefix of {prefix} does not accommodate a host numbered {number}").into());
    }
    let host = if is_from_end {
        max_distance - distance
    } else {
        distance
    };
    // In an IPv4-mapped IPv6 network, Terraform puts the host number at the upper end.
    let is_mapped = network.bits == 128 && Ipv6Addr::from(network.address).to_ipv4_mapped().is_some();
    let address = network.address | if is_mapped { host << 96 } else { host };
    Ok(Value::string(Network { address, ..network }.address_text()))
}

fn cidr_netmask(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let network = Network::parse(args.string(0))?;
    if network.bits != 32 {
        return Err(format!("IPv6 addresses cannot have a netmask: {}", args.string(0)).into());
    }
    let address = low_bits(32) & !low_bits(network.host_bits());
    Ok(Value::string(Network { address, ..network }.address_text()))
}

/// As Terraform does, this checks the lowest 64 bits of the absolute number, and then uses the full signed
/// number.
fn cidr_subnet(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (extension, number) = (args.integer(1)?, large_integer(args, 2)?);
    let network = Network::parse(args.string(0))?;
    let new_prefix = i64::from(network.prefix).saturating_add(extension);
    if new_prefix > i64::from(network.bits) {
        let prefix = network.prefix;
        return Err(format!("insufficient address space to extend prefix of {prefix} by {extension}").into());
    }
    let max_number = u32::try_from(extension).map_or(u128::MAX, low_bits);
    if number.unsigned_abs() & low_bits(64) > max_number & low_bits(64) {
        return Err(format!(
            "prefix extension of {extension} does not accommodate a subnet numbered {number}"
        )
        .into());
    }
    let too_large =
        || format!("prefix extension of {extension} does not accommodate a subnet numbered {number}");
    let Ok(new_prefix) = u32::try_from(new_prefix) else {
        return if number == 0 {
            Ok(Value::string("<nil>"))
        } else {
            Err(too_large().into())
        };
    };
    // The check above covers 64 bits only; a larger number does not fit into the address.
    let host_bits = network.bits - new_prefix;
    let length = u128::BITS - number.unsigned_abs().leading_zeros();
    if length + host_bits > network.bits {
        return Err(too_large().into());
    }
    let shifted = number.unsigned_abs().checked_shl(host_bits).unwrap_or(0);
    let address = if number < 0 {
        (!network.address & shifted.wrapping_sub(1)).wrapping_add(1)
    } else {
        network.address | shifted
    };
    let network = Network {
        address: address & low_bits(network.bits),
        prefix: new_prefix,
        ..network
    };
    Ok(Value::string(network.to_text()))
}

fn cidr_subnets(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let network = Network::parse(args.string(0))?;
    call.charge(args.len())?;
    let mut subnets = Vec::new();
    // The first subnet follows an imaginary one of the same size before the network.
    let mut previous: Option<Network> = None;
    for position in 1..args.len() {
        let extension = args.integer(position)?;
        if extension < 1 {
            return Err("must extend prefix by at least one bit".into());
        }
        if extension > 32 && !args.has(Feature::LongSubnets) {
            return Err("may not extend prefix by more than 32 bits".into());
        }
        let prefix = u32::try_from(extension).map_or(u32::MAX, |bits| network.prefix.saturating_add(bits));
        if prefix > network.bits {
            return Err(format!("would extend prefix to {prefix} bits, which is too long").into());
        }
        let before = previous.unwrap_or_else(|| {
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
            let before = before.to_text();
            return Err(format!(
                "not enough remaining address space for a subnet with a prefix of {prefix} bits after {before}"
            )
            .into());
        };
        subnets.push(Value::string(next.to_text()));
        previous = Some(next);
    }
    Ok(Value::list(Type::String, subnets))
}
