//! `smoke`: is what was deployed what answers?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result};
use contract::{Access, ROUTES};
use serde::Serialize;
use serde_json::{Value, json};
use stacks::{StackKind, outputs};

use crate::api::Api;
use crate::aws::lambda::{Lambda, base64};
use crate::environment::{Environment, StageArg};
use crate::exit::Exit;
use crate::workspace::Workspace;
use crate::{artifact, screen, token_store};

/// The checks' results, in the order in which they were made.
#[derive(Debug)]
pub(crate) struct Report {
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    check: String,
    ok: bool,
    /// What was found, when it is not what was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
}

/// What the deployed version is to be like: that of the checkout, or an earlier one.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// The API's routes, such as `GET /health`.
    routes: BTreeSet<String>,
    /// Each function's name, and the key of its code.
    code: BTreeMap<String, String>,
}

/// What `smoke` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stage: StageArg,
    /// Print one JSON object a check.
    #[arg(long)]
    json: bool,
}

/// Tests the deployed stage on its own.
pub(crate) async fn run(workspace: &Workspace, args: &Args) -> Result<Exit> {
    let environment = Environment::connect(workspace, args.stage.stage).await?;
    let outputs = crate::outputs::read(&environment).await?;
    let expected = Expected::of_deployed(&environment).await?;
    let passed = check(&environment, &outputs, &expected).await?.print(args.json)?;
    Ok(if passed { Exit::Ok } else { Exit::SmokeFailed })
}

impl Expected {
    /// What a runtime stack's template and parameters ask for.
    pub(crate) fn of(template: &str, parameters: &BTreeMap<String, String>) -> Result<Self> {
        let template: Value = serde_json::from_str(template).context("the template is not JSON")?;
        let resources = template["Resources"].as_object().into_iter().flatten();
        let mut expected = Self::default();
        for (id, resource) in resources {
            let properties = &resource["Properties"];
            match resource["Type"].as_str() {
                Some("AWS::ApiGatewayV2::Route") => {
                    expected
                        .routes
                        .extend(properties["RouteKey"].as_str().map(str::to_owned));
                }
                Some("AWS::Lambda::Function") => {
                    let parameter = properties["Code"]["S3Key"]["Ref"].as_str();
                    let name = properties["FunctionName"].as_str();
                    let key = parameter.and_then(|parameter| parameters.get(parameter));
                    let key = key.with_context(|| format!("no parameter names the code of {id}"))?;
                    let name = name.with_context(|| format!("{id} has no name"))?;
                    expected.code.insert(name.to_owned(), key.clone());
                }
                _ => {}
            }
        }
        Ok(expected)
    }

    /// What the deployed runtime stack asks for.
    async fn of_deployed(environment: &Environment) -> Result<Self> {
        let cloud = environment.aws.cloudformation();
        let name = environment.stage.stack_name(StackKind::Runtime);
        let deployed = cloud.describe(&name).await?;
        let deployed = deployed.with_context(|| format!("there is no stack {name}"))?;
        Self::of(&cloud.template(&name).await?, &deployed.parameters)
    }
}

/// Makes every check, and stops at none.
pub(crate) async fn check(
    environment: &Environment,
    outputs: &BTreeMap<String, String>,
    expected: &Expected,
) -> Result<Report> {
    let url = crate::outputs::get(outputs, outputs::API_URL)?;
    let api = Api::at(url)?;
    let (health, locked, token, routes, functions) = tokio::join!(
        api.get("/health", None),
        check_locked(&api, expected),
        check_token(environment, outputs, &api),
        check_routes(environment, outputs, expected),
        check_functions(environment, expected),
    );
    // The body too: an answer of something before the function would also be 200.
    let found = match &health {
        Ok(answer) if answer.body["status"] != "ok" => {
            Err(format!("it is not the broker's answer: {}", answer.body))
        }
        _ => status(health, 200),
    };
    let mut checks = vec![Check::of("GET /health answers 200", found)];
    checks.extend(locked);
    checks.push(token?);
    checks.push(routes?);
    checks.extend(functions?);
    Ok(Report { checks })
}

async fn check_locked(api: &Api, expected: &Expected) -> Vec<Check> {
    let asked = ROUTES.iter().filter(|route| {
        // What was rolled back to may not know every route of this checkout.
        let is_there = expected.routes.contains(&format!("GET {}", route.path));
        route.access == Access::Token && route.method == contract::Method::Get && is_there
    });
    let checks = asked.map(|route| async move {
        let name = format!("GET {} answers 401 without a token", route.path);
        Check::of(&name, status(api.get(route.path, None).await, 401))
    });
    futures_util::future::join_all(checks).await
}

