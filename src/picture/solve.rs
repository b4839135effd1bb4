//! The canvas solver: which part of the scene to send to a model, and at which size.
//!
//! Resampling loses detail twice, on the way there and on the way back, so a size that needs none
//! is taken wherever there is one; else the largest scale a model takes. What a size holds beyond
//! the region that is wanted is filled with more of the scene, and only where the scene ends with
//! its continuation. The solver never answers with a size the model would refuse.

use serde::{Deserialize, Serialize};

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

/// Share of what is sent that may be padding before the picture is scaled up instead.
const PADDING: f64 = 0.25;
/// Share that may be padding where no legal size comes closer to the picture's ratio.
const MOST_PADDING: f64 = 0.75;
/// What rounding to a grid may add to the padding that a ratio demands.
const SLACK: f64 = 0.05;
/// A padded pixel costs as much as four of the scene: the model learns nothing from it.
const PADDED: f64 = 4.0;
/// Models move the frame by some pixels; this share of the shorter side is beyond what was measured.
const MARGIN: f64 = 0.02;
/// The least margin, in pixels.
const LEAST_MARGIN: u32 = 8;
/// Surroundings of a mask that is sent close: half its longer side, at least this.
const CONTEXT: u32 = 64;
/// The close part is taken where it sends fewer than one in so many pixels.
const CHEAPER: u64 = 3;
/// How far the scales of the two sides may differ before another size is looked for.
const UNEVEN: f64 = 0.005;

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

/// One axis of a scope, in pixels of the canvas.
#[derive(Debug, Clone, Copy)]
struct Axis {
    /// Where the scene begins.
    start: i64,
    /// How far it reaches.
    length: i64,
    /// Where the region begins that must be sent.
    from: i64,
    /// How far that reaches.
    span: i64,
}

impl Axis {
    /// Where a crop of this length begins: around the region, within the scene as far as that goes.
    fn position(&self, crop: i64) -> i64 {
        if crop > self.length {
            return self.start - (crop - self.length) / 2;
        }
        let around = self.from - (crop - self.span) / 2;
        around.clamp(self.start, self.start + self.length - crop)
    }
}

/// A region that must be sent, and the scene around it.
#[derive(Debug, Clone, Copy)]
struct Scope {
    x: Axis,
    y: Axis,
}

/// A size that holds a scope's region.
#[derive(Debug, Clone, Copy)]
struct Fit {
    size: Size,
    /// Columns and rows of the canvas.
    crop: [i64; 2],
    /// Sent pixels per pixel of the canvas, on the side where they are fewer.
    scale: f64,
}

impl Scope {
    fn placed(&self, canvas: Canvas, size: Size, [across, down]: [i64; 2]) -> Placement {
        let (x, y) = (self.x.position(across), self.y.position(down));
        Placement::new(canvas, [x, y, across, down], size)
    }

