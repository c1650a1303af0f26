//! Path and method -> action, by the contract's list and nothing else.

use contract::route::Action;
use contract::{Method, ROUTES, Route};

/// What the contract says of a request line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Routed {
    /// With what stands in the path for each of its names.
    To(Route, Vec<(&'static str, String)>),
    WrongMethod {
        allowed: Vec<Method>,
    },
    Unknown,
}

pub(crate) fn route(method: &str, path: &str) -> Routed {
    let of_path = || own().filter_map(|route| Some((route, named(route.path, path)?)));
    match of_path().find(|(route, _)| route.method.as_str() == method) {
        Some((route, named)) => Routed::To(*route, named),
        None if of_path().next().is_none() => Routed::Unknown,
        None => Routed::WrongMethod {
            allowed: of_path().map(|(route, _)| route.method).collect(),
        },
    }
}

/// The contract's routes that the broker answers.
pub(crate) fn own() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .filter(|route| Action::OF_BROKER.contains(&route.action))
}

/// What a path has in the places of a pattern's names; `None` when it is not of that pattern.
fn named(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut named = Vec::new();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        let segment = segments.next()?;
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => named.push((name, segment.to_owned())),
            None if segment == wanted => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_contract_leads_to_its_action() {
        for expected in own() {
            let Routed::To(found, _) = route(expected.method.as_str(), expected.path) else {
                panic!("{} leads nowhere", expected.path);
            };
            assert_eq!(found, *expected);
        }
    }

    #[test]
    fn a_name_in_the_path_is_one_segment_and_never_empty() {
        let Routed::To(found, named) = route("POST", "/conflicts/ab-1/undo") else {
            panic!("it leads nowhere");
        };
        assert_eq!(found.path, "/conflicts/{id}/undo");
        assert_eq!(named, [("id", "ab-1".to_owned())]);
        for path in [
            "/conflicts//undo",
            "/conflicts/a/b/undo",
            "/conflicts/a",
            "/feeds/",
            "/feeds/a/b",
        ] {
            assert_eq!(route("POST", path), Routed::Unknown, "{path}");
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
