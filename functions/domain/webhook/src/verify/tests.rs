use std::collections::BTreeMap;

use proptest::prelude::*;
use ring::hmac::{HMAC_SHA256, Key, sign};

use super::*;

/// The vector that the Standard Webhooks libraries publish.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIMESTAMP: i64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
/// The vector of GitHub's documentation.
const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const GITHUB_BODY: &[u8] = b"Hello, World!";
const GITHUB_SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

type Headers = BTreeMap<&'static str, String>;

const GITHUB: Scheme<'_> = Scheme::HmacSha256(HeaderNames {
    proof: "X-Hub-Signature-256",
    id: Some("X-GitHub-Delivery"),
});
const SHARED: Scheme<'_> = Scheme::SharedSecret(HeaderNames {
    proof: "X-Secret",
    id: None,
});

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(TIMESTAMP + seconds, 0).unwrap()
}

fn standard_headers(signature: &str) -> Headers {
    BTreeMap::from([
        ("webhook-id", ID.to_owned()),
        ("webhook-timestamp", TIMESTAMP.to_string()),
        ("webhook-signature", signature.to_owned()),
    ])
}

fn github_headers(signature: &str) -> Headers {
    BTreeMap::from([("x-hub-signature-256", signature.to_owned())])
}

fn judge(
    scheme: Scheme<'_>,
    keys: &Keys,
    headers: &Headers,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Delivery, Refusal> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    verify(
        scheme,
        keys,
        &Message {
            headers: &headers,
            body,
        },
        now,
    )
}

