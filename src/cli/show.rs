//! `scumble show`

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::args::ShowArgs;
use super::library;
use super::report::Report;
use crate::error::Result;
use crate::library::Found;
use crate::picture::shape::Length;
use crate::recipe::{Param, Recipe};

pub(super) fn run(args: &ShowArgs, report: &Report) -> Result<ExitCode> {
    let found = library()?.find(&args.recipe)?;
    report.data(&describe(&found), data(&found));
    Ok(ExitCode::SUCCESS)
}

fn describe(Found { recipe, origin }: &Found) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} ({}): {}",
        recipe.name,
        origin.word(),
        recipe.title
    );
    let _ = writeln!(text, "kind: {}", recipe.kind);
    if !recipe.tags.is_empty() {
        let _ = writeln!(text, "tags: {}", recipe.tags.join(", "));
    }
    if !recipe.params.is_empty() {
        text.push_str("\nparameters\n");
    }
    for param in &recipe.params {
        let _ = writeln!(text, "  -p {}={}", param.name, given(param));
        if let Some(help) = &param.help {
            let _ = writeln!(text, "     {help}");
        }
    }
    if let Some(prompt) = &recipe.prompt {
        text.push_str("\nprompt\n");
        for line in prompt
            .text()
            .trim()
            .lines()
            .chain(recipe.keep.iter().map(|clause| clause.text()))
        {
            let _ = writeln!(text, "  {line}");
        }
    }
    text.push_str("\nsettings\n");
    for (name, value) in settings(recipe) {
        let _ = writeln!(text, "  {name}: {value}");
    }
    text
}

fn given(param: &Param) -> String {
    let kind = if param.choices.is_empty() {
        param.kind.word().to_owned()
    } else {
        param.choices.join(" | ")
    };
    match &param.default {
        Some(default) => format!("{default}   ({kind})"),
        None => format!("…   ({kind}, required)"),
    }
}

fn settings(recipe: &Recipe) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("tier", recipe.route.tier.word().to_owned()),
        ("max_drift", recipe.verify.max_drift.to_string()),
        ("attempts", recipe.verify.attempts.to_string()),
        ("max_seam", recipe.verify.max_seam.to_string()),
    ];
    if recipe.kind == crate::recipe::Kind::Inpaint {
        let feather = format!(
            "{} into {}",
            recipe.mask.feather,
            recipe.mask.feather_into.word()
        );
        settings.insert(0, ("feather", feather));
        if recipe.mask.grow != Length::Pixels(0.0) {
            settings.insert(0, ("grow", recipe.mask.grow.to_string()));
        }
        if let Some(covers) = recipe.mask.covers {
            settings.insert(0, ("mask covers", covers.word().to_owned()));
        }
    }
    if let Some(canvas) = &recipe.canvas {
        settings.insert(0, ("target", canvas.target.text().to_owned()));
    }
    settings
}

fn data(Found { recipe, origin }: &Found) -> Value {
    let params: Vec<Value> = recipe
        .params
        .iter()
        .map(|param| {
            json!({
                "name": param.name,
                "type": param.kind,
                "default": param.default,
                "required": param.default.is_none(),
                "help": param.help,
                "choices": param.choices,
                "min": param.min,
                "max": param.max,
            })
        })
        .collect();
    let settings: serde_json::Map<String, Value> = settings(recipe)
        .into_iter()
        .map(|(name, value)| (name.replace(' ', "_"), value.into()))
        .collect();
    json!({
        "name": recipe.name,
        "version": recipe.version,
        "title": recipe.title,
        "kind": recipe.kind,
        "tags": recipe.tags,
        "origin": origin,
        "params": params,
        "prompt": recipe.prompt.as_ref().map(|prompt| prompt.text()),
        "keep": recipe.keep.iter().map(|clause| clause.text()).collect::<Vec<_>>(),
        "settings": settings,
        "file": recipe.source.text,
    })
}
