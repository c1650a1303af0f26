//! What mails and texts pass through, read back from the JSON that CloudFormation gets.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in what its tests share"
)]

use serde_json::{Value as Json, json};
use stacks::{StackKind, Stage, stacks};

fn runtime(stage: Stage) -> Json {
    let stacks = stacks(stage).unwrap();
    let runtime = stacks.iter().find(|stack| stack.kind == StackKind::Runtime);
    serde_json::from_str(&runtime.unwrap().template.to_json()).unwrap()
}

fn properties<'a>(template: &'a Json, id: &str) -> &'a Json {
    let properties = &template["Resources"][id]["Properties"];
    assert!(properties.is_object(), "{id}");
    properties
}

fn arn_of(id: &str) -> Json {
    json!({ "Fn::GetAtt": [id, "Arn"] })
}

#[test]
fn a_queue_hides_a_message_for_six_times_as_long_as_its_function_may_take() {
    for stage in Stage::ALL {
        let template = runtime(*stage);
        for (mapping, queue, function, at_once) in [
            ("CampaignSenderSource", "SendQueue", "CampaignSender", 4),
            ("MailFeedbackSource", "FeedbackQueue", "MailFeedback", 2),
            ("InboxResponderSource", "MessagesQueue", "InboxResponder", 2),
        ] {
            let mapping = properties(&template, mapping);
            assert_eq!(mapping["EventSourceArn"], arn_of(queue));
            assert_eq!(mapping["FunctionName"], arn_of(function));
            assert_eq!(
                mapping["FunctionResponseTypes"],
                json!(["ReportBatchItemFailures"])
            );
            assert_eq!(mapping["ScalingConfig"]["MaximumConcurrency"], at_once);
            let hidden = properties(&template, queue)["VisibilityTimeout"]
                .as_u64()
                .unwrap();
            let timeout = properties(&template, function)["Timeout"].as_u64().unwrap();
            assert_eq!(hidden, 6 * timeout, "{queue}");
        }
    }
}

#[test]
fn what_nobody_can_do_is_laid_aside_for_a_fortnight_and_raises_an_alarm() {
    let template = runtime(Stage::Production);
    for (queue, aside, receives, days) in [
        ("SendQueue", "SendDeadLetters", 20, 4),
        ("FeedbackQueue", "FeedbackDeadLetters", 5, 14),
    ] {
        let queue = properties(&template, queue);
        let expected = json!({ "deadLetterTargetArn": arn_of(aside), "maxReceiveCount": receives });
        assert_eq!(queue["RedrivePolicy"], expected);
        assert_eq!(queue["MessageRetentionPeriod"], days * 86_400);
        let aside_queue = properties(&template, aside);
        assert_eq!(aside_queue["MessageRetentionPeriod"], 14 * 86_400);
        for queue in [queue, aside_queue] {
            assert_eq!(queue["SqsManagedSseEnabled"], true);
        }
        let alarm = properties(&template, &format!("{aside}Alarm"));
        assert_eq!(alarm["MetricName"], "ApproximateNumberOfMessagesVisible");
        assert_eq!(alarm["Threshold"], 1);
        let name = json!({ "Fn::GetAtt": [aside, "QueueName"] });
        assert_eq!(
            alarm["Dimensions"],
            json!([{ "Name": "QueueName", "Value": name }])
        );
    }
}

#[test]
fn only_ses_for_our_own_configuration_set_publishes_and_only_the_topic_fills_the_queue() {
    for stage in Stage::ALL {
        let template = runtime(*stage);
        let allowed = |policy: &str| -> Json {
            let statements = &properties(&template, policy)["PolicyDocument"]["Statement"];
            let mut statements = statements.as_array().unwrap().iter();
            let mut allowed = statements
                .by_ref()
                .filter(|statement| statement["Effect"] == "Allow");
            let only = allowed.next().unwrap().clone();
            assert!(allowed.next().is_none(), "{policy}");
            only
        };
        let topic = allowed("FeedbackTopicPolicy");
        assert_eq!(topic["Principal"], json!({ "Service": "ses.amazonaws.com" }));
        assert_eq!(topic["Action"], json!(["sns:Publish"]));
        let set = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${ConfigurationSet}";
        let condition = json!({ "StringEquals": {
            "aws:SourceAccount": [{ "Ref": "AWS::AccountId" }],
            "aws:SourceArn": [{ "Fn::Sub": set }],
        } });
        assert_eq!(topic["Condition"], condition);
        let queue = allowed("FeedbackQueuePolicy");
        assert_eq!(queue["Principal"], json!({ "Service": "sns.amazonaws.com" }));
        assert_eq!(queue["Action"], json!(["sqs:SendMessage"]));
        let condition = json!({ "StringEquals": { "aws:SourceArn": [{ "Ref": "FeedbackTopic" }] } });
        assert_eq!(queue["Condition"], condition);
    }
}

