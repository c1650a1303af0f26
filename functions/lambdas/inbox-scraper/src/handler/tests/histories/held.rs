//! What must hold at the end of every history.

use std::collections::BTreeSet;

use inbox::answer::Decision;
use inbox::{MAX_ATTACHMENT_BYTES, Message, MessageId, ThreadId};

use super::{MAILS, World};

/// What must hold at the end of every history; how many revisions are stored.
pub(super) async fn check(seed: u64, world: &World) -> usize {
    let mut threads = BTreeSet::new();
    let mut expected = check_written(seed, world, &mut threads).await;
    expected.extend(check_mails(seed, world, &mut threads).await);
    let (mut lines, mut decided) = (0, Vec::new());
    for thread in threads {
        let listed = world.inbox.messages(&thread, None, 100).await.unwrap();
        decided.extend(world.inbox.decisions(&thread, 1_000).await.unwrap());
        let thread = world.inbox.thread(&thread).await.unwrap().unwrap();
        assert_eq!(thread.messages, listed.len() as u64, "seed {seed}");
        lines += listed.len();
    }
    let messages = world.played.messages().len() + MAILS;
    assert_eq!(lines, messages, "seed {seed}: each message has one line");
    let published: BTreeSet<String> = world.played.published().into_keys().collect();
    assert_eq!(
        published, expected,
        "seed {seed}: what is stored is published, and nothing else"
    );
    check_acted(seed, world, &expected, &decided);
    assert_eq!(
        world.played.unconfirmed(),
        0,
        "seed {seed}: the platform waits for a word"
    );
    let open = world.inbox.open(None, 10).await.unwrap();
    assert_eq!(open, [], "seed {seed}: something is left open");
    assert_eq!(
        world.inbox.quarantined(None, 10).await.unwrap(),
        [],
        "seed {seed}"
    );
    expected.len()
}

/// Each revision was acted on once, however many copies of it came; and a copy came late only where whoever had put the ones
/// before did not live to remember it, or was not told.
fn check_acted(seed: u64, world: &World, expected: &BTreeSet<String>, decided: &[Decision]) {
    let of = |one: &Decision| Some(format!("{}-{}", one.message.as_ref()?, one.revision));
    let mut decided: Vec<String> = decided.iter().filter_map(of).collect();
    decided.sort();
    let each: Vec<String> = expected.iter().cloned().collect();
    assert_eq!(decided, each, "seed {seed}: each revision is acted on once");
    world.played.told(|told| {
        let twice: Vec<_> = told.acted.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: acted on again: {twice:?}");
        assert_eq!(
            told.unexplained, [""; 0],
            "seed {seed}: late copies without a reason"
        );
    });
}

/// Every message of the platform is there with its newest text, and each revision is another text in the order of the
/// edits; what is to be published of them.
async fn check_written(seed: u64, world: &World, threads: &mut BTreeSet<ThreadId>) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for message in world.played.messages() {
        let id = MessageId::of("boats", &message.native);
        let stored = world.inbox.message(&id).await.unwrap();
        let stored = stored.unwrap_or_else(|| panic!("seed {seed}: {message:?} is lost"));
        let newest = message.versions.last().map(String::as_str);
        assert_eq!(Some(stored.text.reveal()), newest, "seed {seed}: {message:?}");
        let mut said = Vec::new();
        for revision in 1..=stored.revision {
            let key = format!("inbox/boats/{}/{id}/{revision}.json", stored.thread);
            let revision_of = world.inbox.message_at(&key).await.unwrap();
            let text = revision_of.text.reveal();
            said.push(message.versions.iter().position(|version| version == text));
            expected.insert(format!("{id}-{revision}"));
        }
        let is_in_order = said.iter().all(Option::is_some) && said.is_sorted_by(|a, b| a < b);
        assert!(is_in_order, "seed {seed}: {message:?} was stored as {said:?}");
        check_file(seed, world, &message.files, &stored).await;
        threads.insert(stored.thread);
    }
    expected
}

/// A message's file is kept whole, or it is said why it is not: it is too large, or was not to be had for an hour.
async fn check_file(seed: u64, world: &World, files: &[usize], stored: &Message) {
    let kept = stored.attachments.as_slice();
    let ([bytes], [kept]) = (files, kept) else {
        assert_eq!((files.len(), kept.len()), (0, 0), "seed {seed}");
        return;
    };
    let bytes = *bytes;
    let is_large = bytes >= MAX_ATTACHMENT_BYTES;
    match (kept.missing.as_deref(), &kept.key) {
        (None, Some(key)) => {
            assert!(bytes <= MAX_ATTACHMENT_BYTES, "seed {seed}: {bytes}");
            let whole = world.inbox.object(key, MAX_ATTACHMENT_BYTES).await.unwrap();
            assert_eq!((whole.len(), kept.bytes), (bytes, bytes as u64), "seed {seed}");
            if is_large {
                world.played.happens("large-file");
            }
        }
        (Some("too-large"), None) => {
            assert!(bytes > MAX_ATTACHMENT_BYTES, "seed {seed}: {bytes}");
            world.played.happens("too-large-file");
        }
        (why, key) => assert_eq!((why, key), (Some("status"), &None), "seed {seed}"),
    }
}

/// Every mail is there once; what is to be published of them.
async fn check_mails(seed: u64, world: &World, threads: &mut BTreeSet<ThreadId>) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for number in 0..MAILS {
        let id = MessageId::of("mails", &format!("{number}@mails.example"));
        let stored = world.inbox.message(&id).await.unwrap();
        let stored = stored.unwrap_or_else(|| panic!("seed {seed}: mail {number} is lost"));
        assert_eq!(stored.revision, 1, "seed {seed}");
        expected.insert(format!("{id}-1"));
        threads.insert(stored.thread);
    }
    expected
}
