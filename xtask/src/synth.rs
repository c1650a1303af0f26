//! `synth`: the templates of a stage.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use stacks::Stage;

use crate::exit::Exit;
use crate::screen;

/// Prints the templates, or writes one file a stack.
pub(crate) fn run(stage: Stage, out: Option<&Path>) -> Result<Exit> {
    match out {
        Some(folder) => {
            write(stage, folder)?;
            screen::step(&format!("wrote the templates of {stage} to {}", folder.display()));
        }
        None => {
            for stack in stacks::stacks(stage)? {
                screen::answer(stack.template.to_json().trim_end());
            }
        }
    }
    Ok(Exit::Ok)
}

/// Writes `<stack>.json` files into a folder.
pub(crate) fn write(stage: Stage, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for stack in stacks::stacks(stage)? {
        let path = folder.join(format!("{}.json", stack.name));
        fs::write(&path, stack.template.to_json())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
