//! What messages pass through: the senders' queue, SES's configuration set, and the way back by topic and queue.

use super::AlarmTopics;
use crate::{
    Function, StageSettings, Stateful, SynthError, Transport,
    function::{Inbox, taker},
    parameters,
    resource::{
        cloudwatch::{Alarm, Counter},
        iam::{Action, PolicyDocument, Statement},
        ses::{ConfigurationSet, ConfigurationSetName, EventDestination},
        sns::{Subscription, Topic, TopicPolicy},
        sqs::{Queue, QueueName, QueuePolicy},
    },
    template::{Arn, Draft, Handle, Parameter, Value},
};

/// A message says which row is to be seen to, and the rows are in the storage stack: the next tick finds what lay in a
/// queue that is gone.
const QUEUES: Stateful = Stateful::Disposable;

/// As long as SQS keeps a message at all: somebody has to find it.
const LAID_ASIDE_DAYS: u8 = 14;

/// What goes out, and what comes back.
pub(super) struct Mail<'t> {
    pub(super) send_queue: Handle<'t, Queue<'t>>,
    pub(super) feedback_queue: Handle<'t, Queue<'t>>,
    pub(super) messages_queue: Handle<'t, Queue<'t>>,
    pub(super) feedback_topic: Value<'t, Arn<Topic>>,
    pub(super) configuration_set: Value<'t, ConfigurationSetName>,
}

/// A queue, and what becomes of a message that nobody can do.
struct Lane {
    inbox: Inbox,
    dead_letters: &'static str,
    /// Whether messages of one group come in their order, and within five minutes once.
    is_in_order: bool,
    kept_days: u8,
    receives: u16,
    meaning: &'static str,
}

/// A message that comes back is nothing unusual: its campaign pauses, or the rate is used up.
const SEND: Lane = Lane {
    inbox: Inbox::Send,
    dead_letters: "SendDeadLetters",
    is_in_order: false,
    kept_days: 4,
    receives: 20,
    meaning: "campaign-sender could not see to a delivery in 20 tries: read its log, and what `cargo xtask campaign \
              status` tells; then redrive the queue, or purge it",
};

/// SES tells it once: what is not heard in time is never heard.
const FEEDBACK: Lane = Lane {
    inbox: Inbox::Feedback,
    dead_letters: "FeedbackDeadLetters",
    is_in_order: false,
    kept_days: 14,
    receives: 5,
    meaning: "mail-feedback could not take in what became of a mail in 5 tries: read its log; then redrive the queue \
              within 14 days, or somebody who bounced or complained is written to again",
};

/// A message that nobody answers within four days was seen to by the operator.
const MESSAGES: Lane = Lane {
    inbox: Inbox::Messages,
    dead_letters: "MessagesDeadLetters",
    is_in_order: true,
    kept_days: 4,
    receives: 10,
    meaning: "a new message could not be seen to: it waits in the inbox, and nobody was told; read inbox-responder's \
              log, and redrive the queue",
};

impl<'t> Mail<'t> {
    pub(super) fn add(
        draft: &mut Draft<'t>,
        settings: &StageSettings,
        functions: &[Function],
        topics: &AlarmTopics<'t>,
    ) -> Result<Self, SynthError> {
        let configuration_set =
            ConfigurationSet::named(settings.stage.configuration_set(), settings.transport);
        let configuration_set = draft.add("ConfigurationSet", configuration_set)?;
        let topic = draft.add("FeedbackTopic", Topic::default())?;
        let policy = topic_policy(settings, &topic, &configuration_set);
        let policy = draft.add("FeedbackTopicPolicy", policy)?;
        // SES looks whether it may publish when it is given the topic.
        let destination = EventDestination::of_topic("feedback", &configuration_set, &topic);
        draft.add_after("FeedbackDestination", destination, &policy)?;

        let send_queue = SEND.add(draft, settings, functions, topics)?;
        SEND.add_policy(draft, settings, &send_queue, None)?;
        let feedback_queue = FEEDBACK.add(draft, settings, functions, topics)?;
        let publish = Statement::allow_service("Feedback", "sns.amazonaws.com", &[Action::SqsSendMessage])
            .on(&feedback_queue.arn())
            .when_equal("aws:SourceArn", &[topic.arn().text()]);
        FEEDBACK.add_policy(draft, settings, &feedback_queue, Some(publish))?;
        let messages_queue = MESSAGES.add(draft, settings, functions, topics)?;
        MESSAGES.add_policy(draft, settings, &messages_queue, None)?;
        inbound_alarm(draft, settings, topics)?;
        let subscription = Subscription::in_envelopes(&topic, &feedback_queue);
        draft.add("FeedbackSubscription", subscription)?;
        Ok(Self {
            send_queue,
            feedback_queue,
            messages_queue,
            feedback_topic: topic.arn(),
            configuration_set: configuration_set.name(),
        })
    }
}

