//! What a message looks like when it goes out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use campaign::{Address, Delivery, DeliveryId, Occurrence, Purpose, UnsubscribeKey};
use chrono::DateTime;
use mailer::Mail;
use manifest::Manifest;
use serde_json::json;
use sms::Sms;
use template::Library;

use crate::{Outgoing, Texts, render};

/// A Polish name and a long Japanese one: the second fills several encoded words.
const HARBOR: &str = "Przystań";
const ISLAND: &str = "瀬戸内海の島々を巡る小さな木造帆船の貸切クルーズ案内所";

fn manifest() -> Manifest {
    let text = json!({
        "version": 1,
        "sites": [
            {"id": "harbor", "name": "Harbor", "time_zone": "UTC",
                "messages": {"email_name": HARBOR, "sms_number": "+15005550009"},
                "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60}]},
            {"id": "island", "name": "Island", "time_zone": "UTC", "messages": {"email_name": ISLAND},
                "assets": [{"id": "ketch", "name": "Ketch", "turnover_minutes": 60}]}
        ],
        "messages": {
            "email": {"name": "Captain \"Sam\" Ltd", "address": "hello@harbor.example",
                "reply_to": "desk@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15005550006", "validity_minutes": 30}
        }
    });
    Manifest::parse(text.to_string().as_bytes()).unwrap()
}

fn texts() -> Texts {
    let html = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>Hello</title></head><body>{body}</body></html>"
        )
    };
    let leave = "<p>Hello {{ guest.name }}</p><p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></p>";
    let sources = [
        ("blast/subject.txt.j2", "Hello {{ guest.name }}".to_owned()),
        ("blast/body.html.j2", html(leave)),
        ("notice/subject.txt.j2", "Your booking".to_owned()),
        (
            "notice/body.html.j2",
            html("<p>See you soon, {{ guest.name }}</p>"),
        ),
        ("lost/subject.txt.j2", "A link that leads nowhere".to_owned()),
        (
            "lost/body.html.j2",
            html(
                "<p><a href=\"{{ unsubscribe_url }}\">Unsubscribe</a> <a href=\"javascript:void(0)\">Book</a></p>",
            ),
        ),
        ("sms/note.j2", "Hello {{ guest.name }}".to_owned()),
    ];
    Texts {
        library: Library::new(sources.map(|(name, text)| (name.to_owned(), text)).into()),
        unsubscribe: UnsubscribeKey::new(&[7; 32]),
        api_url: "https://api.harbor.example".to_owned(),
        configuration_set: "landfall-local".to_owned(),
    }
}

fn delivery(purpose: Purpose, template: &str, address: Address, site: Option<&str>) -> Delivery {
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: "x".to_owned(),
        key: "k".to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    let times = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
    Delivery {
        site: site.map(str::to_owned),
        context: json!({"guest": {"name": "Alex"}}),
        look_at: None,
        ..Delivery::planned(id, address, (purpose, template), times)
    }
}

fn mail_to_alex(purpose: Purpose, template: &str, site: Option<&str>) -> (Delivery, Mail) {
    let address = Address::email("alex@example.com").unwrap();
    let delivery = delivery(purpose, template, address, site);
    match render(&manifest(), &texts(), &delivery).unwrap().0 {
        Outgoing::Mail(mail) => (delivery, *mail),
        other => panic!("{other:?}"),
    }
}

fn text_to_alex(site: Option<&str>) -> (Delivery, Sms) {
    let address = Address::parse(campaign::Channel::Sms, "+15551234567").unwrap();
    let delivery = delivery(Purpose::Transactional, "note", address, site);
    match render(&manifest(), &texts(), &delivery).unwrap().0 {
        Outgoing::Sms(sms) => (delivery, sms),
        other => panic!("{other:?}"),
    }
}

fn header<'m>(mail: &'m Mail, name: &str) -> Option<&'m str> {
    let found = mail
        .headers
        .iter()
        .filter(|(own, _)| own.eq_ignore_ascii_case(name));
    let values: Vec<&str> = found.map(|(_, value)| value.as_str()).collect();
    assert!(values.len() <= 1, "{name} is there more than once: {values:?}");
    values.first().copied()
}

/// What a reader of mails makes of encoded words, by RFC 2047 alone.
fn decoded(name: &str) -> String {
    let words = name.split(' ').map(|word| {
        assert!(word.len() <= 75, "longer than an encoded word may be: {word}");
        let text = word
            .strip_prefix("=?UTF-8?B?")
            .and_then(|rest| rest.strip_suffix("?="));
        String::from_utf8(STANDARD.decode(text.unwrap()).unwrap()).unwrap()
    });
    words.collect()
}

#[track_caller]
fn check_from(site: &str, name: &str) {
    let (_, mail) = mail_to_alex(Purpose::Transactional, "notice", Some(site));
    assert!(mail.from.is_ascii(), "{}", mail.from);
    let shown = mail.from.strip_suffix(" <hello@harbor.example>").unwrap();
    assert_eq!(decoded(shown), name);
}

