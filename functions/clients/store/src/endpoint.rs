//! An AWS endpoint that a test may fill at will, such as a local emulator: what `LANDFALL_TEST_ENDPOINT` names.

use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

/// The endpoint that `LANDFALL_TEST_ENDPOINT` names, with an emulator's usual credentials, for the named test.
pub(crate) async fn configuration(test: &str) -> Option<SdkConfig> {
    let endpoint = testkit::need(test, "LANDFALL_TEST_ENDPOINT")?;
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .region(Region::from_static("us-east-1"))
        .endpoint_url(endpoint);
    Some(loader.load().await)
}

/// A name that no other test run has taken.
pub(crate) fn fresh_name() -> String {
    let nanos = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    format!("landfall-test-{nanos}")
}

pub(crate) async fn create_table(config: &SdkConfig) -> String {
    let name = fresh_name();
    let mut request = Client::new(config).create_table().table_name(&name);
    for (key, key_type) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(key)
            .attribute_type(ScalarAttributeType::S);
        let element = KeySchemaElement::builder().attribute_name(key).key_type(key_type);
        request = request
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(element.build().unwrap());
    }
    request
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
    name
}

pub(crate) async fn delete_table(config: &SdkConfig, name: String) {
    Client::new(config)
        .delete_table()
        .table_name(name)
        .send()
        .await
        .unwrap();
}
