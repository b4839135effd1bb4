//! Canvases: how a source lies in a larger picture.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::outward::continued;
use super::{Mask, Picture, Size};
use crate::error::{Error, ErrorKind, Result};

/// The frame of the final picture, and where the source lies in it.
///
/// The source is never scaled: the master keeps its pixels. For everything but outpainting the
/// canvas is the source itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canvas {
    /// Columns of the final picture.
    pub width: u32,
    /// Rows of the final picture.
    pub height: u32,
    /// Column of the source's left edge.
    pub x: u32,
    /// Row of the source's top edge.
    pub y: u32,
}

/// What an outpainting should become: a ratio, or a size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Width to height; the master keeps the source's scale.
    Ratio(u32, u32),
    /// The same, and an export of exactly this size.
    Pixels(u32, u32),
}

impl Target {
    /// Width over height.
    pub fn ratio(self) -> (u32, u32) {
        match self {
            Self::Ratio(w, h) | Self::Pixels(w, h) => (w, h),
        }
    }
}

/// Nobody asks for a picture with no side as long as this, except by a slip.
const SMALLEST: u32 = 64;

/// Nobody asks for a picture longer than this, except by a slip.
const WIDEST: u32 = 20;

impl FromStr for Target {
    type Err = Error;

    /// Reads `9:16` or `1080x1920`.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(ErrorKind::Usage, format!("`{text}` is not a target"))
                .hint("write a ratio such as `9:16`, a size such as `1080x1920`, or a named target")
        };
        let numbers = |separator| {
            let (w, h) = text.split_once(separator)?;
            Some((w.trim().parse::<u32>().ok()?, h.trim().parse::<u32>().ok()?))
        };
        let (target, (w, h)) = if let Some(size) = numbers(':') {
            (Self::Ratio(size.0, size.1), size)
        } else if let Some(size) = numbers('x').or_else(|| numbers('×')) {
            (Self::Pixels(size.0, size.1), size)
        } else {
            return Err(wrong());
        };
        if !(1..=30_000).contains(&w) || !(1..=30_000).contains(&h) {
            return Err(wrong());
        }
        if matches!(target, Self::Pixels(..)) && w.max(h) < SMALLEST {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("the target `{text}` is a picture of {w}×{h} pixels"),
            )
            .hint(format!("a ratio is written with a colon: `{w}:{h}`")));
        }
        if w > h * WIDEST || h > w * WIDEST {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("the target `{text}` is longer than {WIDEST}:1"),
            )
            .hint(
                "banners and skyscrapers are some 10:1; choose a ratio nearer to the picture's",
            ));
        }
        Ok(target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(w, h) => write!(f, "{w}:{h}"),
            Self::Pixels(w, h) => write!(f, "{w}x{h}"),
        }
    }
}

/// Where the source lies in a larger canvas.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// New area on both sides.
    #[default]
    Center,
    /// The source at the top, new area below.
    Top,
    /// The source at the bottom, new area above.
    Bottom,
    /// The source at the left, new area to the right.
    Left,
    /// The source at the right, new area to the left.
    Right,
}

