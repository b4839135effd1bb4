//! Everything that is printed.

use std::error::Error as _;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::error::Error;

/// The layout of the envelope.
const FORMAT: u32 = 1;

/// Prints for people, or one envelope for programs.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    command: &'static str,
}

impl Report {
    pub(super) fn new(json: bool, command: &'static str) -> Self {
        Self { json, command }
    }

    /// Whether a program is reading.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// The result: `text` for people and pipes, `data` in the envelope.
    pub(super) fn data(&self, text: &str, data: Value) {
        if self.json {
            let envelope =
                json!({"format": FORMAT, "ok": true, "command": self.command, "data": data});
            out(&format!("{envelope}\n"));
        } else {
            out(text);
        }
    }

    /// Something a person may want to know.
    pub(super) fn note(&self, text: &str) {
        if !self.json {
            labelled(AnsiColor::Cyan, "note", text);
        }
    }

    /// Something a person should know. In the envelope it is part of the data.
    pub(super) fn warn(&self, text: &str) {
        if !self.json {
            labelled(AnsiColor::Yellow, "warning", text);
        }
    }

    /// Plain words for people.
    pub(super) fn say(&self, text: &str) {
        if !self.json {
            err(&format!("{text}\n"));
        }
    }

    /// The end of a command that failed.
    pub(super) fn error(&self, error: &Error) -> ExitCode {
        self.error_with(error, Value::Null)
    }

    /// The end of a command that failed, with data for programs.
    pub(super) fn error_with(&self, error: &Error, details: Value) -> ExitCode {
        if self.json {
            out(&format!("{}\n", envelope(self.command, error, details)));
        } else {
            let text = error.report();
            let rest = text.strip_prefix("error: ").unwrap_or(&text);
            let bold = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
            err(&format!("{bold}error{bold:#}: {rest}"));
        }
        ExitCode::from(error.kind().exit_code())
    }
}

fn envelope(command: &str, error: &Error, details: Value) -> Value {
    let place = error.place().map(|place| {
        let (line, column) = place.line_and_column();
        json!({"file": place.file(), "line": line, "column": column})
    });
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(fault) = cause {
        causes.push(fault.to_string());
        cause = fault.source();
    }
    json!({
        "format": FORMAT,
        "ok": false,
        "command": command,
        "error": {
            "code": error.kind().code(),
            "message": error.to_string(),
            "hint": error.hint_text(),
            "place": place,
            "causes": causes,
            "details": details,
        },
    })
}

/// The end when the arguments themselves are wrong, or when help was asked for.
pub(super) fn usage(fault: &clap::Error, json: bool) -> ExitCode {
    if !fault.use_stderr() {
        out(&fault.render().ansi().to_string());
        return ExitCode::SUCCESS;
    }
    if json {
        let text = fault.render().to_string();
        // The first paragraph: the fault, and the arguments it is about.
        let lines: Vec<&str> = text
            .lines()
            .take_while(|line| !line.trim().is_empty())
            .map(str::trim)
            .collect();
        let message = lines.join(" ").trim_start_matches("error: ").to_owned();
        let error = Error::new(crate::ErrorKind::Usage, message).hint("see `scumble --help`");
        out(&format!("{}\n", envelope("", &error, Value::Null)));
    } else {
        err(&fault.render().ansi().to_string());
    }
    ExitCode::from(crate::ErrorKind::Usage.exit_code())
}

fn labelled(color: AnsiColor, label: &str, text: &str) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    err(&format!("{style}{label}{style:#}: {text}\n"));
}

/// Bytes to standard output.
pub(super) fn bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// A reader that went away is no fault of ours, so failures to print are ignored.
fn out(text: &str) {
    let _ = anstream::stdout().lock().write_all(text.as_bytes());
}

fn err(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