    /// The cheapest legal size that holds the region as it is.
    fn unscaled(&self, rules: &SizeRules) -> Option<Fit> {
        let forced = self.forced_padding(rules).ok()?;
        let limit = PADDING.max(forced + SLACK);
        let fits = self.candidates(rules).into_iter().filter_map(|size| {
            let crop = [size.width, size.height].map(i64::from);
            let holds = crop[0] >= self.x.span && crop[1] >= self.y.span;
            let fit = Fit {
                size,
                crop,
                scale: 1.0,
            };
            (holds && self.padding(crop) <= limit).then_some(fit)
        });
        fits.min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)))
    }

    /// The smallest enlargement that fills a legal size, else the least reduction that fits in one.
    fn scaled(&self, rules: &SizeRules) -> Result<Fit, String> {
        self.forced_padding(rules)?;
        let sizes = self.candidates(rules);
        let all: Vec<Fit> = sizes.into_iter().map(|size| self.fitted(size)).collect();
        // Whole pixels of a tiny crop can stretch it; sizes where they do not are preferred.
        let stretch = all.iter().map(Fit::stretch).fold(f64::INFINITY, f64::min);
        let even = |fit: &&Fit| fit.stretch() <= stretch.max(UNEVEN);
        let larger = all
            .iter()
            .filter(even)
            .filter(|fit| fit.scale >= 1.0)
            .min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
        let smaller = || {
            let key = |fit: &Fit| (fit.scale, std::cmp::Reverse(fit.size.pixels()));
            all.iter().filter(even).max_by(|a, b| {
                let (a, b) = (key(a), key(b));
                a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
            })
        };
        larger
            .or_else(smaller)
            .copied()
            .ok_or_else(|| "the model takes no size at all".to_owned())
    }

    fn candidates(&self, rules: &SizeRules) -> Vec<Size> {
        let side = |pixels: i64| u32::try_from(pixels).unwrap_or(u32::MAX);
        let least = Size {
            width: side(self.x.span),
            height: side(self.y.span),
        };
        let most = Size {
            width: side(self.x.length),
            height: side(self.y.length),
        };
        rules.candidates(least, most)
    }

    /// The scene scaled into a size: as much of it as fits at or above scale 1, at least the region.
    fn fitted(&self, size: Size) -> Fit {
        let [w, h] = [size.width, size.height].map(i64::from);
        // One side is met exactly, so that only the other is rounded.
        let by_width = |across: i64| [across, rounded(h * across, w)];
        let by_height = |down: i64| [rounded(w * down, h), down];
        let crop = if w * self.y.span <= h * self.x.span {
            by_width(self.x.span)
        } else {
            by_height(self.y.span)
        };
        let filled = if w * self.y.length >= h * self.x.length {
            by_width(self.x.length)
        } else {
            by_height(self.y.length)
        };
        let fit = |crop: [i64; 2]| Fit {
            size,
            crop,
            scale: (w as f64 / crop[0] as f64).min(h as f64 / crop[1] as f64),
        };
        let holds = filled[0] >= self.x.span && filled[1] >= self.y.span;
        let keeps = filled[0] <= w && filled[1] <= h;
        fit(if holds && keeps { filled } else { crop })
    }

    /// Share of a crop that lies outside the scene.
    fn padding(&self, [across, down]: [i64; 2]) -> f64 {
        let inside = across.min(self.x.length) as f64 * down.min(self.y.length) as f64;
        1.0 - inside / (across as f64 * down as f64)
    }

    fn cost(&self, fit: &Fit) -> f64 {
        fit.size.pixels() as f64 * (1.0 + PADDED * self.padding(fit.crop))
    }

    /// The padding that even the size with the best ratio has.
    ///
    /// # Errors
    /// When that is more than bearable.
    fn forced_padding(&self, rules: &SizeRules) -> Result<f64, String> {
        let over = |a: i64, b: i64| a as f64 / b as f64;
        // A crop can be as narrow as the region in all the scene's height, or the other way.
        let narrowest = over(self.x.span, self.y.length);
        let widest = over(self.x.length, self.y.span);
        let forced = rules.ratios().into_iter().map(|(low, high)| {
            if low > widest {
                1.0 - widest / low
            } else if high < narrowest {
                1.0 - high / narrowest
            } else {
                0.0
            }
        });
        let forced = forced.fold(f64::INFINITY, f64::min);
        if forced <= MOST_PADDING {
            return Ok(forced);
        }
        let longest = rules
            .ratios()
            .into_iter()
            .map(|(low, high)| high.max(1.0 / low))
            .fold(0.0, f64::max);
        Err(format!(
            "what it would be sent is {}×{}, and the model takes nothing longer than {}:1",
            self.x.span,
            self.y.span,
            (longest * 100.0).round() / 100.0
        ))
    }
}

impl Fit {
    /// How far the scales of the two sides differ.
    fn stretch(&self) -> f64 {
        let across = f64::from(self.size.width) / self.crop[0] as f64;
        let down = f64::from(self.size.height) / self.crop[1] as f64;
        (across / down - 1.0).abs()
    }
}

/// A quotient to the nearest whole number, at least 1.
fn rounded(value: i64, over: i64) -> i64 {
    ((value + over / 2) / over).max(1)
}
