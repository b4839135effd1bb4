//! The canvas solver: which part of the scene to send to a model, and at which size.
//!
//! Resampling loses detail twice, on the way there and on the way back, so a size that needs none
//! is taken wherever there is one; else the largest scale a model takes. What a size holds beyond
//! the region that is wanted is filled with more of the scene, and only where the scene ends with
//! its continuation. The solver never answers with a size the model would refuse.

use serde::{Deserialize, Serialize};

use super::fit::{Axis, Scope};
use super::{Canvas, Placement, Region, Size, SizeRules};

/// How much of the scene is sent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Focus {
    /// The whole picture, or the part around a small mask where that is finer or far cheaper.
    #[default]
    Auto,
    /// The whole picture.
    Whole,
    /// The part around the mask.
    Close,
}

impl Focus {
    /// The word in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Whole => "whole",
            Self::Close => "close",
        }
    }
}

/// Models move the frame: up to 4 % of scale were measured, which is this share on each side.
const MARGIN: f64 = 0.02;
/// The least margin, in pixels.
const LEAST_MARGIN: u32 = 8;
/// Surroundings of a mask that is sent close: half its longer side, at least this.
const CONTEXT: u32 = 64;
/// The close part is taken where it sends fewer than one in so many pixels.
const CHEAPER: u64 = 3;

/// Places a scene for a model.
///
/// `edit` is the smallest rectangle of the canvas that holds the edit area, `None` for all of it.
/// `exact` says that the model's replies lie where the request lay; one that moves the frame is
/// sent some pixels more where the edit area touches it, since what leaves the frame is lost.
///
/// ```
/// use scumble::picture::{Canvas, Focus, Region, Size, SizeRules, solve};
/// let rules = SizeRules::List(vec![Size { width: 1024, height: 1024 }]);
/// let cup = Region { x: 2600, y: 1800, width: 400, height: 500 };
/// let placement = solve(Canvas::of(6000, 4000), Some(cup), &rules, Focus::Auto, false).unwrap();
/// assert_eq!(placement.crop, [2288, 1538, 1024, 1024]);
/// assert!(placement.is_identity_scale());
/// ```
///
/// # Errors
/// Why no size of the model holds the scene, as a sentence for people.
pub fn solve(
    canvas: Canvas,
    edit: Option<Region>,
    rules: &SizeRules,
    focus: Focus,
    exact: bool,
) -> Result<Placement, String> {
    let all = Region {
        x: 0,
        y: 0,
        width: canvas.width,
        height: canvas.height,
    };
    let edit = edit.unwrap_or(all);
    let desk = Desk {
        canvas,
        edit,
        rules,
        exact,
    };
    match focus {
        Focus::Whole => desk.place(all),
        Focus::Close => desk.place(surroundings(edit, canvas)),
        Focus::Auto if edit == all || *rules == SizeRules::Any => desk.place(all),
        Focus::Auto => {
            let close = desk.place(surroundings(edit, canvas));
            match (desk.place(all), close) {
                (Ok(whole), Ok(close)) if is_better(&close, &whole) => Ok(close),
                (Ok(whole), _) => Ok(whole),
                (Err(_), Ok(close)) => Ok(close),
                (Err(why), Err(_)) => Err(why),
            }
        }
    }
}

/// Whether the part around the mask is finer than the whole picture, or far cheaper.
fn is_better(close: &Placement, whole: &Placement) -> bool {
    if whole.is_identity_scale() {
        close.is_identity_scale() && close.sent.pixels() * CHEAPER < whole.sent.pixels()
    } else {
        whole.across() < 1.0 && close.across() > whole.across()
    }
}

/// The edit area with enough around it to match light, colours and perspective.
fn surroundings(edit: Region, canvas: Canvas) -> Region {
    let context = edit.width.max(edit.height).div_ceil(2).max(CONTEXT);
    let span = |at: u32, side: u32, whole: u32| {
        let start = at.saturating_sub(context);
        let end = at.saturating_add(side).saturating_add(context).min(whole);
        (start, end.saturating_sub(start))
    };
    let (x, width) = span(edit.x, edit.width, canvas.width);
    let (y, height) = span(edit.y, edit.height, canvas.height);
    Region {
        x,
        y,
        width,
        height,
    }
}

/// What one solution is about.
struct Desk<'a> {
    canvas: Canvas,
    edit: Region,
    rules: &'a SizeRules,
    exact: bool,
}

impl Desk<'_> {
    /// Places a region that holds the edit area.
    fn place(&self, region: Region) -> Result<Placement, String> {
        let bare = self.scope(region, 0);
        if *self.rules == SizeRules::Any {
            let size = Size {
                width: region.width,
                height: region.height,
            };
            return Ok(bare.placed(
                self.canvas,
                size,
                [region.width, region.height].map(i64::from),
            ));
        }
        let short = f64::from(self.canvas.width.min(self.canvas.height));
        let share = (short * MARGIN).round() as u32;
        let margin = if self.exact {
            0
        } else {
            share.max(LEAST_MARGIN)
        };
        let ample = self.scope(region, margin);
        // The margin is given up before it costs a resampling.
        let unscaled = [&ample, &bare]
            .into_iter()
            .find_map(|scope| Some((scope, scope.unscaled(self.rules)?)));
        if let Some((scope, fit)) = unscaled {
            return Ok(scope.placed(self.canvas, fit.size, fit.crop));
        }
        let fit = bare.scaled(self.rules)?;
        let margin = match (self.exact, fit.scale > 1.0) {
            (true, _) => 0,
            // On a tiny picture the least margin would be most of what is sent.
            (false, true) => share,
            (false, false) => margin,
        };
        let ample = self.scope(region, margin);
        let (scope, fit) = match ample.scaled(self.rules) {
            Ok(fit) => (&ample, fit),
            Err(_) => (&bare, fit),
        };
        Ok(scope.placed(self.canvas, fit.size, fit.crop))
    }

    /// The region on the canvas, both wider by the margin where the edit area touches the frame.
    fn scope(&self, region: Region, margin: u32) -> Scope {
        let axis = |at: u32, side: u32, from: u32, span: u32, whole: u32| {
            let before = i64::from(if at == 0 { margin } else { 0 });
            let after = i64::from(if at.saturating_add(side) >= whole {
                margin
            } else {
                0
            });
            Axis {
                start: -before,
                length: i64::from(whole) + before + after,
                from: i64::from(from) - before,
                span: i64::from(span) + before + after,
            }
        };
        let (edit, canvas) = (self.edit, self.canvas);
        Scope {
            x: axis(edit.x, edit.width, region.x, region.width, canvas.width),
            y: axis(edit.y, edit.height, region.y, region.height, canvas.height),
        }
    }
}
