use inbox::{Draft, PartPlace, Private, read_api};
use manifest::Manifest;
use serde_json::json;
use testkit::messaging::Guest;
use testkit::{Fault, Laid, Simulator};

use super::*;

/// The sample manifest's mapping, at a simulator; deployed stages find it through secrets.
struct World {
    simulator: Simulator,
    api: MessagingApi,
    platforms: Platforms,
}

const PLATFORM: &str = "getmyboat";

fn now() -> DateTime<Utc> {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

impl World {
    async fn of(stage: Stage) -> Self {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = format!("{}/messaging/{PLATFORM}", simulator.origin());
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../campaign_schedule.json");
        let sample = std::fs::read_to_string(root).unwrap();
        let sample = sample.replace("http://127.0.0.1:4611/messaging/getmyboat", &base);
        let manifest = Manifest::parse(sample.as_bytes()).unwrap();
        let secrets = Secrets::fixed([
            ("GETMYBOAT_MESSAGES_URL".to_owned(), base),
            ("GETMYBOAT_MESSAGES_TOKEN".to_owned(), "Bearer canary".to_owned()),
        ]);
        let origins = vec![simulator.origin().parse().unwrap()];
        Self {
            api: manifest
                .platform(PLATFORM)
                .unwrap()
                .inbox
                .clone()
                .unwrap()
                .api
                .unwrap(),
            platforms: Platforms::new(stage, secrets, &origins).unwrap(),
            simulator,
        }
    }

    async fn endpoint(&self) -> Endpoint {
        self.platforms.endpoint(&self.api, now()).await.unwrap()
    }

    async fn list(&self, cursor: Option<&str>) -> Result<Page, ApiFailure> {
        self.platforms
            .list(&self.endpoint().await, &self.api, cursor)
            .await
    }

    async fn drafts(&self) -> Vec<Draft> {
        let page = self.list(None).await.unwrap();
        let each = page
            .messages
            .iter()
            .map(|raw| read_api(raw, PLATFORM, &self.api).unwrap());
        each.collect()
    }

    fn path(&self) -> String {
        format!("/messaging/{PLATFORM}/messages")
    }
}

#[tokio::test]
async fn a_guests_message_is_listed_read_confirmed_and_answered() {
    let world = World::of(Stage::Local).await;
    let guest = Guest {
        booking: Some("G-7".to_owned()),
        listing: Some("gmb-sloop".to_owned()),
        ..Guest::says("t/1", "<p>Is there a <b>cooler</b>?</p>")
    };
    world.simulator.messaging().write(
        PLATFORM,
        Guest {
            is_html: true,
            ..guest
        },
    );
    let drafts = world.drafts().await;
    let [draft] = &drafts[..] else {
        panic!("{drafts:?}")
    };
    assert_eq!(draft.text.reveal(), "Is there a cooler?");
    assert_eq!(draft.listing.as_deref(), Some("getmyboat-sloop"));
    assert_eq!(
        draft.booking.as_ref().map(|booking| booking.code.as_str()),
        Some("G-7")
    );
    let endpoint = world.endpoint().await;
    let what = (&draft.native, draft.edited_mark.as_deref());
    world
        .platforms
        .confirm(&endpoint, &world.api, what)
        .await
        .unwrap();
    assert_eq!(world.simulator.messaging().unread(PLATFORM), 0);
    let reply = world
        .platforms
        .reply(&endpoint, &world.api, &draft.native, "Yes.")
        .await
        .unwrap();
    let thread = world.simulator.messaging().thread(PLATFORM, "t/1");
    assert_eq!((thread[1].role, thread[1].guest.text.as_str()), ("host", "Yes."));
    assert_eq!(reply.as_deref(), Some(thread[1].id.as_str()));
}

#[tokio::test]
async fn an_edit_that_was_not_seen_is_not_confirmed() {
    let world = World::of(Stage::Local).await;
    let id = world
        .simulator
        .messaging()
        .write(PLATFORM, Guest::says("t1", "hello"));
    let seen = world.drafts().await.remove(0);
    world.simulator.messaging().edit(PLATFORM, &id, "hello there");
    let what = (&seen.native, seen.edited_mark.as_deref());
    let refused = world
        .platforms
        .confirm(&world.endpoint().await, &world.api, what)
        .await
        .unwrap_err();
    assert!(refused.is_gone(), "{refused}");
    assert_eq!(world.drafts().await[0].text.reveal(), "hello there");
}

#[tokio::test]
async fn pages_follow_the_cursor() {
    let world = World::of(Stage::Local).await;
    for text in ["a", "b", "c"] {
        world
            .simulator
            .messaging()
            .write(PLATFORM, Guest::says("t1", text));
    }
    let first = world.list(None).await.unwrap();
    let second = world.list(first.next.as_deref()).await.unwrap();
    assert_eq!(
        (first.messages.len(), second.messages.len(), second.next),
        (2, 1, None)
    );
}

#[tokio::test]
async fn the_token_goes_to_the_secrets_address_and_to_no_local_one() {
    let world = World::of(Stage::Deployed).await;
    world.simulator.messaging().token(PLATFORM, Some("Bearer canary"));
    assert!(world.list(None).await.is_ok());
    assert!(!format!("{:?}", world.endpoint().await).contains("canary"));
    let local = World::of(Stage::Local).await;
    assert!(local.list(None).await.is_ok());
    let asked = local.simulator.requests().pop().unwrap();
    assert_eq!(asked.header("authorization"), None);
    // Another origin gets none either.
    let other = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let endpoint = world.endpoint().await;
    let elsewhere = format!("{}/messaging/x/attachments/10", other.origin());
    let blocked = world
        .platforms
        .attachment(&endpoint, &elsewhere)
        .await
        .unwrap_err();
    assert_eq!(blocked.kind(), "blocked-address");
}

async fn check_fault(fault: Fault, kind: &str) {
    let world = World::of(Stage::Local).await;
    world
        .simulator
        .messaging()
        .write(PLATFORM, Guest::says("t1", "hello"));
    world
        .simulator
        .lay(
            &world.path(),
            Laid {
                fault,
                times: Some(1),
            },
        )
        .unwrap();
    let failure = world.list(None).await.unwrap_err();
    assert_eq!(failure.kind(), kind);
    assert!(failure.is_retryable(), "{failure}");
    assert_eq!(
        world.list(None).await.unwrap().messages.len(),
        1,
        "nothing is lost"
    );
}

#[tokio::test]
async fn what_is_not_whole_is_asked_for_again() {
    check_fault(Fault::Html, "no-json").await;
    check_fault(Fault::Truncate, "incomplete").await;
    check_fault(Fault::DropAfter, "transport").await;
    let status = |status| Fault::Status {
        status,
        retry_after_seconds: Some(7),
    };
    check_fault(status(429), "status").await;
    check_fault(status(503), "status").await;
}

#[tokio::test]
async fn an_attachment_of_ten_megabytes_comes_whole_and_a_larger_one_not() {
    let world = World::of(Stage::Local).await;
    let sizes = vec![10 * 1024 * 1024, 10 * 1024 * 1024 + 1];
    let guest = Guest {
        attachments: sizes,
        ..Guest::says("t1", "look")
    };
    world.simulator.messaging().write(PLATFORM, guest);
    let draft = world.drafts().await.remove(0);
    let endpoint = world.endpoint().await;
    let mut came = Vec::new();
    for part in &draft.parts {
        let PartPlace::At(url) = &part.place else {
            panic!("{part:?}")
        };
        let attachment = world.platforms.attachment(&endpoint, Private::reveal(url)).await;
        came.push(
            attachment
                .map(|answered| answered.bytes.len())
                .map_err(ApiFailure::kind),
        );
    }
    assert_eq!(came, [Ok(10 * 1024 * 1024), Err("too-large")]);
}

#[tokio::test]
async fn a_secret_that_is_not_set_is_said_so() {
    let world = World::of(Stage::Deployed).await;
    let platforms = Platforms::new(Stage::Deployed, Secrets::fixed([]), &[]).unwrap();
    let failure = platforms.endpoint(&world.api, now()).await.unwrap_err();
    assert_eq!(failure, ApiFailure::of("secret-not-set"));
    assert_eq!(json!(failure.kind()), "secret-not-set");
}
