//! The statements of a policy document, whichever of the ways JSON policies allow they are written in.

use serde_json::Value as Json;

use super::like;

/// One statement of a policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    /// Whether it allows; else it denies.
    pub(crate) allows: bool,
    /// The statement itself.
    pub(crate) json: &'a Json,
    /// Its conditions; null when there are none.
    pub(crate) condition: &'a Json,
}

/// The statements of a policy document. One statement need not stand in a list.
pub(crate) fn grants(policy: &Json) -> impl Iterator<Item = Grant<'_>> {
    items(&policy["Statement"]).map(|json| Grant {
        allows: json["Effect"] == "Allow",
        json,
        condition: &json["Condition"],
    })
}

/// The members of a list, or the one value that stands for a list of one.
pub(crate) fn items(json: &Json) -> impl Iterator<Item = &Json> {
    let (list, single) = match json {
        Json::Array(list) => (list.as_slice(), None),
        Json::Null => (&[][..], None),
        single => (&[][..], Some(single)),
    };
    list.iter().chain(single)
}

impl Grant<'_> {
    /// Whether the statement is about the action. A list of what it is *not* about counts as about it, unless
    /// the action stands in that list.
    pub(crate) fn covers(self, action: &str) -> bool {
        // IAM compares actions without regard to case.
        let action = action.to_ascii_lowercase();
        let named = |list: &Json| {
            items(list)
                .filter_map(Json::as_str)
                .any(|pattern| like(&pattern.to_ascii_lowercase(), &action))
        };
        match &self.json["NotAction"] {
            Json::Null => named(&self.json["Action"]),
            list => !named(list),
        }
    }

    /// Whether the principal is an identity provider, or everybody. `NotPrincipal` counts as everybody.
    pub(crate) fn is_for_web_identities(self) -> bool {
        let principal = &self.json["Principal"];
        self.json.get("NotPrincipal").is_some()
            || principal == "*"
            || principal.get("Federated").is_some()
            || items(&principal["AWS"]).any(|who| who == "*")
    }
}
