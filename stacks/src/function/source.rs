//! Queues that functions are called with messages of.

use super::{Function, Surroundings};
use crate::{
    SynthError,
    resource::{
        iam::{Action, Statement},
        sqs::Queue,
    },
    template::{Arn, Value},
};

/// The queue that calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) inbox: Inbox,
    /// How many calls at once, at most.
    pub(crate) at_once: u16,
}

/// A queue of the runtime stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inbox {
    /// Deliveries that are to be seen to.
    Send,
    /// What became of mails.
    Feedback,
    /// What guests wrote.
    Messages,
    /// Mails that arrived. This one lies in the storage stack, beside the bucket that fills it.
    InboundMail,
}

/// The one function that takes from the queue.
///
/// # Errors
/// [`SynthError::QueueWithoutOneFunction`] when there is none, or more than one.
pub(crate) fn taker(functions: &[Function], inbox: Inbox) -> Result<&Function, SynthError> {
    let takes = |function: &&Function| function.source.is_some_and(|source| source.inbox == inbox);
    let takers: Vec<&Function> = functions.iter().filter(takes).collect();
    match takers[..] {
        [only] => Ok(only),
        _ => Err(SynthError::QueueWithoutOneFunction {
            queue: inbox.logical_id(),
            count: takers.len(),
        }),
    }
}

impl Inbox {
    /// How many messages are given in one call, at most.
    pub(crate) const fn batch(self) -> u8 {
        match self {
            // Anybody may send a mail: one that ends the function takes no other with it.
            Self::InboundMail => 1,
            Self::Send | Self::Feedback | Self::Messages => 10,
        }
    }

    pub(crate) const fn logical_id(self) -> &'static str {
        match self {
            Self::Send => "SendQueue",
            Self::Feedback => "FeedbackQueue",
            Self::Messages => "MessagesQueue",
            Self::InboundMail => "InboundMailQueue",
        }
    }
}

impl<'t> Surroundings<'t> {
    pub(crate) fn queue(&self, inbox: Inbox) -> Value<'t, Arn<Queue<'t>>> {
        match inbox {
            Inbox::Send => self.send_queue.arn(),
            Inbox::Feedback => self.feedback_queue.arn(),
            Inbox::Messages => self.messages_queue.arn(),
            Inbox::InboundMail => self.inbound_mail_queue.clone(),
        }
    }
}

impl Source {
    /// What Lambda asks of the function's role to take messages for it.
    pub(crate) fn statement<'t>(self, around: &Surroundings<'t>) -> Statement<'t> {
        let actions = [
            Action::SqsChangeMessageVisibility,
            Action::SqsDeleteMessage,
            Action::SqsGetQueueAttributes,
            Action::SqsReceiveMessage,
        ];
        Statement::allow("TakeMessages", &actions).on(&around.queue(self.inbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;

    #[test]
    fn a_queue_that_nobody_or_two_take_from_is_refused() {
        let count = |functions: &[Function]| match taker(functions, Inbox::Send) {
            Err(SynthError::QueueWithoutOneFunction { count, queue }) => Some((queue, count)),
            _ => None,
        };
        let all = functions();
        assert_eq!(count(&all), None);
        assert_eq!(count(&[]), Some(("SendQueue", 0)));
        assert_eq!(count(&[all.clone(), all].concat()), Some(("SendQueue", 2)));
    }
}
