//! Hosts that are the node itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::grammar::{split_port, split_registry};

/// Whether the host of a source or mirror is the machine that pulls: `localhost`, an address in
/// `127.0.0.0/8`, or `::1` (in brackets; an IPv6 address is never a valid mirror anyway). No registry listens
/// there on the nodes of a cluster.
#[must_use]
pub fn is_loopback(location: &str) -> bool {
    if let Some((address, _)) = location.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok_and(|address| {
            address.is_loopback()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|address| address.is_loopback())
        });
    }
    let (registry, _) = split_registry(location);
    let (host, _) = split_port(registry);
    host.eq_ignore_ascii_case("localhost")
        || registry == "::1"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_itself_has_several_names() {
        for name in [
            "localhost",
            "localhost:5000/org",
            "LocalHost/org",
            "127.0.0.1",
            "127.1.2.3:80/a",
            "[::1]:5000/a",
            "[::ffff:127.0.0.1]/a",
            "::1",
        ] {
            assert!(is_loopback(name), "{name}");
        }
    }

    #[test]
    fn other_hosts_are_not_the_node() {
        for name in [
            "localhost.example.com",
            "quay.io/localhost",
            "128.0.0.1",
            "10.0.0.5:5000",
            "[2001:db8::1]",
            "127.example.com",
            "",
            "[",
        ] {
            assert!(!is_loopback(name), "{name}");
        }
    }
}
