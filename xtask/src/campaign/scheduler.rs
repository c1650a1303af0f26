//! Asks campaign-scheduler, which alone plans and changes what is sent.

use anyhow::{Context, Result};
use contract::campaign::{CampaignAnswer, CampaignRequest, FUNCTION};
use serde_json::Value;

use crate::aws::lambda::Lambda;
use crate::environment::Environment;
use crate::exit::Refused;
use crate::screen;
use crate::table::plain;
use crate::workspace::Workspace;

/// The function of one stage.
pub(crate) struct Scheduler {
    way: Way,
}

enum Way {
    Lambda {
        lambda: Lambda,
        function: String,
    },
    /// What tests let it answer, and what it was asked.
    #[cfg(test)]
    Script(std::cell::RefCell<super::tests::Script>),
}

/// An answer: what it means, and as it came.
pub(crate) struct Told {
    /// What it means. Never a refusal: that has become an error.
    pub(crate) answer: CampaignAnswer,
    /// As it came, for `--json`.
    pub(crate) value: Value,
}

impl Scheduler {
    /// Connects to the stage.
    pub(crate) async fn connect(workspace: &Workspace, stage: stacks::Stage) -> Result<Self> {
        Ok(Self::of(&Environment::connect(workspace, stage).await?))
    }

    /// That of a stage that is connected to.
    pub(crate) fn of(environment: &Environment) -> Self {
        let function = format!("landfall-{}-{FUNCTION}", environment.stage);
        let lambda = environment.aws.lambda();
        Self {
            way: Way::Lambda { lambda, function },
        }
    }

    /// Asks, and shows on a terminal that it waits for the answer.
    ///
    /// # Errors
    /// [`Refused`] when the function will not do it; and any other when it cannot be asked.
    pub(crate) async fn ask(&self, request: &CampaignRequest) -> Result<Told> {
        let spinner = screen::spinner("asking campaign-scheduler");
        let told = self.ask_silently(request).await;
        spinner.finish_and_clear();
        told
    }

    /// Asks, for whoever shows something else meanwhile.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) async fn ask_silently(&self, request: &CampaignRequest) -> Result<Told> {
        let payload = serde_json::to_value(request)?;
        let value = match &self.way {
            Way::Lambda { lambda, function } => lambda
                .invoke(function, &payload)
                .await
                .with_context(|| format!("cannot ask {function}"))?,
            #[cfg(test)]
            Way::Script(script) => script.borrow_mut().answer(payload)?,
        };
        let answer = serde_json::from_value(value.clone())
            .context("campaign-scheduler is of another release: deploy first")?;
        match answer {
            CampaignAnswer::Refused { reason } => Err(Refused(plain(&reason)).into()),
            answer => Ok(Told { answer, value }),
        }
    }

    #[cfg(test)]
    pub(crate) fn scripted(script: super::tests::Script) -> Self {
        Self {
            way: Way::Script(std::cell::RefCell::new(script)),
        }
    }

    #[cfg(test)]
    pub(crate) fn asked(&self) -> Vec<Value> {
        match &self.way {
            Way::Script(script) => script.borrow().asked.clone(),
            Way::Lambda { .. } => Vec::new(),
        }
    }
}

/// The answer was none to what was asked: the function and this command are of different releases.
pub(crate) fn other_release() -> anyhow::Error {
    anyhow::anyhow!("campaign-scheduler answered something else than it was asked: deploy first")
}
