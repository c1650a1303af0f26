//! The event broker: the operator's calendar over all booking platforms, by HTTP and by direct invocation.
//!
//! Invariant: no answer is given to an HTTP request on a route that is not public before a live bearer token was
//! seen; and tokens, feed URLs and guests' names appear in no log line.

mod action;
mod answer;
mod auth;
mod broker;
mod call;
mod feeds;
mod function;
mod handler;
mod input;
mod openapi;
mod page;
mod problem;
mod routing;
mod scope;
mod settings;
mod source;
mod wire;

use broker::{Broker, Moment};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_boot::logging::start();
    let settings = settings::Settings::read(lambda_boot::Environment::of_process())?;
    let broker = &Broker::new(settings, &lambda_boot::aws::configuration().await)?;
    let answer = |event: LambdaEvent<Value>| async move {
        let moment = Moment::now(event.context.deadline)?;
        Ok::<_, Error>(broker.handle(event.payload, moment).await)
    };
    lambda_runtime::run(service_fn(answer)).await
}
