//! The command line: words in, files and words out. Every verb is thin.
//!
//! Data goes to standard output, words for people to standard error. `--json` prints exactly one
//! envelope, also for errors.

mod args;
mod completions;
mod demo;
mod init;
mod list;
mod order;
mod plan;
mod progress;
mod report;
mod run;
mod schema;
mod show;
mod verify;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::engine::House;
use crate::error::{Error, ErrorKind, Result};
use crate::library::{Library, Project};
use crate::provider::Registry;
use crate::store::Blobs;
use args::{Arguments, Command};
use report::Report;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(fault) => return report::usage(&fault, std::env::args_os().any(|arg| arg == "--json")),
    };
    let report = Report::new(arguments.json, arguments.command.name());
    match dispatch(arguments.command, &report) {
        Ok(code) => code,
        Err(error) => report.error(&error),
    }
}

fn dispatch(command: Command, report: &Report) -> Result<ExitCode> {
    match command {
        Command::Run(args) => run::run(&args, report),
        Command::Plan(args) => plan::run(&args, report),
        Command::Demo(args) => demo::run(&args, report),
        Command::Init(args) => init::run(&args, report),
        Command::List => list::run(report),
        Command::Show(args) => show::run(&args, report),
        Command::Verify(args) => verify::run(&args, report),
        Command::Schema(args) => schema::run(&args, report),
        Command::Completions(args) => completions::run(&args, report),
    }
}

/// The library of the folder the user is in.
fn library() -> Result<Library> {
    let here = std::env::current_dir().unwrap_or_else(|_| Path::new(".").to_owned());
    let user = etcetera::choose_base_strategy()
        .ok()
        .map(|base| etcetera::BaseStrategy::config_dir(&base).join("scumble"));
    Ok(Library::new(Project::containing(&here)?, user))
}

/// The house of one run: the standard providers, and blobs in the user's cache folder.
fn house() -> House {
    let cache = etcetera::choose_base_strategy().ok().map(|base| {
        etcetera::BaseStrategy::cache_dir(&base)
            .join("scumble")
            .join("blobs")
    });
    House {
        registry: Registry::standard(),
        blobs: cache.map_or_else(Blobs::in_memory, Blobs::in_folder),
    }
}

/// Waits for a future on this thread.
fn wait<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|fault| {
            Error::new(ErrorKind::Internal, "the executor cannot start").caused_by(fault)
        })?;
    runtime.block_on(future)
}
