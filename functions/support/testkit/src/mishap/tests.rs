use super::{Draw, Mishap, Mishaps, Plan, Weights};

fn drawn(seed: u64, by: Draw, recipients: &[&str]) -> Vec<(String, Option<Mishap>)> {
    let mut mishaps = Mishaps::default();
    let weights = Weights {
        well: 2,
        hang: 1,
        accept_then_drop: 1,
        ..Weights::default()
    };
    mishaps.draw(Some(Plan { seed, weights, by }));
    let strike = |recipient: &&str| ((*recipient).to_owned(), mishaps.strike(recipient));
    recipients.iter().map(strike).collect()
}

#[test]
fn a_seed_draws_the_same_again_and_another_draws_something_else() {
    let recipients = ["a"; 100];
    let first = drawn(1, Draw::Request, &recipients);
    assert_eq!(first, drawn(1, Draw::Request, &recipients));
    assert_ne!(first, drawn(2, Draw::Request, &recipients));
    let well = first.iter().filter(|(_, mishap)| mishap.is_none()).count();
    assert!((30..70).contains(&well), "{well}");
}

#[test]
fn by_recipient_the_order_of_arrival_does_not_matter() {
    let mut one = drawn(1, Draw::Recipient, &["a", "b", "c", "d", "e", "f", "g", "h"]);
    let mut other = drawn(1, Draw::Recipient, &["h", "g", "f", "e", "d", "c", "b", "a"]);
    one.sort_by(|a, b| a.0.cmp(&b.0));
    other.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(one, other);
}

#[test]
fn without_weights_nothing_goes_wrong() {
    let mut mishaps = Mishaps::default();
    let weights = Weights::default();
    mishaps.draw(Some(Plan {
        seed: 1,
        weights,
        by: Draw::Request,
    }));
    assert_eq!(mishaps.strike("a"), None);
}

#[test]
fn what_is_laid_on_a_recipient_strikes_as_often_as_it_should() {
    let mut mishaps = Mishaps::default();
    mishaps.lay("a", Mishap::Hang.times(1));
    assert_eq!(mishaps.strike("b"), None);
    assert_eq!(mishaps.strike("a"), Some(Mishap::Hang));
    assert_eq!(mishaps.strike("a"), None);
}