async fn check_token(
    environment: &Environment,
    outputs: &BTreeMap<String, String>,
    api: &Api,
) -> Result<Check> {
    let found = match token_store::current(environment, outputs).await? {
        Some(token) => status(api.get("/auth/check", Some(token.reveal())).await, 200),
        None => Err("there is no token".to_owned()),
    };
    Ok(Check::of("GET /auth/check answers 200 with the token", found))
}

async fn check_routes(
    environment: &Environment,
    outputs: &BTreeMap<String, String>,
    expected: &Expected,
) -> Result<Check> {
    let api = crate::outputs::get(outputs, outputs::API_ID)?;
    let deployed = environment
        .aws
        .gateway()
        .routes(api)
        .await
        .context("cannot list the API's routes")?;
    let declared = &expected.routes;
    let missing: Vec<&String> = declared
        .iter()
        .filter(|route| !deployed.contains(route))
        .collect();
    let foreign: Vec<&String> = deployed
        .iter()
        .filter(|route| !declared.contains(*route))
        .collect();
    let same = missing.is_empty() && foreign.is_empty();
    let found = if same {
        Ok(())
    } else {
        Err(format!("missing {missing:?}, not declared {foreign:?}"))
    };
    Ok(Check::of("API Gateway has exactly the declared routes", found))
}

async fn check_functions(environment: &Environment, expected: &Expected) -> Result<Vec<Check>> {
    let lambda = environment.aws.lambda();
    let functions = expected.code.iter();
    let code =
        futures_util::future::try_join_all(functions.map(|(name, key)| check_code(&lambda, name, key)));
    let broker = format!("landfall-{}-event-broker", environment.stage);
    let health = json!({ "action": "health" });
    let (code, answer) = tokio::join!(code, lambda.invoke(&broker, &health));
    let found = match answer {
        Ok(answer) if answer["status"] == 200 && answer["body"]["status"] == "ok" => Ok(()),
        Ok(answer) => Err(format!("it answered {answer}")),
        Err(error) => Err(format!("{error:#}")),
    };
    let mut checks = code?;
    checks.push(Check::of("event-broker answers a direct invocation", found));
    Ok(checks)
}

/// Whether a function runs what its artifact's key names, whatever the bucket holds under that key.
async fn check_code(lambda: &Lambda, name: &str, key: &str) -> Result<Check> {
    let wanted = artifact::sha256_of_key(key)
        .map(|sha256| base64(&sha256))
        .with_context(|| format!("the code of {name} has a key that names no hash: {key}"))?;
    let found = lambda
        .code_sha256(name)
        .await
        .with_context(|| format!("cannot look up the function {name}"))?;
    let judged = if found == wanted {
        Ok(())
    } else {
        Err(format!("Lambda has {found}, the artifact is {wanted}"))
    };
    Ok(Check::of(&format!("{name} runs the artifact's code"), judged))
}

fn status(answer: Result<crate::api::Answer>, wanted: u16) -> Result<(), String> {
    match answer {
        Ok(answer) if answer.status == wanted => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status)),
        Err(error) => Err(format!("{error:#}")),
    }
}

impl Check {
    fn of(check: &str, found: Result<(), String>) -> Self {
        Self {
            check: check.to_owned(),
            ok: found.is_ok(),
            found: found.err(),
        }
    }
}

impl Report {
    /// Prints the checks and says whether all of them passed. Without `json`, passed checks are one line together.
    pub(crate) fn print(&self, json: bool) -> Result<bool> {
        let failed: Vec<&Check> = self.checks.iter().filter(|check| !check.ok).collect();
        if json {
            for check in &self.checks {
                screen::answer(&serde_json::to_string(check)?);
            }
            return Ok(failed.is_empty());
        }
        screen::step(&format!(
            "smoke test: {} of {} checks passed",
            self.checks.len() - failed.len(),
            self.checks.len()
        ));
        for check in &failed {
            screen::step(&format!("  {check}"));
        }
        Ok(failed.is_empty())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            None => write!(f, "ok      {}", self.check),
            Some(found) => write!(f, "FAILED  {}: {found}", self.check),
        }
    }
}
