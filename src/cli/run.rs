//! `scumble run`

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::args::RunArgs;
use super::progress::Spinner;
use super::report::{self, Report};
use super::{house, library, order, wait};
use crate::engine::{self, Delivered, OutputWish, Record, Status};
use crate::error::{Error, ErrorKind, Result};
use crate::picture::mask::percent;
use crate::recipe::Tier;

pub(super) fn run(args: &RunArgs, report: &Report) -> Result<ExitCode> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    if to_stdout && report.is_json() {
        return Err(Error::new(
            ErrorKind::Usage,
            "`-o -` and `--json` both write to standard output",
        )
        .hint("name a file with `-o`"));
    }
    if args.edit.image == Path::new("-") && args.output.is_none() {
        return Err(Error::new(
            ErrorKind::Usage,
            "a picture from standard input has no name",
        )
        .hint("say where the result goes: `-o FILE`, or `-o -` for standard output"));
    }
    let output = OutputWish {
        path: args.output.clone().filter(|_| !to_stdout),
        force: args.force,
        to_stdout,
        keep: args.keep.clone(),
    };
    let house = house();
    let order = order::read(&args.edit, output, &library()?)?;
    let spinner = Spinner::new(report.is_json());
    let delivered = wait(engine::run(&order, &house, &spinner));
    drop(spinner);
    let delivered = delivered?;
    for warning in &delivered.record.warnings {
        report.warn(warning);
    }
    draft_note(&delivered.record, order.wish.is_some(), report);
    finish(&delivered, args.strict, to_stdout, report)
}

fn finish(
    delivered: &Delivered,
    strict: bool,
    to_stdout: bool,
    report: &Report,
) -> Result<ExitCode> {
    let record = &delivered.record;
    let reasons = record.verdict.reasons.join("; ");
    let shown = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default()
    };
    let data = json!({
        "path": delivered.path.as_ref().map(|path| path.display().to_string()),
        "record_path": delivered.record_path.as_ref().map(|path| path.display().to_string()),
        "record": record,
    });
    if record.verdict.status == Status::Fail {
        let error = Error::new(
            ErrorKind::Verify,
            format!("the result failed verification: {reasons}"),
        )
        .hint(format!("the best attempt is `{}`", shown(&delivered.path)));
        return Ok(report.error_with(&error, data));
    }
    if to_stdout {
        report::bytes(&delivered.bytes).map_err(|fault| {
            Error::new(ErrorKind::Io, "cannot write to standard output").caused_by(fault)
        })?;
    }
    let mut lines = String::new();
    if !to_stdout {
        for output in &record.outputs {
            let folder = delivered
                .path
                .as_deref()
                .and_then(Path::parent)
                .unwrap_or_else(|| Path::new(""));
            lines.push_str(&folder.join(&output.path).display().to_string());
            lines.push('\n');
        }
    }
    report.say(&summary(record));
    if !to_stdout {
        report.say(&format!("record: {}", shown(&delivered.record_path)));
    }
    if record.verdict.status == Status::Pass && !reasons.is_empty() {
        report.note(&reasons);
    }
    if record.verdict.status == Status::Review {
        report.warn(&format!("a person should look: {reasons}"));
        if strict {
            let error = Error::new(
                ErrorKind::Verify,
                format!("a person should look: {reasons}"),
            )
            .hint("leave `--strict` away to accept it with a warning");
            return Ok(report.error_with(&error, data));
        }
    }
    if !to_stdout || report.is_json() {
        report.data(&lines, data);
    }
    Ok(ExitCode::SUCCESS)
}

/// One line: who, verdict, how much, and what the lock found.
fn summary(record: &Record) -> String {
    let edited = format!("{} of the picture edited", percent(record.edited));
    let lock = match &record.lock {
        Some(lock) if lock.changed == 0 => {
            let file = match lock.file {
                crate::engine::LockedFile::Exact => "also in the file".to_owned(),
                crate::engine::LockedFile::Derived => format!(
                    "the file is a lossy copy and differs by up to {} levels",
                    lock.largest_difference
                ),
            };
            format!(
                "{} locked pixels, none changed, {file}",
                grouped(lock.checked)
            )
        }
        Some(lock) => format!(
            "{} locked pixels, {} changed",
            grouped(lock.checked),
            grouped(lock.changed)
        ),
        None => "nothing is locked".to_owned(),
    };
    let status = record.verdict.status.word();
    format!(
        "{}: {status} · {edited} · {lock} · {:.1} s",
        record.route.chosen, record.seconds
    )
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn draft_note(record: &Record, asked: bool, report: &Report) {
    let wished = record.effective.wished_tier;
    if asked || record.tier != Tier::Draft || wished == Tier::Draft {
        return;
    }
    report.note(&format!(
        "this is a draft, drawn offline by `{}`; the recipe is written for the tier `{}`. \
         A picture edited elsewhere is taken with `--reply FILE`",
        record.route.chosen,
        wished.word()
    ));
}