fn inbound_alarm<'t>(
    draft: &mut Draft<'t>,
    settings: &StageSettings,
    topics: &AlarmTopics<'t>,
) -> Result<(), SynthError> {
    let parameter = Parameter {
        description: "The storage stack's output of this name",
        default: None,
        allowed_pattern: "[a-zA-Z0-9_-]{1,80}",
    };
    let queue = draft.parameter(parameters::INBOUND_MAIL_DEAD_LETTERS_NAME, &parameter)?;
    let meaning = "inbox-scraper could not take in a mail in 5 tries: read its log; the mail is in the inbound bucket; \
                   then redrive the queue";
    dead_letters_alarm(
        draft,
        settings,
        ("InboundMailDeadLetters", meaning),
        (&queue, topics),
    )
}

fn dead_letters_alarm<'t>(
    draft: &mut Draft<'t>,
    settings: &StageSettings,
    (id, meaning): (&str, &str),
    (queue, topics): (&Value<'t, QueueName>, &AlarmTopics<'t>),
) -> Result<(), SynthError> {
    let title = format!("landfall-{}-{}", settings.stage, id.to_ascii_lowercase());
    let description = format!("landfall-{}: {meaning}", settings.stage);
    let alarm = Alarm::at_least(
        1,
        Counter::waiting_in(queue),
        (title, description),
        topics.clone(),
    );
    draft.add(&format!("{id}Alarm"), alarm)?;
    Ok(())
}

/// SES, and only for our own configuration set of our own account: nobody else's mails are told here.
fn topic_policy<'t>(
    settings: &StageSettings,
    topic: &Handle<'t, Topic>,
    configuration_set: &Handle<'t, ConfigurationSet>,
) -> TopicPolicy<'t> {
    let set = configuration_set.name().configuration_set_arn();
    let mut statements = vec![
        Statement::allow_service("Feedback", "ses.amazonaws.com", &[Action::SnsPublish])
            .on(&topic.arn())
            .when_equal("aws:SourceAccount", &[Value::account()])
            .when_equal("aws:SourceArn", &[set.text()]),
    ];
    if settings.transport == Transport::Tls {
        statements.push(Statement::deny_without_tls("TlsOnly", "sns:Publish").on(&topic.arn()));
    }
    TopicPolicy::of(topic, PolicyDocument::new(statements))
}

impl Lane {
    fn add<'t>(
        &self,
        draft: &mut Draft<'t>,
        settings: &StageSettings,
        functions: &[Function],
        topics: &AlarmTopics<'t>,
    ) -> Result<Handle<'t, Queue<'t>>, SynthError> {
        let keeping = |days| {
            let queue = Queue::keeping_days(days);
            if self.is_in_order { queue.in_order() } else { queue }
        };
        let aside = draft.add_stateful(self.dead_letters, keeping(LAID_ASIDE_DAYS), QUEUES)?;
        let queue = keeping(self.kept_days)
            .for_function_of_s(taker(functions, self.inbox)?.timeout_s())
            .giving_up_after(self.receives, &aside);
        let queue = draft.add_stateful(self.inbox.logical_id(), queue, QUEUES)?;

        dead_letters_alarm(
            draft,
            settings,
            (self.dead_letters, self.meaning),
            (&aside.name(), topics),
        )?;
        Ok(queue)
    }

    /// A queue needs no policy for who is in its account: their roles say what they may.
    fn add_policy<'t>(
        &self,
        draft: &mut Draft<'t>,
        settings: &StageSettings,
        queue: &Handle<'t, Queue<'t>>,
        allowed: Option<Statement<'t>>,
    ) -> Result<(), SynthError> {
        let tls = (settings.transport == Transport::Tls)
            .then(|| Statement::deny_without_tls("TlsOnly", "sqs:*").on(&queue.arn()));
        let statements: Vec<Statement<'t>> = allowed.into_iter().chain(tls).collect();
        if !statements.is_empty() {
            let policy = QueuePolicy::of(queue, PolicyDocument::new(statements));
            draft.add(&format!("{}Policy", self.inbox.logical_id()), policy)?;
        }
        Ok(())
    }
}
