//! `scumble verify`

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::Value;

use super::args::{Side, VerifyArgs};
use super::house;
use super::order::{channel, input, mask};
use super::report::Report;
use crate::engine::{self, Exhibit, House, Input, Inspection, MaskGiven, Status};
use crate::engine::{MaskSpec, Pixels, SceneSpec};
use crate::error::{Error, ErrorKind, Result};
use crate::fs;
use crate::picture::mask::percent;
use crate::picture::{Feather, FeatherInto};
use crate::recipe::Kind;

pub(super) fn run(args: &VerifyArgs, report: &Report) -> Result<ExitCode> {
    let house = house();
    let exhibit = read(args, &house)?;
    let found = engine::inspect(&exhibit, &house)?;
    let data = serde_json::to_value(&found).unwrap_or(Value::Null);
    let reasons = found.verdict.reasons.join("; ");
    match found.verdict.status {
        Status::Fail => {
            report.say(&describe(&found));
            let message = format!("the result failed verification: {reasons}");
            Ok(report.error_with(&Error::new(ErrorKind::Verify, message), data))
        }
        Status::Review if args.strict => {
            report.say(&describe(&found));
            let message = format!("a person should look: {reasons}");
            let error = Error::new(ErrorKind::Verify, message)
                .hint("leave `--strict` away to accept it with a warning");
            Ok(report.error_with(&error, data))
        }
        Status::Review => {
            report.warn(&format!("a person should look: {reasons}"));
            report.data(&describe(&found), data);
            Ok(ExitCode::SUCCESS)
        }
        Status::Pass => {
            report.data(&describe(&found), data);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(args: &VerifyArgs, house: &House) -> Result<Exhibit> {
    let hold = |input: &Input| Pixels {
        name: fs::shown(&input.name),
        sha256: house.blobs.hold(input.bytes.as_slice()),
    };
    let source = input(&args.source)?;
    let spec = SceneSpec {
        kind: Kind::Inpaint,
        source: hold(&source),
        mask: match mask(&args.mask)? {
            MaskGiven::File(file) => MaskSpec::File(hold(&file)),
            MaskGiven::Words(words) if words == "source-alpha" => MaskSpec::SourceAlpha,
            MaskGiven::Words(words) => MaskSpec::Shape(words),
        },
        invert: args.masks.invert_mask,
        fit: args.masks.fit_mask,
        grow: f64::from(args.grow),
        covers: None,
        protect: args
            .masks
            .protect
            .as_deref()
            .map(input)
            .transpose()?
            .as_ref()
            .map(hold),
        mask_from: args.masks.mask_from.map(channel),
        max_pixels: args.max_pixels,
    };
    Ok(Exhibit {
        scene: spec,
        result: input(&args.result)?,
        feather: Feather {
            pixels: args.feather,
            into: match args.feather_into {
                Side::Edit => FeatherInto::Edit,
                Side::Keep => FeatherInto::Keep,
                Side::Both => FeatherInto::Both,
            },
        },
        max_drift: args.max_drift,
        max_step: args.max_step,
    })
}

fn describe(found: &Inspection) -> String {
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{label:<11} {value}");
    };
    line("verdict", found.verdict.status.word().to_owned());
    line(
        "edited",
        format!("{} of the picture may change", percent(found.edited)),
    );
    if let Some(lock) = found.lock {
        let changed = match lock.changed {
            0 => "none changed".to_owned(),
            changed => format!(
                "{changed} changed, by up to {} levels",
                lock.largest_difference
            ),
        };
        line(
            "lock",
            format!("{} pixels compared, {changed}", lock.checked),
        );
    }
    if let Some(drift) = found.drift {
        line(
            "drift",
            format!("{:.2} on average, 99 % below {:.1}", drift.mean, drift.p99),
        );
    }
    if let Some(lay) = found.registration {
        line(
            "lies",
            format!(
                "{:+.1} px across, {:+.1} px down, scale {:.4}, stretch {:.4}, turned {:.2}°",
                lay.dx, lay.dy, lay.scale, lay.stretch, lay.rotation
            ),
        );
    }
    if let Some(change) = found.change {
        line(
            "change",
            format!("{:.2} on average inside the mask", change.mean),
        );
    }
    if let Some(seam) = found.seam {
        line(
            "seam",
            format!("a step of {seam:.1} across the mask's border"),
        );
    }
    text
}