fn judge_standard(headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Delivery, Refusal> {
    judge(
        Scheme::StandardWebhooks,
        &Keys::standard(SECRET),
        headers,
        body,
        now,
    )
}

#[test]
fn the_published_vectors_are_genuine() {
    let standard = judge_standard(&standard_headers(SIGNATURE), BODY, at(0)).unwrap();
    assert_eq!(standard.id, ID);
    let bare = Keys::standard(SECRET.strip_prefix("whsec_").unwrap());
    let headers = standard_headers(SIGNATURE);
    assert!(judge(Scheme::StandardWebhooks, &bare, &headers, BODY, at(0)).is_ok());
    let keys = Keys::plain(GITHUB_SECRET);
    let github = judge(
        GITHUB,
        &keys,
        &github_headers(GITHUB_SIGNATURE),
        GITHUB_BODY,
        at(0),
    );
    assert!(github.is_ok());
}

/// RFC 4231, 4.2 to 4.4 and 4.7; its keys have from 4 to 131 bytes.
#[test]
fn the_vectors_of_rfc_4231_are_genuine() {
    let vectors: [(&[u8], &[u8], &str); 4] = [
        (
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ];
    for (key, message, tag) in vectors {
        let keys = Keys::of_bytes(key);
        let tag = from_hex(tag).unwrap();
        assert!(keys.have_signed(&[message], &tag), "{message:?}");
        assert!(!keys.have_signed(&[message, b" "], &tag), "{message:?}");
    }
}

#[test]
fn one_of_several_signatures_and_one_of_several_keys_is_enough() {
    let several = format!("v1a,AAAA v1,AAAA {SIGNATURE} v2,AAAA");
    assert!(judge_standard(&standard_headers(&several), BODY, at(0)).is_ok());
    let two = Keys::standard(&format!("whsec_{}\n{SECRET}\n", BASE64_STANDARD.encode([7; 24])));
    let headers = standard_headers(SIGNATURE);
    assert!(judge(Scheme::StandardWebhooks, &two, &headers, BODY, at(0)).is_ok());
    let many = vec!["v1,AAAA"; 16].join(" ") + " " + SIGNATURE;
    let refused = judge_standard(&standard_headers(&many), BODY, at(0));
    assert_eq!(refused, Err(Refusal::Missing));
    let other_version = standard_headers(&SIGNATURE.replace("v1,", "v1a,"));
    assert_eq!(
        judge_standard(&other_version, BODY, at(0)),
        Err(Refusal::NotGenuine)
    );
}

#[test]
fn a_signed_time_is_taken_for_five_minutes_in_both_directions() {
    let headers = standard_headers(SIGNATURE);
    for (seconds, is_taken) in [(-301, false), (-300, true), (300, true), (301, false)] {
        let found = judge_standard(&headers, BODY, at(seconds));
        assert_eq!(found.is_ok(), is_taken, "{seconds}");
        if let Err(refusal) = found {
            assert_eq!(refusal, Refusal::OutOfTime);
        }
    }
}

#[test]
fn the_signature_is_looked_at_before_the_time_and_the_size_before_both() {
    let wrong = standard_headers("v1,AAAA");
    assert_eq!(judge_standard(&wrong, BODY, at(9999)), Err(Refusal::NotGenuine));
    let large = vec![b' '; MAX_BODY_BYTES + 1];
    assert_eq!(judge_standard(&wrong, &large, at(9999)), Err(Refusal::TooLarge));
    assert_eq!(
        judge_standard(&wrong, &large[1..], at(0)),
        Err(Refusal::NotGenuine)
    );
}

#[test]
fn a_message_that_lacks_a_header_is_refused() {
    for absent in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut headers = standard_headers(SIGNATURE);
        headers.remove(absent);
        assert_eq!(judge_standard(&headers, BODY, at(0)), Err(Refusal::Missing));
        headers.insert(absent, String::new());
        assert_eq!(judge_standard(&headers, BODY, at(0)), Err(Refusal::Missing));
    }
    let keys = Keys::plain(GITHUB_SECRET);
    for signature in ["", "sha256=", "sha256=0", "sha256=zz", "sha1=00", "757107ea"] {
        let found = judge(GITHUB, &keys, &github_headers(signature), GITHUB_BODY, at(0));
        assert!(found.is_err(), "{signature}");
    }
}

#[test]
fn a_time_that_is_no_time_is_refused_although_it_was_signed() {
    let key = BASE64_STANDARD.decode(&SECRET["whsec_".len()..]).unwrap();
    for time in [
        "soon",
        "1614265330.5",
        "99999999999999999",
        "-9223372036854775808",
    ] {
        let signed = [ID.as_bytes(), b".", time.as_bytes(), b".", BODY].concat();
        let tag = sign(&Key::new(HMAC_SHA256, &key), &signed);
        let mut headers = standard_headers(&format!("v1,{}", BASE64_STANDARD.encode(tag)));
        headers.insert("webhook-timestamp", time.to_owned());
        let refused = judge_standard(&headers, BODY, at(0)).unwrap_err();
        assert_ne!(refused, Refusal::NotGenuine, "{time}");
    }
}

#[test]
fn a_shared_secret_is_taken_whole() {
    let keys = Keys::plain("an old secret of ours\na new secret of ours");
    let judge = |presented: &str| {
        let headers = BTreeMap::from([("x-secret", presented.to_owned())]);
        judge(SHARED, &keys, &headers, b"{}", at(0)).is_ok()
    };
    assert!(judge("an old secret of ours") && judge("a new secret of ours"));
    for presented in [
        "",
        "a new secret of our",
        "a new secret of ours ",
        "A new secret of ours",
    ] {
        assert!(!judge(presented), "{presented}");
    }
    assert!(!judge("an old secret of ours\na new secret of ours"));
}

#[test]
fn keys_that_can_be_guessed_open_nothing() {
    for keys in [
        Keys::plain(""),
        Keys::plain("short\n\n"),
        Keys::standard("whsec_AAAA"),
        Keys::standard("whsec_no base64"),
    ] {
        assert!(keys.is_empty());
        assert!(!keys.contain("") && !keys.contain("short"));
    }
    assert_eq!(format!("{:?}", Keys::plain(GITHUB_SECRET)), "Keys(1)");
}

/// Who replays a message may change what is not signed. That makes it another delivery of its own, and uses up none
/// of the platform's.
#[test]
fn an_id_that_is_not_signed_counts_together_with_the_body() {
    let keys = Keys::plain(GITHUB_SECRET);
    let delivery = |id: &str| {
        let mut headers = github_headers(GITHUB_SIGNATURE);
        headers.insert("x-github-delivery", id.to_owned());
        judge(GITHUB, &keys, &headers, GITHUB_BODY, at(0)).unwrap()
    };
    assert_eq!(delivery("1"), delivery("1"));
    assert_ne!(delivery("1").id, delivery("2").id);
    let shared = Keys::plain("a shared secret of ours");
    let headers = BTreeMap::from([("x-secret", "a shared secret of ours".to_owned())]);
    let body = |body: &[u8]| judge(SHARED, &shared, &headers, body, at(0)).unwrap();
    assert_eq!(body(b"1"), body(b"1"));
    assert_ne!(body(b"1").id, body(b"2").id);
    assert!(body(b"1").lifetime < delivery("1").lifetime);
}

/// One bit of the text changed, as long as it stays ASCII; what is not cannot be a header.
fn flipped(text: &str, at: usize, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    bytes[at] ^= 1 << (bit % 7);
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn a_message_of_which_any_bit_was_changed_is_refused(part in 0_usize..4, place: usize, bit in 0_u8..8) {
        let (mut headers, mut body) = (standard_headers(SIGNATURE), BODY.to_vec());
        match part {
            0 => {
                let place = place % body.len();
                body[place] ^= 1 << bit;
            }
            1 => drop(headers.insert("webhook-id", flipped(ID, place, bit))),
            2 => drop(headers.insert("webhook-timestamp", flipped(&TIMESTAMP.to_string(), place, bit))),
            _ => drop(headers.insert("webhook-signature", flipped(SIGNATURE, place, bit))),
        }
        prop_assert!(judge_standard(&headers, &body, at(0)).is_err());
    }

    #[test]
    fn a_github_message_of_which_any_bit_was_changed_is_refused(in_body: bool, place: usize, bit in 0_u8..8) {
        let keys = Keys::plain(GITHUB_SECRET);
        let (mut signature, mut body) = (GITHUB_SIGNATURE.to_owned(), GITHUB_BODY.to_vec());
        if in_body {
            let place = place % body.len();
            body[place] ^= 1 << bit;
        } else {
            signature = flipped(&signature, place, bit);
        }
        // A hexadecimal digit in upper case is the same digit.
        prop_assume!(!signature.eq_ignore_ascii_case(GITHUB_SIGNATURE) || in_body);
        prop_assert!(judge(GITHUB, &keys, &github_headers(&signature), &body, at(0)).is_err());
    }

    #[test]
    fn no_header_makes_it_fail_in_another_way(id: String, time: String, signature: String, body: Vec<u8>) {
        let headers = BTreeMap::from([
            ("webhook-id", id),
            ("webhook-timestamp", time),
            ("webhook-signature", signature.clone()),
            ("x-hub-signature-256", signature.clone()),
            ("x-secret", signature),
        ]);
        prop_assert!(judge_standard(&headers, &body, at(0)).is_err());
        let keys = Keys::plain(GITHUB_SECRET);
        prop_assert!(judge(GITHUB, &keys, &headers, &body, at(0)).is_err());
        prop_assert!(judge(SHARED, &keys, &headers, &body, at(0)).is_err());
    }
}
