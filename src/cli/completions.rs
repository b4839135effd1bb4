//! `scumble completions`

use std::process::ExitCode;

use clap::CommandFactory as _;
use serde_json::json;

use super::args::{Arguments, CompletionsArgs};
use super::report::Report;
use crate::error::Result;

pub(super) fn run(args: &CompletionsArgs, report: &Report) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Arguments::command(),
        "scumble",
        &mut script,
    );
    let script = String::from_utf8_lossy(&script).into_owned();
    report.data(
        &script,
        json!({"shell": args.shell.to_string(), "script": script}),
    );
    Ok(ExitCode::SUCCESS)
}
