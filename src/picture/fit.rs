//! Legal sizes for a region of a scene, and which of them costs least.

use super::{Canvas, Placement, Size, SizeRules};

/// Share of what is sent that may be padding before the picture is scaled up instead.
const PADDING: f64 = 0.25;
/// Share that may be padding where no legal size comes closer to the picture's ratio.
const MOST_PADDING: f64 = 0.75;
/// What rounding to a grid may add to the padding that a ratio demands.
const SLACK: f64 = 0.05;
/// A padded pixel costs as much as four of the scene: the model learns nothing from it.
const PADDED: f64 = 4.0;
/// A size of another shape than the region costs more: the context then lies where it helps least.
const MISSHAPEN: f64 = 0.1;
/// How far the scales of the two sides may differ before another size is looked for.
const UNEVEN: f64 = 0.005;

/// One axis of a scope, in pixels of the canvas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// Where the scene begins.
    pub(super) start: i64,
    /// How far it reaches.
    pub(super) length: i64,
    /// Where the region begins that must be sent.
    pub(super) from: i64,
    /// How far that reaches.
    pub(super) span: i64,
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
pub(super) struct Scope {
    pub(super) x: Axis,
    pub(super) y: Axis,
}

/// A size that holds a scope's region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) size: Size,
    /// Columns and rows of the canvas.
    pub(super) crop: [i64; 2],
    /// Sent pixels per pixel of the canvas, on the side where they are fewer.
    pub(super) scale: f64,
}

impl Scope {
    pub(super) fn placed(&self, canvas: Canvas, size: Size, [across, down]: [i64; 2]) -> Placement {
        let (x, y) = (self.x.position(across), self.y.position(down));
        Placement::new(canvas, [x, y, across, down], size)
    }

    /// The cheapest legal size that holds the region as it is.
    pub(super) fn unscaled(&self, rules: &SizeRules) -> Option<Fit> {
        let forced = self.forced_padding(rules).ok()?;
        let limit = PADDING.max(forced + SLACK);
        let fits = self.candidates(rules).into_iter().filter_map(|size| {
            let crop = [size.width, size.height].map(i64::from);
            let holds = crop[0] >= self.x.span && crop[1] >= self.y.span;
            (holds && self.padding(crop) <= limit).then(|| Fit::new(size, crop))
        });
        fits.min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)))
    }

    /// The smallest enlargement that fills a legal size, else the least reduction that fits in one.
    pub(super) fn scaled(&self, rules: &SizeRules) -> Result<Fit, String> {
        self.forced_padding(rules)?;
        let sizes = self.candidates(rules);
        let mut all: Vec<Fit> = sizes.into_iter().map(|size| self.fitted(size)).collect();
        retain_if_any(&mut all, |fit| {
            self.padding(fit.crop) <= MOST_PADDING + SLACK
        });
        // Whole pixels of a tiny crop can stretch it; sizes where they do not are preferred.
        let stretch = all.iter().map(Fit::stretch).fold(f64::INFINITY, f64::min);
        retain_if_any(&mut all, |fit| fit.stretch() <= stretch.max(UNEVEN));
        let larger = all
            .iter()
            .filter(|fit| fit.scale >= 1.0)
            .min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
        let smaller = || {
            let key = |fit: &Fit| (fit.scale, std::cmp::Reverse(fit.size.pixels()));
            all.iter().max_by(|a, b| {
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
        let held = if w * self.y.span <= h * self.x.span {
            Fit::least_stretched(size, self.x.span, by_width)
        } else {
            Fit::least_stretched(size, self.y.span, by_height)
        };
        let filled = if w * self.y.length >= h * self.x.length {
            by_width(self.x.length)
        } else {
            by_height(self.y.length)
        };
        let holds = filled[0] >= self.x.span && filled[1] >= self.y.span;
        let keeps = filled[0] <= w && filled[1] <= h;
        if holds && keeps {
            Fit::new(size, filled)
        } else {
            held
        }
    }

    /// Share of a crop that lies outside the scene.
    fn padding(&self, [across, down]: [i64; 2]) -> f64 {
        let inside = across.min(self.x.length) as f64 * down.min(self.y.length) as f64;
        1.0 - inside / (across as f64 * down as f64)
    }

    fn cost(&self, fit: &Fit) -> f64 {
        let shape = f64::from(fit.size.width) / f64::from(fit.size.height);
        let wanted = self.x.span as f64 / self.y.span as f64;
        let misshapen = (shape / wanted).ln().abs();
        fit.size.pixels() as f64 * (1.0 + PADDED * self.padding(fit.crop) + MISSHAPEN * misshapen)
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
    fn new(size: Size, crop: [i64; 2]) -> Self {
        let across = f64::from(size.width) / crop[0] as f64;
        let down = f64::from(size.height) / crop[1] as f64;
        Self {
            size,
            crop,
            scale: across.min(down),
        }
    }

    /// Where rounding stretches a small crop, one that is a little larger may not be stretched.
    fn least_stretched(size: Size, tight: i64, crop: impl Fn(i64) -> [i64; 2]) -> Self {
        let first = Self::new(size, crop(tight));
        if first.stretch() <= UNEVEN {
            return first;
        }
        let larger = (tight + 1..=tight + tight / 8).map(|tight| Self::new(size, crop(tight)));
        larger.fold(first, |best, fit| {
            if fit.stretch() < best.stretch() {
                fit
            } else {
                best
            }
        })
    }

    /// How far the scales of the two sides differ.
    fn stretch(&self) -> f64 {
        let across = f64::from(self.size.width) / self.crop[0] as f64;
        let down = f64::from(self.size.height) / self.crop[1] as f64;
        (across / down - 1.0).abs()
    }
}

/// Keeps what a wish holds for, unless that would leave nothing.
fn retain_if_any(fits: &mut Vec<Fit>, wish: impl Fn(&Fit) -> bool) {
    if fits.iter().any(&wish) {
        fits.retain(wish);
    }
}

/// A quotient to the nearest whole number, at least 1.
fn rounded(value: i64, over: i64) -> i64 {
    ((value + over / 2) / over).max(1)
}
