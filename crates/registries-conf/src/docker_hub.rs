//! Docker Hub: the default registry of image names without a host.

/// The host that an image name without one gets (`defaultDomain` in `docker/reference`).
pub const DOCKER_HUB: &str = "docker.io";

/// The legacy host of Docker Hub (`legacyDefaultDomain`). The container runtime replaces it in image
/// references, but not in sources and mirrors.
pub(crate) const LEGACY_DOCKER_HUB: &str = "index.docker.io";

/// The host of Docker Hub's API, which a pull secret may name.
pub(crate) const REGISTRY_DOCKER_HUB: &str = "registry-1.docker.io";

/// The namespace of the official images, which their names may omit (`officialRepoName`).
pub(crate) const OFFICIAL_NAMESPACE: &str = "library";

/// Splits a reference into its host and the rest, both completed (`splitDockerDomain`): the text before the
/// first slash is a host if it contains a dot or a colon, or is `localhost`.
pub(crate) fn split_docker_domain(text: &str) -> (&str, String) {
    let (host, rest) = match text.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
        _ => (DOCKER_HUB, text),
    };
    let host = if host == LEGACY_DOCKER_HUB {
        DOCKER_HUB
    } else {
        host
    };
    if host == DOCKER_HUB && !rest.contains('/') {
        (host, format!("{OFFICIAL_NAMESPACE}/{rest}"))
    } else {
        (host, rest.to_owned())
    }
}

/// Whether Docker Hub has, or had, an official image of this name. `docker.io/nginx` means the image to
/// nearly everybody who writes it, while `docker.io/bitnami` can only be a namespace.
pub(crate) fn is_official_image(name: &str) -> bool {
    OFFICIAL_IMAGES.split_whitespace().any(|image| image == name)
}

/// Every file that was ever under `library/` in docker-library/official-images, as of August 2026.
const OFFICIAL_IMAGES: &str = "
    adminer adoptopenjdk aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb
    archlinux azul-zulu backdrop bash bonita buildpack-deps busybox caddy cassandra celery centos
    chronograf cirros clearlinux clefos clickhouse clojure composer consul convertigo couchbase couchdb
    couchdb-nouveau crate crux dart debian django docker docker-dev drupal eclipse-mosquitto
    eclipse-temurin eggdrop elasticsearch elixir emqx erlang espocrm euleros express-gateway fedora
    flink fluentd friendica fsharp gazebo gcc geonetwork ghost glassfish golang gradle groovy haproxy
    haskell haxe hello-seattle hello-world hipache hitch hola-mundo httpd hylang ibm-semeru-runtimes
    ibmjava influxdb iojs irssi java jenkins jetty jobber joomla jruby julia kaazing-gateway kapacitor
    kibana known kong krakend lightstreamer lightstreamer-server liquibase logstash mageia mariadb
    matomo maven mediawiki memcached mongo mongo-express monica mono mosquitto mysql nats nats-streaming
    neo4j neurodebian nextcloud nginx nim node notary notary-server notary-signer nuxeo odoo
    open-liberty openjdk opensuse oraclelinux orientdb owncloud percona perl photon php php-zendserver
    phpmyadmin piwik plone postfixadmin postgres pypy python r-base rabbitmq rails rakudo-star rapidoid
    redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa sentry
    silverpeas sl solr sonarqube sourcemage spark spiped storm swarm swift swipl teamspeak telegraf
    thrift tomcat tomee traefik ubuntu ubuntu-debootstrap ubuntu-upstart unit varnish vault
    websphere-liberty wordpress xwiki yourls zend-php znc zookeeper
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_a_host_are_on_docker_hub() {
        for (text, host, rest) in [
            ("nginx", "docker.io", "library/nginx"),
            ("bitnami/redis", "docker.io", "bitnami/redis"),
            ("docker.io/nginx", "docker.io", "library/nginx"),
            ("index.docker.io/nginx", "docker.io", "library/nginx"),
            ("index.docker.io/a/b", "docker.io", "a/b"),
            ("quay.io/org", "quay.io", "org"),
            ("mirror/org", "docker.io", "mirror/org"),
            ("mirror:5000/org", "mirror:5000", "org"),
            ("localhost/org", "localhost", "org"),
        ] {
            assert_eq!(split_docker_domain(text), (host, rest.to_owned()), "{text}");
        }
    }

    #[test]
    fn official_images_are_distinguished_from_namespaces() {
        for name in ["nginx", "alpine", "postgres", "redis", "zookeeper", "centos"] {
            assert!(is_official_image(name), "{name}");
        }
        for name in ["bitnami", "grafana", "library", "prom", ""] {
            assert!(!is_official_image(name), "{name}");
        }
    }
}
