//! Our function against a machine that answers everything, by API and by mail, with and without saying that it is one.

use campaign::UnsubscribeKey;
use dispatch::{Outgoing, Texts, render};
use inbox::read_mail;
use manifest::Manifest;
use template::Library;
use testkit::Dice;

use super::*;

const RUNS: u64 = 60;
const STEPS: i64 = 100;

/// How the other machine is.
#[derive(Clone, Copy)]
struct Robot {
    is_by_mail: bool,
    /// Whether it says that a machine writes.
    is_honest: bool,
}

impl Robot {
    /// What it writes, as we read it.
    fn message(self, number: i64, now: DateTime<Utc>, manifest: &Manifest) -> Message {
        let text = format!("Thank you for your message. Echo {number}: where are you?");
        if !self.is_by_mail {
            let mut message = written_by("guest", &format!("m{number}"), 0, &text);
            (message.sent_at, message.is_automatic) = (now, self.is_honest);
            return message;
        }
        let honest = if self.is_honest {
            "Auto-Submitted: auto-replied\r\n"
        } else {
            ""
        };
        let date = now.to_rfc2822();
        let mail = format!(
            "Authentication-Results: amazonses.com; dkim=pass header.i=@mails.example\r\n\
             From: notify@mails.example\r\nReply-To: t@mails.example\r\nX-Thread: t\r\nDate: {date}\r\n\
             Message-ID: <{number}@mails.example>\r\nSubject: New message\r\n{honest}\r\nGuest A wrote:\r\n{text}\r\n-- \r\n"
        );
        let draft = read_mail(mail.as_bytes(), manifest, now).unwrap();
        draft.into_message("inbox/original/x".to_owned(), Vec::new(), manifest)
    }
}

pub(super) fn texts() -> Texts {
    Texts {
        library: Library::new(std::collections::BTreeMap::new()),
        unsubscribe: UnsubscribeKey::new(&[7; 32]),
        api_url: "https://api.harbor.example".to_owned(),
        configuration_set: "landfall-local".to_owned(),
    }
}

/// The two write to each other; how often we did.
async fn talk(robot: Robot, seed: u64) -> usize {
    let dice = Dice::new(seed);
    let service = service(&rules("send"), Inbox::in_memory(), Deliveries::in_memory());
    let text = manifest(&rules("send")).to_string();
    let parsed = Manifest::parse(text.as_bytes()).unwrap();
    let mut now = at(0);
    let mut answers: Vec<DateTime<Utc>> = Vec::new();
    for number in 0..STEPS {
        let message = robot.message(number, now, &parsed);
        let event = take_in(&service.inbox, &message).await;
        service.handle(event, now).await.unwrap();
        for id in queued(&service).iter().skip(answers.len()) {
            let delivery = service.deliveries.load(id).await.unwrap().unwrap();
            let (outgoing, _) = render(&parsed, &texts(), &delivery).unwrap();
            // A machine that keeps to RFC 3834 would stop here; this one does not look.
            match outgoing {
                Outgoing::Mail(mail) => {
                    let automatic = ("Auto-Submitted".to_owned(), "auto-replied".to_owned());
                    assert!(mail.headers.contains(&automatic));
                    assert_eq!(mail.to, "t@mails.example");
                }
                Outgoing::Post(_) => assert!(!robot.is_by_mail),
                Outgoing::Sms(_) => panic!("nobody is told by SMS"),
            }
            answers.push(now);
        }
        // At once, or slowly enough for every window.
        let most = [5, 600, 3_000][usize::try_from(dice.below(3)).unwrap()];
        now += TimeDelta::minutes(1 + i64::try_from(dice.below(most)).unwrap());
    }
    for at in &answers {
        let in_a_day = answers
            .iter()
            .filter(|other| (*at..*at + TimeDelta::hours(24)).contains(other));
        assert!(in_a_day.count() <= 3, "seed {seed}");
    }
    answers.len()
}

#[tokio::test]
async fn two_machines_do_not_write_to_each_other_for_ever() {
    for is_by_mail in [false, true] {
        for seed in 0..RUNS {
            let honest = Robot {
                is_by_mail,
                is_honest: true,
            };
            assert_eq!(talk(honest, seed).await, 0, "seed {seed}");
            let rude = Robot {
                is_by_mail,
                is_honest: false,
            };
            let answers = talk(rude, seed).await;
            assert!(
                (1..=inbox::answer::MAX_UNATTENDED).contains(&answers),
                "seed {seed}: {answers}"
            );
        }
    }
}
