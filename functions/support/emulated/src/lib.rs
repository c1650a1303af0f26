//! What a test has of its own in an AWS emulator: a table, a bucket, secrets and queues, all under one name that no other
//! test run has taken. The emulator is the one that `LANDFALL_TEST_ENDPOINT` names.
//!
//! Invariant: it is for tests only, so that whatever the emulator refuses ends the test.

use std::time::SystemTime;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

/// A test's part of the emulator.
#[derive(Debug, Clone)]
pub struct Emulated {
    /// Where the emulator is.
    pub endpoint: String,
    /// For clients of it.
    pub config: SdkConfig,
    /// What the table and the bucket are called, and with what every other name begins.
    pub name: String,
}

#[expect(
    clippy::missing_panics_doc,
    clippy::expect_used,
    reason = "a test ends where the emulator refuses"
)]
impl Emulated {
    /// For the named test; `None` where no emulator is named, which the test then says.
    pub async fn of(test: &str) -> Option<Self> {
        Some(Self::at(&testkit::need(test, "LANDFALL_TEST_ENDPOINT")?).await)
    }

    /// At an endpoint that takes any credentials.
    pub async fn at(endpoint: &str) -> Self {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
            .region(Region::from_static("us-east-1"))
            .endpoint_url(endpoint);
        let nanos = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        Self {
            config: loader.load().await,
            endpoint: endpoint.to_owned(),
            name: format!("landfall-test-{nanos}"),
        }
    }

    /// Another part for the same test.
    #[must_use]
    pub fn another(&self, suffix: &str) -> Self {
        Self {
            name: format!("{}-{suffix}", self.name),
            ..self.clone()
        }
    }

    /// The environment of a function's process that reaches the emulator at `origin`, but for what is the function's own.
    #[must_use]
    pub fn environment(&self, origin: &str) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT_URL", origin),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Makes the table.
    pub async fn create_table(&self) {
        let mut request = self.dynamodb().create_table().table_name(&self.name);
        for (key, key_type) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder()
                .attribute_name(key)
                .attribute_type(ScalarAttributeType::S);
            let element = KeySchemaElement::builder().attribute_name(key).key_type(key_type);
            request = request
                .attribute_definitions(attribute.build().expect("an attribute is whole"))
                .key_schema(element.build().expect("a key is whole"));
        }
        let request = request.billing_mode(BillingMode::PayPerRequest);
        request.send().await.expect("the table is made");
    }

    /// Takes the table away.
    pub async fn delete_table(&self) {
        let request = self.dynamodb().delete_table().table_name(&self.name);
        request.send().await.expect("the table goes");
    }

    /// Makes the bucket.
    pub async fn create_bucket(&self) {
        let request = self.s3().create_bucket().bucket(&self.name);
        request.send().await.expect("the bucket is made");
    }

    /// Puts an object into the bucket.
    pub async fn put_object(&self, key: &str, body: impl Into<Vec<u8>>) {
        let request = self.s3().put_object().bucket(&self.name).key(key);
        let request = request.body(body.into().into());
        request.send().await.expect("the object is taken");
    }

    /// Keeps a secret under `<name>/<of>`, whether it was there or not; its whole name.
    pub async fn put_secret(&self, of: &str, value: &str) -> String {
        let name = format!("{}/{of}", self.name);
        let secrets = aws_sdk_secretsmanager::Client::new(&self.config);
        let put = secrets.put_secret_value().secret_id(&name).secret_string(value);
        if put.send().await.is_err() {
            let create = secrets.create_secret().name(&name).secret_string(value);
            create.send().await.expect("the secret is made");
        }
        name
    }

    /// Makes a queue; its URL.
    pub async fn create_queue(&self, of: &str) -> String {
        let name = format!("{}-{of}", self.name);
        let made = self.sqs().create_queue().queue_name(name).send().await;
        made.expect("the queue is made").queue_url.unwrap_or_default()
    }

    /// Makes a FIFO queue; its URL.
    pub async fn create_fifo_queue(&self, of: &str) -> String {
        let name = format!("{}-{of}.fifo", self.name);
        let fifo = aws_sdk_sqs::types::QueueAttributeName::FifoQueue;
        let request = self
            .sqs()
            .create_queue()
            .queue_name(name)
            .attributes(fifo, "true");
        let made = request.send().await;
        made.expect("the queue is made").queue_url.unwrap_or_default()
    }

    /// Puts a message into a queue.
    pub async fn put_message(&self, queue: &str, body: &str) {
        let request = self.sqs().send_message().queue_url(queue).message_body(body);
        request.send().await.expect("the queue takes it");
    }

    /// Waits up to 20 seconds for a message, and hides it from everybody for ten minutes.
    pub async fn take_message(&self, queue: &str) -> Option<aws_sdk_sqs::types::Message> {
        let request = self.sqs().receive_message().queue_url(queue);
        let request = request
            .max_number_of_messages(1)
            .visibility_timeout(600)
            .wait_time_seconds(20);
        let answer = request.send().await.expect("the queue answers");
        answer.messages.unwrap_or_default().pop()
    }

    /// Takes everything out of a queue.
    pub async fn drain(&self, queue: &str) -> Vec<String> {
        let mut bodies = Vec::new();
        loop {
            let request = self.sqs().receive_message().queue_url(queue);
            let answer = request.max_number_of_messages(10).send().await;
            let messages = answer.expect("the queue answers").messages.unwrap_or_default();
            if messages.is_empty() {
                return bodies;
            }
            for message in messages {
                let delete = self.sqs().delete_message().queue_url(queue);
                let delete = delete.set_receipt_handle(message.receipt_handle);
                delete.send().await.expect("the queue forgets");
                bodies.extend(message.body);
            }
        }
    }

    /// A client of its tables.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// A client of its buckets.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }
}