#[test]
fn plain_http_is_refused_wherever_there_is_tls() {
    for (stage, refused) in [
        (Stage::Local, false),
        (Stage::Staging, true),
        (Stage::Production, true),
    ] {
        let template = runtime(stage);
        for policy in ["SendQueuePolicy", "FeedbackQueuePolicy", "FeedbackTopicPolicy"] {
            let statements = &template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"];
            let denies = statements.as_array().into_iter().flatten().any(|statement| {
                statement["Effect"] == "Deny"
                    && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
            });
            assert_eq!(denies, refused, "{policy} of {stage}");
        }
        let set = properties(&template, "ConfigurationSet");
        assert_eq!(set["DeliveryOptions"]["TlsPolicy"] == "REQUIRE", refused);
    }
}

#[test]
fn what_becomes_of_a_mail_is_told_in_an_envelope_that_names_the_topic() {
    let template = runtime(Stage::Production);
    let subscription = properties(&template, "FeedbackSubscription");
    assert_eq!(subscription["RawMessageDelivery"], false);
    assert_eq!(subscription["TopicArn"], json!({ "Ref": "FeedbackTopic" }));
    assert_eq!(subscription["Endpoint"], arn_of("FeedbackQueue"));
    let told =
        properties(&template, "MailFeedback")["Environment"]["Variables"]["LANDFALL_FEEDBACK_TOPIC"].clone();
    assert_eq!(told, subscription["TopicArn"]);

    let destination = properties(&template, "FeedbackDestination");
    assert_eq!(
        destination["EventDestination"]["SnsDestination"]["TopicARN"],
        told
    );
    let events = destination["EventDestination"]["MatchingEventTypes"]
        .as_array()
        .unwrap();
    for watching in ["open", "click"] {
        assert!(!events.contains(&json!(watching)), "{watching}");
    }
    assert_eq!(
        template["Resources"]["FeedbackDestination"]["DependsOn"],
        json!(["FeedbackTopicPolicy"])
    );
}

#[test]
fn silence_is_an_alarm_for_what_runs_by_the_clock_and_for_nothing_else() {
    let template = runtime(Stage::Production);
    for (alarm, missing) in [
        ("CampaignSchedulerUnknownDeliveriesAlarm", "breaching"),
        ("PlatformSyncStaleFeedsAlarm", "breaching"),
        ("MailFeedbackUnreadableFeedbackAlarm", "notBreaching"),
        ("SendDeadLettersAlarm", "notBreaching"),
        ("EventBrokerErrorsAlarm", "notBreaching"),
    ] {
        assert_eq!(
            properties(&template, alarm)["TreatMissingData"],
            missing,
            "{alarm}"
        );
    }
}

#[test]
fn only_the_sender_sends_and_by_our_configuration_set() {
    let template = runtime(Stage::Production);
    let roles = template["Resources"].as_object().unwrap().iter();
    let roles = roles.filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role");
    let mut senders = Vec::new();
    for (id, role) in roles {
        for statement in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
            .as_array()
            .unwrap()
        {
            if statement["Action"]
                .as_array()
                .unwrap()
                .contains(&json!("ses:SendEmail"))
            {
                let head = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:";
                let resources = json!([
                    { "Fn::Sub": format!("{head}identity/*") },
                    { "Fn::Sub": format!("{head}configuration-set/${{ConfigurationSet}}") },
                ]);
                assert_eq!(statement["Resource"], resources);
                senders.push(id.as_str());
            }
        }
    }
    assert_eq!(senders, ["CampaignSenderRole"]);
}
