//! What comes in: the bucket of mails and messages, and the queue that is told of mails.

use contract::inbox::{MAIL_PREFIX, QUARANTINE_PREFIX};

use crate::{
    StageSettings, SynthError, Transport,
    function::{Inbox, functions, taker},
    outputs,
    resource::{
        iam::{Action, PolicyDocument, Statement},
        s3::{Bucket, BucketPolicy},
        ses::ReceiptRule,
        sqs::{Queue, QueuePolicy},
    },
    template::{Arn, Draft, Handle, Value},
};

/// As long as SQS keeps a message at all: S3 tells of a mail once.
const KEPT_DAYS: u8 = 14;
const RECEIVES: u16 = 5;
/// What was read of a mail is kept elsewhere, and so is what could not be read, as long: this is how long both may be compared.
const MAILS_KEPT_DAYS: u16 = 90;

/// S3 asks whether it may fill the queue when it is told to, so that the queue's policy comes before the bucket: it names the
/// stack's buckets by what their names begin with.
pub(super) fn add(draft: &mut Draft<'_>, settings: &StageSettings) -> Result<(), SynthError> {
    let stateful = settings.stateful;
    let aside = draft.add_stateful("InboundMailDeadLetters", Queue::keeping_days(KEPT_DAYS), stateful)?;
    let timeout_s = taker(&functions(), Inbox::InboundMail)?.timeout_s();
    let queue = Queue::keeping_days(KEPT_DAYS)
        .for_function_of_s(timeout_s)
        .giving_up_after(RECEIVES, &aside);
    let queue = draft.add_stateful(Inbox::InboundMail.logical_id(), queue, stateful)?;
    let policy = QueuePolicy::of(&queue, PolicyDocument::new(queue_statements(settings, &queue)));
    let policy = draft.add_stateful("InboundMailQueuePolicy", policy, stateful)?;
    let bucket = Bucket::default()
        .expiring("remove-mails", MAIL_PREFIX, MAILS_KEPT_DAYS)
        .expiring("remove-what-was-put-aside", QUARANTINE_PREFIX, MAILS_KEPT_DAYS)
        .telling(&queue, MAIL_PREFIX);
    let bucket = draft.add_stateful_after("InboundMailBucket", bucket, stateful, &policy)?;
    if settings.transport == Transport::Tls {
        let rule: Value<'_, Arn<ReceiptRule>> = Value::receipt_rules_of(&settings.stage.receipt_rule_set());
        let policy = BucketPolicy {
            bucket: bucket.name(),
            policy_document: PolicyDocument::new(vec![
                Statement::allow_service("ReceiveMails", "ses.amazonaws.com", &[Action::S3PutObject])
                    .on(&bucket.name().objects_arn(&format!("{MAIL_PREFIX}*")))
                    .when_equal("aws:SourceAccount", &[Value::account()])
                    .when_arn_like("aws:SourceArn", &rule),
                Statement::deny_without_tls("TlsOnly", "s3:*")
                    .on(&bucket.arn())
                    .on(&bucket.name().objects_arn("*")),
            ]),
        };
        draft.add_stateful("InboundMailBucketPolicy", policy, stateful)?;
    }
    draft.output(
        outputs::INBOUND_BUCKET_NAME,
        "Bucket in which mails arrive and messages are kept",
        &bucket.name(),
    )?;
    draft.output(
        outputs::INBOUND_MAIL_QUEUE_ARN,
        "Queue that is told of mails",
        &queue.arn(),
    )?;
    draft.output(
        outputs::INBOUND_MAIL_DEAD_LETTERS_NAME,
        "Queue of mails that nobody could read",
        &aside.name(),
    )
}

fn queue_statements<'t>(settings: &StageSettings, queue: &Handle<'t, Queue<'t>>) -> Vec<Statement<'t>> {
    let buckets: Value<'t, Arn<Bucket>> = Value::buckets_named(&settings.stage.storage_prefix());
    let tell = Statement::allow_service("TellOfMails", "s3.amazonaws.com", &[Action::SqsSendMessage])
        .on(&queue.arn())
        .when_equal("aws:SourceAccount", &[Value::account()])
        .when_arn_like("aws:SourceArn", &buckets);
    let tls = (settings.transport == Transport::Tls)
        .then(|| Statement::deny_without_tls("TlsOnly", "sqs:*").on(&queue.arn()));
    [tell].into_iter().chain(tls).collect()
}
