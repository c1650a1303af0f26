//! `inbound-mail`: the template of the stack that receives mails, and how an administrator brings it about.
//!
//! It changes nothing by itself: only one receipt rule set is active in an account's region, and whether another one may go is
//! the administrator's to say.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use stacks::{Stage, outputs, parameters};

use crate::exit::Exit;
use crate::screen;

/// What `inbound-mail` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stage: `staging` or `production`.
    #[arg(long)]
    stage: Stage,
    /// The address, or the domain, at which notifications are received.
    #[arg(long, value_name = "ADDRESS")]
    recipient: String,
    /// Where to write the template.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes the template, and prints what to do with it.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    if args.stage == Stage::Local {
        bail!("the local stage receives no mails: put them into its inbound bucket");
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@._+-".contains(&byte);
    if args.recipient.is_empty() || !args.recipient.bytes().all(is_plain) {
        bail!("the recipient is neither an address nor a domain");
    }
    let stack = stacks::inbound_mail(args.stage)?;
    fs::write(&args.out, stack.template.to_json())
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    screen::step(&format!(
        "wrote the template of {} to {}",
        stack.name,
        args.out.display()
    ));
    screen::answer(&steps(args.stage, &stack.name, &args.out, &args.recipient));
    Ok(Exit::Ok)
}

fn steps(stage: Stage, stack: &str, file: &Path, recipient: &str) -> String {
    let (bucket, to) = (parameters::INBOUND_BUCKET_NAME, parameters::INBOUND_RECIPIENT);
    format!(
        "As an administrator of the account, with the recipient's domain verified in SES and its MX record at SES:\n\
         \x20 BUCKET=$(cargo xtask -q outputs --stage {stage} --json | jq -r .{})\n\
         \x20 aws cloudformation deploy --stack-name {stack} --template-file {} \\\n\
         \x20   --parameter-overrides {bucket}=$BUCKET {to}={recipient}\n\
         \x20 aws ses set-active-receipt-rule-set --rule-set-name {}",
        outputs::INBOUND_BUCKET_NAME,
        file.display(),
        stage.receipt_rule_set(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_name_the_stack_its_parameters_and_the_rule_set() {
        let said = steps(
            Stage::Production,
            "landfall-production-inbound-mail",
            Path::new("inbound-mail.json"),
            "inbox@harbor.example",
        );
        insta::assert_snapshot!(said);
    }

    #[test]
    fn the_local_stage_and_a_recipient_that_is_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (stage, recipient) in [(Stage::Local, "inbox@harbor.example"), (Stage::Staging, "a b; c")] {
            let args = Args {
                stage,
                recipient: recipient.to_owned(),
                out: folder.path().join("template.json"),
            };
            assert!(run(&args).is_err());
            assert!(!args.out.exists());
        }
    }
}
