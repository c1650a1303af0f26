//! Time zones are IANA zones.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::quote::quote;
use super::suggest::nearest;
use super::{Manifest, Problem};

pub(super) fn time_zones_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for site in manifest.sites() {
        let Some((at, zone)) = site.text_field("time_zone") else {
            continue;
        };
        if zone.parse::<Tz>().is_err() {
            let message = format!("{} is not an IANA time zone", quote(zone));
            let hint =
                "an abbreviation such as EST does not know daylight saving time; write America/New_York";
            problems.push(match nearest(zone, TZ_VARIANTS.iter().map(|zone| zone.name())) {
                Some(near) => at.problem(format!("{message}; did you mean `{near}`?"), None),
                None => at.problem(message, Some(hint.to_owned())),
            });
        }
    }
}