impl Canvas {
    /// The canvas that is the source itself.
    pub fn of(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            x: 0,
            y: 0,
        }
    }

    /// The smallest canvas of the target's ratio that holds the whole source.
    ///
    /// The side that grows is rounded to the nearest pixel.
    pub fn grown(width: u32, height: u32, target: Target, anchor: Anchor) -> Self {
        let (across, down) = target.ratio();
        let scaled = |side: u32, by: u32, over: u32| {
            let exact = u64::from(side) * u64::from(by) + u64::from(over) / 2;
            u32::try_from(exact / u64::from(over)).unwrap_or(u32::MAX)
        };
        let (w, h) = if u64::from(width) * u64::from(down) <= u64::from(height) * u64::from(across)
        {
            (scaled(height, across, down).max(width), height)
        } else {
            (width, scaled(width, down, across).max(height))
        };
        let (spare_x, spare_y) = (w - width, h - height);
        let (x, y) = match anchor {
            Anchor::Center => (spare_x / 2, spare_y / 2),
            Anchor::Top => (spare_x / 2, 0),
            Anchor::Bottom => (spare_x / 2, spare_y),
            Anchor::Left => (0, spare_y / 2),
            Anchor::Right => (spare_x, spare_y / 2),
        };
        Self {
            width: w,
            height: h,
            x,
            y,
        }
    }

    /// Whether the canvas is the source itself.
    pub fn is_source(&self, width: u32, height: u32) -> bool {
        *self == Self::of(width, height)
    }

    /// Width × height.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The source laid on the canvas; the new area continues it, ever softer.
    ///
    /// The new area is filled, not left empty, because models see transparency as flat colour and
    /// an empty band as something to keep.
    pub fn lay(&self, source: &Picture) -> Picture {
        let frame = Size {
            width: self.width,
            height: self.height,
        };
        continued(source, frame, self.x, self.y)
    }

    /// A mask of the source laid on the canvas; the new area has coverage `outside`.
    pub fn lay_mask(&self, mask: &Mask, outside: u8) -> Mask {
        let mut coverage = vec![outside; self.width as usize * self.height as usize];
        for y in 0..mask.height() {
            let from = (y as usize) * mask.width() as usize;
            let to = (y + self.y) as usize * self.width as usize + self.x as usize;
            coverage[to..to + mask.width() as usize]
                .copy_from_slice(&mask.coverage()[from..from + mask.width() as usize]);
        }
        Mask::new(self.width, self.height, coverage)
    }

    /// The new area as a mask: everything the source does not cover.
    pub fn new_area(&self, width: u32, height: u32) -> Mask {
        self.lay_mask(&Mask::empty(width, height), 255)
    }

    /// The new area and a strip of the source along it: what a model is told it may draw.
    ///
    /// Where the mask ends exactly at the border, models leave a line there; with some pixels to
    /// draw over they join the two. The strip takes at most a quarter of the source's side, so
    /// that something is left to join to.
    pub fn overlapped_new_area(&self, width: u32, height: u32, overlap: u32) -> Mask {
        let inner = |at: u32, side: u32, whole: u32| {
            let strip = overlap.min(side / 4);
            let before = if at > 0 { strip } else { 0 };
            let after = if at + side < whole { strip } else { 0 };
            before..side - after
        };
        let columns = inner(self.x, width, self.width);
        let rows = inner(self.y, height, self.height);
        let coverage = (0..height)
            .flat_map(|y| {
                let (rows, columns) = (&rows, &columns);
                (0..width).map(move |x| {
                    let kept = rows.contains(&y) && columns.contains(&x);
                    if kept { 0 } else { 255 }
                })
            })
            .collect();
        self.lay_mask(&Mask::new(width, height, coverage), 255)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_targets() {
        let story = Target::Pixels(1080, 1920);
        let canvas = Canvas::grown(1080, 1080, story, Anchor::Center);
        assert_eq!(
            canvas,
            Canvas {
                width: 1080,
                height: 1920,
                x: 0,
                y: 420
            }
        );
        let wide = Canvas::grown(1080, 1350, Target::Ratio(16, 9), Anchor::Left);
        assert_eq!(
            wide,
            Canvas {
                width: 2400,
                height: 1350,
                x: 0,
                y: 0
            }
        );
        let odd = Canvas::grown(600, 400, Target::Ratio(9, 16), Anchor::Bottom);
        assert_eq!(
            odd,
            Canvas {
                width: 600,
                height: 1067,
                x: 0,
                y: 667
            }
        );
    }

    #[test]
    fn targets_are_read() {
        assert_eq!("9:16".parse::<Target>().unwrap(), Target::Ratio(9, 16));
        assert_eq!(
            "1080x1920".parse::<Target>().unwrap(),
            Target::Pixels(1080, 1920)
        );
        for wrong in ["9/16", "0:1", "x", "1080x", "-1:2", "9:99999"] {
            assert!(wrong.parse::<Target>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_mask_that_is_sent_reaches_into_the_source_where_the_canvas_grew() {
        let canvas = Canvas {
            width: 12,
            height: 11,
            x: 0,
            y: 3,
        };
        let mask = canvas.overlapped_new_area(12, 8, 2);
        for y in 0..11 {
            let expected = if y < 3 + 2 { 255 } else { 0 };
            assert!((0..12).all(|x| mask.at(x, y) == expected), "row {y}");
        }
        // A source of four rows gives one of them away, never all.
        let thin = Canvas {
            width: 4,
            height: 12,
            x: 0,
            y: 4,
        };
        let mask = thin.overlapped_new_area(4, 4, 8);
        let kept = (0..12).filter(|y| mask.at(0, *y) == 0).collect::<Vec<_>>();
        assert_eq!(kept, [5, 6]);
        assert_eq!(thin.overlapped_new_area(4, 4, 0), thin.new_area(4, 4));
    }

    proptest! {
        #[test]
        fn a_grown_canvas_holds_the_source_and_has_the_ratio(
            w in 1_u32..400, h in 1_u32..400, a in 1_u32..30, b in 1_u32..30,
        ) {
            for anchor in [Anchor::Center, Anchor::Top, Anchor::Bottom, Anchor::Left, Anchor::Right] {
                let canvas = Canvas::grown(w, h, Target::Ratio(a, b), anchor);
                prop_assert!(canvas.x + w <= canvas.width && canvas.y + h <= canvas.height);
                prop_assert!(canvas.width == w || canvas.height == h);
                // Within the rounding of the side that grew.
                let exact = if canvas.height == h {
                    (f64::from(h) * f64::from(a) / f64::from(b)).max(f64::from(w)) - f64::from(canvas.width)
                } else {
                    (f64::from(w) * f64::from(b) / f64::from(a)).max(f64::from(h)) - f64::from(canvas.height)
                };
                prop_assert!(exact.abs() <= 0.5);
            }
        }
    }
}
