//! `scumble list`

use std::process::ExitCode;

use serde_json::{Value, json};

use super::library;
use super::report::Report;
use crate::error::Result;
use crate::library::Found;
use crate::recipe::Kind;

/// Recipes by wish: what somebody wants who does not know the word for the kind.
const WISHES: [(&str, Kind); 3] = [
    ("change one part", Kind::Inpaint),
    ("change the mood", Kind::Variation),
    ("more canvas", Kind::Outpaint),
];

pub(super) fn run(report: &Report) -> Result<ExitCode> {
    let library = library()?;
    let (mut found, mut broken): (Vec<(String, Found)>, Vec<Value>) = (Vec::new(), Vec::new());
    for name in library.names() {
        match library.find(&name) {
            Ok(recipe) => found.push((name, recipe)),
            // One broken recipe hides no others.
            Err(error) => {
                report.warn(&format!("`{name}` cannot be used: {error}"));
                broken.push(json!({"name": name, "message": error.to_string()}));
            }
        }
    }
    let width = found.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (wish, kind) in WISHES {
        let mut lines = found
            .iter()
            .filter(|(_, found)| found.recipe.kind == kind)
            .map(|(name, found)| {
                format!(
                    "  {name:width$}  {} ({})\n",
                    found.recipe.title,
                    found.origin.word()
                )
            })
            .peekable();
        if lines.peek().is_some() {
            text.push_str(wish);
            text.push('\n');
            lines.for_each(|line| text.push_str(&line));
        }
    }
    let recipes: Vec<Value> = found
        .iter()
        .map(|(name, found)| {
            json!({
                "name": name,
                "title": found.recipe.title,
                "kind": found.recipe.kind,
                "version": found.recipe.version,
                "tags": found.recipe.tags,
                "origin": found.origin,
            })
        })
        .collect();
    report.data(&text, json!({"recipes": recipes, "broken": broken}));
    report.say("see one with `scumble show NAME`");
    Ok(ExitCode::SUCCESS)
}