#[test]
fn marketing_lets_its_reader_leave_by_one_click_and_by_the_link_that_it_shows() {
    let (delivery, mail) = mail_to_alex(Purpose::Marketing, "blast", None);
    let leave = header(&mail, "List-Unsubscribe").unwrap();
    let url = leave
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap();
    let token = url
        .strip_prefix("https://api.harbor.example/unsubscribe/")
        .unwrap();
    assert_eq!(texts().unsubscribe.read(token).ok(), Some(delivery.id));
    assert_eq!(
        header(&mail, "List-Unsubscribe-Post"),
        Some("List-Unsubscribe=One-Click")
    );
    assert!(mail.html.as_deref().unwrap().contains(&format!("href=\"{url}\"")));
    assert!(
        mail.text.contains(url),
        "the plain text shows it, too: {}",
        mail.text
    );
    assert_eq!(
        mail.headers
            .iter()
            .filter(|(name, _)| name == "Auto-Submitted")
            .count(),
        0
    );
}

#[test]
fn a_guests_own_mail_is_answered_by_no_machine_and_left_by_no_link() {
    let (_, mail) = mail_to_alex(Purpose::Transactional, "notice", None);
    assert_eq!(header(&mail, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(&mail, "List-Unsubscribe"), None);
    assert_eq!(header(&mail, "List-Unsubscribe-Post"), None);
}

#[test]
fn a_mail_says_in_a_tag_and_in_a_header_whose_delivery_it_is() {
    for (purpose, template) in [(Purpose::Marketing, "blast"), (Purpose::Transactional, "notice")] {
        let (delivery, mail) = mail_to_alex(purpose, template, None);
        let tags: Vec<(&str, &str)> = mail
            .tags
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            tags,
            [("delivery_id", delivery.id.as_str()), ("campaign", "blast")]
        );
        assert_eq!(header(&mail, "X-Landfall-Delivery"), Some(delivery.id.as_str()));
        assert_eq!(mail.configuration_set, "landfall-local");
        assert_eq!(
            (mail.to.as_str(), mail.reply_to.as_deref()),
            ("alex@example.com", Some("desk@harbor.example"))
        );
    }
}

#[test]
fn a_name_in_another_script_is_made_of_encoded_words() {
    check_from("harbor", HARBOR);
    check_from("island", ISLAND);
    let (_, mail) = mail_to_alex(Purpose::Transactional, "notice", Some("island"));
    assert!(mail.from.matches("=?UTF-8?B?").count() > 1, "{}", mail.from);
}

#[test]
fn a_name_in_ascii_is_quoted() {
    let (_, mail) = mail_to_alex(Purpose::Transactional, "notice", None);
    assert_eq!(mail.from, r#""Captain \"Sam\" Ltd" <hello@harbor.example>"#);
}

#[test]
fn a_text_message_comes_from_its_sites_own_number_where_it_has_one() {
    for (site, number) in [
        (Some("harbor"), "+15005550009"),
        (Some("island"), "+15005550006"),
        (None, "+15005550006"),
    ] {
        let (delivery, sms) = text_to_alex(site);
        assert_eq!(
            (sms.from.as_str(), sms.to.as_str()),
            (number, "+15551234567"),
            "{site:?}"
        );
        assert_eq!(sms.validity.num_minutes(), 30);
        let callback = format!(
            "https://api.harbor.example/callbacks/twilio?delivery={}#rc=5&rp=all",
            delivery.id
        );
        assert_eq!((sms.body.as_str(), sms.status_callback), ("Hello Alex", callback));
    }
}

#[track_caller]
fn check_broken(purpose: Purpose, template: &str, context: serde_json::Value, expected: &str) {
    let address = Address::email("alex@example.com").unwrap();
    let delivery = Delivery {
        context,
        ..delivery(purpose, template, address, None)
    };
    let broken = render(&manifest(), &texts(), &delivery)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(broken.contains(expected), "{broken}");
    assert!(!broken.contains("alex"), "it tells nobody's address: {broken}");
}

#[test]
fn what_would_go_wrong_at_the_reader_is_refused_before_it_is_sent() {
    let alex = json!({"guest": {"name": "Alex", "email": "alex@example.com"}});
    check_broken(Purpose::Marketing, "notice", alex.clone(), "missing-unsubscribe");
    check_broken(Purpose::Marketing, "lost", alex.clone(), "lost: line");
    check_broken(Purpose::Marketing, "none", alex, "none");
    let nobody = json!({"guest": {"email": "alex@example.com"}});
    check_broken(Purpose::Transactional, "notice", nobody, "notice/body.html.j2");
}

#[test]
fn what_is_sent_is_known_again_by_its_digest() {
    let address = Address::email("alex@example.com").unwrap();
    let alex = delivery(Purpose::Marketing, "blast", address, None);
    let sam = Delivery {
        context: json!({"guest": {"name": "Sam"}}),
        ..alex.clone()
    };
    let digest = |delivery: &Delivery| render(&manifest(), &texts(), delivery).unwrap().1;
    assert_eq!(digest(&alex), digest(&alex));
    assert_ne!(digest(&alex), digest(&sam));
}
