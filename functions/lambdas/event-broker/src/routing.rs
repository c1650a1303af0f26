//! Path and method -> action, by the contract's list and nothing else.

use contract::route::Action;
use contract::{Method, ROUTES, Route};

/// What the contract says of a request line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Routed {
    To(Route),
    WrongMethod { allowed: Vec<Method> },
    Unknown,
}

pub(crate) fn route(method: &str, path: &str) -> Routed {
    let of_path = || own().filter(|route| route.path == path);
    match of_path().find(|route| route.method.as_str() == method) {
        Some(route) => Routed::To(*route),
        None if of_path().next().is_none() => Routed::Unknown,
        None => Routed::WrongMethod {
            allowed: of_path().map(|route| route.method).collect(),
        },
    }
}

/// The contract's routes that the broker answers.
pub(crate) fn own() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .filter(|route| Action::OF_BROKER.contains(&route.action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_contract_leads_to_its_action() {
        for expected in own() {
            assert_eq!(
                route(expected.method.as_str(), expected.path),
                Routed::To(*expected)
            );
        }
    }

    #[test]
    fn what_the_contract_does_not_list_is_refused() {
        let allowed = vec![Method::Get];
        assert_eq!(route("POST", "/health"), Routed::WrongMethod { allowed });
        assert_eq!(
            route("get", "/health"),
            Routed::WrongMethod {
                allowed: vec![Method::Get]
            }
        );
        for path in [
            "",
            "/",
            "/health/",
            "//health",
            "/Health",
            "/health?x",
            "/calendar",
        ] {
            assert_eq!(route("GET", path), Routed::Unknown, "{path}");
        }
    }
}
