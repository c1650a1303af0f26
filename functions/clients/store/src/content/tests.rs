use emulated::Emulated;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

const TABLE: &[u8] = br#"{"verifiers":[]}"#;

#[tokio::test]
async fn verifiers_are_used_for_their_time_and_not_longer() {
    let content = Content::in_memory();
    content.put(VERIFIERS_KEY, Some(TABLE.to_vec()));
    assert!(content.verifiers(at(0)).await.is_ok());
    content.put(VERIFIERS_KEY, None);
    assert!(content.verifiers(at(29)).await.is_ok());
    let what = "the verifier table";
    for late in [30, -1] {
        assert_eq!(
            content.verifiers(at(late)).await,
            Err(StoreError::Missing { what })
        );
    }
}

#[tokio::test]
async fn what_cannot_be_parsed_is_corrupt_and_not_remembered() {
    let content = Content::in_memory();
    content.put(VERIFIERS_KEY, Some(b"{".to_vec()));
    let what = "the verifier table";
    assert_eq!(content.verifiers(at(0)).await, Err(StoreError::Corrupt { what }));
    content.put(VERIFIERS_KEY, Some(TABLE.to_vec()));
    assert!(content.verifiers(at(0)).await.is_ok());
    content.put(MANIFEST_KEY, Some(b"[]".to_vec()));
    let what = "the manifest";
    assert_eq!(content.manifest(at(0)).await, Err(StoreError::Corrupt { what }));
}

#[tokio::test]
async fn a_buckets_objects_are_read_and_read_again_when_they_change() {
    let test = "a_buckets_objects_are_read_and_read_again_when_they_change";
    let Some(emulated) = Emulated::of(test).await else {
        return;
    };
    emulated.create_bucket().await;
    let content = Content::in_bucket(&emulated.config, emulated.name.clone());
    let missing = StoreError::Missing {
        what: "the verifier table",
    };
    assert_eq!(content.verifiers(at(0)).await, Err(missing));

    emulated.put_object(VERIFIERS_KEY, TABLE).await;
    let first = content.verifiers(at(1)).await.unwrap();
    assert!(first.verifiers.is_empty());
    let unchanged = content.verifiers(at(40)).await.unwrap();
    assert!(
        Arc::ptr_eq(&first, &unchanged),
        "a 304 keeps the table that was parsed"
    );

    let other = r#"{"verifiers":[{"kid":"k","sha256":"","not_before":"2027-01-01T00:00:00Z"}]}"#;
    emulated.put_object(VERIFIERS_KEY, other).await;
    assert!(content.verifiers(at(69)).await.unwrap().verifiers.is_empty());
    assert_eq!(content.verifiers(at(70)).await.unwrap().verifiers.len(), 1);

    let s3 = emulated.s3();
    s3.delete_object()
        .bucket(&emulated.name)
        .key(VERIFIERS_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(content.verifiers(at(100)).await, Err(missing));
    s3.delete_bucket().bucket(&emulated.name).send().await.unwrap();
}
