//! `scumble plan`

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::args::EditArgs;
use super::report::Report;
use super::{house, library, order};
use crate::engine::{self, OutputWish, Plan};
use crate::error::Result;
use crate::picture::mask::percent;

pub(super) fn run(args: &EditArgs, report: &Report) -> Result<ExitCode> {
    let house = house();
    let order = order::read(args, OutputWish::default(), &library()?)?;
    let job = engine::resolve(&order, &house)?;
    let plan = engine::plan(&job, &house)?;
    for warning in &plan.warnings {
        report.warn(warning);
    }
    let mut data = serde_json::to_value(&plan).unwrap_or(Value::Null);
    data["sha256"] = json!(plan.digest());
    report.data(&describe(&plan), data);
    Ok(ExitCode::SUCCESS)
}

fn describe(plan: &Plan) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{label:<11} {value}");
    };
    let version = plan
        .recipe
        .version
        .as_deref()
        .unwrap_or("without a version");
    line(
        "recipe",
        format!(
            "{} {version} ({}), {}",
            plan.recipe.name, plan.recipe.origin, plan.kind
        ),
    );
    for (at, (name, value)) in plan.params.iter().enumerate() {
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        line(
            if at == 0 { "parameters" } else { "" },
            format!("{name} = {shown}"),
        );
    }
    let source = &plan.source;
    line(
        "picture",
        format!("{} · {}×{}", source.path, source.width, source.height),
    );
    if let Some(mask) = &plan.mask {
        let read = mask
            .read_from
            .map(|from| format!(", read from {from}"))
            .unwrap_or_default();
        let [x, y, w, h] = mask.bounds;
        line(
            "mask",
            format!(
                "{} of the picture may change, in {w}×{h} at {x},{y}{read}",
                percent(mask.coverage)
            ),
        );
        line(
            "feather",
            format!("{:.1} px, into {}", mask.feather, mask.feather_into.word()),
        );
    }
    let canvas = plan.canvas;
    if (canvas.width, canvas.height) != (source.width, source.height) {
        line(
            "canvas",
            format!(
                "{}×{}, the source at {},{}",
                canvas.width, canvas.height, canvas.x, canvas.y
            ),
        );
    }
    if !plan.exports.is_empty() {
        let names: Vec<&str> = plan
            .exports
            .iter()
            .map(|export| export.name.as_str())
            .collect();
        line("exports", names.join(", "));
    }
    line("brand", plan.brand.clone());
    line("wish", format!("tier `{}`", plan.tier.word()));
    line(
        "route",
        format!("{}: {}", plan.route.chosen, plan.route.reason),
    );
    for (at, candidate) in plan.candidates.iter().enumerate() {
        let label = if at == 0 { "candidates" } else { "" };
        let mark = if candidate.name == plan.route.chosen {
            "won"
        } else if candidate.ok {
            "can"
        } else {
            "cannot"
        };
        line(
            label,
            format!(
                "{} ({mark}, {} USD): {}",
                candidate.name, candidate.cost_usd, candidate.why
            ),
        );
    }
    if let Some(placement) = plan.chosen().ok().and_then(|chosen| chosen.placement) {
        line("placement", placement.in_words(plan.canvas));
    }
    line("leaves", "nothing leaves this machine".to_owned());
    if plan.prompt.is_empty() {
        line("prompt", "none: another take of the same".to_owned());
    } else {
        text.push_str("prompt\n");
        for row in plan.prompt.lines() {
            let _ = writeln!(text, "  {row}");
        }
    }
    text
}
