//! The tests' own AWS clients, as root of the local cloud.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudformation::types::{Capability, Output, Parameter};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use serde_json::Value;
use stacks::{StackKind, Stage};

/// Clients of one endpoint.
pub(super) struct Aws {
    config: SdkConfig,
}

impl Aws {
    pub(super) fn at(endpoint: &str) -> Self {
        // Whom the emulator takes for its root.
        Self::with(endpoint, Credentials::new("test", "test", None, None, "tests"))
    }

    fn with(endpoint: &str, credentials: Credentials) -> Self {
        let http = aws_smithy_http_client::Builder::new().build_http();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .endpoint_url(endpoint)
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        Self { config }
    }

    /// The broker's answer to a direct invocation.
    pub(super) async fn invoke(&self, payload: &Value) -> Value {
        self.invoke_named(function(), payload).await
    }

    /// The answer of another function of the stage.
    pub(super) async fn invoke_function(&self, package: &str, payload: &Value) -> Value {
        self.invoke_named(format!("landfall-local-{package}"), payload)
            .await
    }

    async fn invoke_named(&self, name: String, payload: &Value) -> Value {
        let client = aws_sdk_lambda::Client::new(&self.config);
        let answer = client
            .invoke()
            .function_name(name)
            .payload(Blob::new(payload.to_string()));
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.function_error, None);
        serde_json::from_slice(answer.payload.unwrap().as_ref()).unwrap()
    }

    /// The hash of the broker's deployed code.
    pub(super) async fn code_sha256(&self) -> String {
        let client = aws_sdk_lambda::Client::new(&self.config);
        let answer = client.get_function_configuration().function_name(function());
        answer.send().await.unwrap().code_sha256.unwrap()
    }

    /// The runtime stack's template.
    pub(super) async fn template(&self) -> Value {
        self.template_of(&stack()).await
    }

    /// A stack's template.
    pub(super) async fn template_of(&self, stack: &str) -> Value {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let answer = client.get_template().stack_name(stack).send().await.unwrap();
        serde_json::from_str(&answer.template_body.unwrap()).unwrap()
    }

    /// Brings the runtime stack to a template, with the parameters that it has.
    pub(super) async fn update(&self, template: &Value) {
        self.update_stack(&stack(), template).await;
    }

    /// Brings a stack to a template, with the parameters that it has.
    pub(super) async fn update_stack(&self, stack: &str, template: &Value) {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let parameters = self.stack(stack).await.parameters.unwrap_or_default();
        let kept = parameters.into_iter().map(|parameter| {
            Parameter::builder()
                .set_parameter_key(parameter.parameter_key)
                .set_parameter_value(parameter.parameter_value)
                .build()
        });
        // A template of this size has to lie in a bucket.
        let storage = self.stack("landfall-local-storage").await;
        let outputs = storage.outputs.unwrap_or_default();
        let is_bucket = |output: &&Output| output.output_key() == Some("ContentBucketName");
        let bucket = outputs
            .iter()
            .find(is_bucket)
            .and_then(Output::output_value)
            .unwrap();
        self.put_object(bucket, "tests/template.json", template.to_string().into_bytes())
            .await;
        let endpoint = self.config.endpoint_url().unwrap();
        client
            .update_stack()
            .stack_name(stack)
            .template_url(format!("{endpoint}/{bucket}/tests/template.json"))
            .set_parameters(Some(kept.collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .send()
            .await
            .unwrap();
        loop {
            let status = self.stack(stack).await.stack_status.unwrap();
            if status.as_str() == "UPDATE_COMPLETE" {
                return;
            }
            assert!(status.as_str().ends_with("_IN_PROGRESS"), "{status}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    /// A stack's status.
    pub(super) async fn status(&self, stack: &str) -> String {
        self.stack(stack).await.stack_status.unwrap().as_str().to_owned()
    }

    /// Deletes every change set of a stack.
    pub(super) async fn delete_change_sets(&self, stack: &str) {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let listed = client.list_change_sets().stack_name(stack).send().await.unwrap();
        for found in listed.summaries.unwrap_or_default() {
            let arn = found.change_set_id.unwrap();
            client
                .delete_change_set()
                .change_set_name(arn)
                .send()
                .await
                .unwrap();
        }
    }

    /// Sets the broker's environment behind CloudFormation's back.
    pub(super) async fn set_variable(&self, name: &str, value: &str) {
        let client = aws_sdk_lambda::Client::new(&self.config);
        let found = client
            .get_function_configuration()
            .function_name(function())
            .send()
            .await
            .unwrap();
        let mut variables = found
            .environment
            .and_then(|found| found.variables)
            .unwrap_or_default();
        variables.insert(name.to_owned(), value.to_owned());
        let environment = aws_sdk_lambda::types::Environment::builder()
            .set_variables(Some(variables))
            .build();
        let request = client
            .update_function_configuration()
            .function_name(function())
            .environment(environment);
        request.send().await.unwrap();
    }

    /// Makes a stack of somebody else's.
    pub(super) async fn create_stack(&self, name: &str, template: &Value) {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let request = client
            .create_stack()
            .stack_name(name)
            .template_body(template.to_string());
        request.send().await.unwrap();
        while self.status(name).await != "CREATE_COMPLETE" {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    async fn stack(&self, name: &str) -> aws_sdk_cloudformation::types::Stack {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        let answer = client.describe_stacks().stack_name(name).send().await.unwrap();
        answer.stacks.unwrap().remove(0)
    }

    /// The same endpoint in the broker's role. On AWS the role trusts Lambda alone; the local cloud lets its root take it.
    pub(super) async fn as_broker(&self) -> Self {
        let cloudformation = aws_sdk_cloudformation::Client::new(&self.config);
        let resource = cloudformation
            .describe_stack_resource()
            .stack_name(stack())
            .logical_resource_id("EventBrokerRole");
        let resource = resource.send().await.unwrap().stack_resource_detail.unwrap();
        let sts = aws_sdk_sts::Client::new(&self.config);
        let account = sts.get_caller_identity().send().await.unwrap().account.unwrap();
        let role = format!(
            "arn:aws:iam::{account}:role/{}",
            resource.physical_resource_id.unwrap()
        );
        let taken = sts.assume_role().role_arn(role).role_session_name("tests");
        let given = taken.send().await.unwrap().credentials.unwrap();
        let (id, key, token) = (given.access_key_id, given.secret_access_key, given.session_token);
        let credentials = Credentials::new(id, key, Some(token), None, "tests");
        Self::with(self.config.endpoint_url().unwrap(), credentials)
    }

    /// A secret's value, or the code with which it was refused.
    pub(super) async fn secret(&self, id: &str) -> Result<String, String> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let answer = client.get_secret_value().secret_id(id).send().await;
        answer
            .map(|answer| answer.secret_string.unwrap())
            .map_err(|error| error.code().unwrap_or("no code").to_owned())
    }

    /// Leaves a version of a secret behind with the label `AWSPENDING`, as an interrupted rotation does.
    pub(super) async fn leave_pending(&self, id: &str, value: &str) {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let request = client.put_secret_value().secret_id(id).secret_string(value);
        request.version_stages("AWSPENDING").send().await.unwrap();
    }

    pub(super) async fn object(&self, bucket: &str, key: &str) -> Vec<u8> {
        let answer = self
            .s3()
            .get_object()
            .bucket(bucket)
            .key(key)
            .send()
            .await
            .unwrap();
        answer.body.collect().await.unwrap().to_vec()
    }

    pub(super) async fn put_object(&self, bucket: &str, key: &str, body: Vec<u8>) {
        let request = self.s3().put_object().bucket(bucket).key(key);
        request.body(body.into()).send().await.unwrap();
    }

    /// What a stream of a log group holds.
    pub(super) async fn log_events(&self, group: &str, stream: &str) -> Vec<String> {
        let client = aws_sdk_cloudwatchlogs::Client::new(&self.config);
        let request = client
            .get_log_events()
            .log_group_name(group)
            .log_stream_name(stream);
        let answer = request.start_from_head(true).send().await.unwrap();
        let events = answer.events.unwrap_or_default().into_iter();
        events.filter_map(|event| event.message).collect()
    }

    pub(super) fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(true);
        aws_sdk_s3::Client::from_conf(config.build())
    }
}

/// The broker's name.
pub(super) fn function() -> String {
    stacks::functions()[0].function_name(Stage::Local)
}

fn stack() -> String {
    let stacks = stacks::stacks(Stage::Local).unwrap();
    let runtime = stacks.into_iter().find(|stack| stack.kind == StackKind::Runtime);
    runtime.unwrap().name
}
