//! How a job's scene is placed for a provider.

use super::resolve::Job;
use crate::picture::mask::percent;
use crate::picture::{FeatherInto, Focus, Placement, Region, SizeRules, solve};
use crate::recipe::Kind;

/// Places the job's scene for a provider with these sizes.
///
/// # Errors
/// Why no size holds it, as a sentence for people.
pub(super) fn place(job: &Job, rules: &SizeRules, exact: bool) -> Result<Placement, String> {
    // Who takes every size is given everything: `local` continues what lies around a mask, and a
    // file that was edited elsewhere shows the whole picture.
    if *rules == SizeRules::Any {
        return Ok(Placement::whole(job.canvas));
    }
    let focus = match job.recipe.kind {
        Kind::Inpaint => job.recipe.mask.focus,
        // New area has to continue what lies on the other side of the picture, too.
        Kind::Outpaint | Kind::Variation => Focus::Whole,
    };
    solve(job.canvas, edit_box(job), rules, focus, exact)
}

/// What the user should know about a placement.
pub(super) fn warning(placement: Placement) -> Option<String> {
    let [_, _, width, height] = placement.crop;
    (placement.source_at.scale < 1.0).then(|| {
        format!(
            "{width}×{height} pixels are sent as {}, at {}: the edit has less detail than the picture",
            placement.sent,
            percent(placement.source_at.scale)
        )
    })
}

/// The rectangle of the canvas that holds the edit area; `None` for everything.
fn edit_box(job: &Job) -> Option<Region> {
    let Region {
        x,
        y,
        width,
        height,
    } = job.facts?.bounds;
    // Only an inpainting's ramp leaves its mask; the mask then has the canvas's size.
    let ramp = match (job.recipe.kind, job.feather.into) {
        (Kind::Outpaint | Kind::Variation, _) | (Kind::Inpaint, FeatherInto::Edit) => 0.0,
        (Kind::Inpaint, FeatherInto::Keep) => job.feather.pixels,
        (Kind::Inpaint, FeatherInto::Both) => job.feather.pixels / 2.0,
    };
    let ramp = ramp.ceil() as u32;
    let (left, top) = (x.saturating_sub(ramp), y.saturating_sub(ramp));
    Some(Region {
        x: left,
        y: top,
        width: (x + width + ramp).min(job.canvas.width) - left,
        height: (y + height + ramp).min(job.canvas.height) - top,
    })
}
