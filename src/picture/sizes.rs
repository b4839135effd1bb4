//! Which sizes a model takes, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Size {
    /// Width × height.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The longer side over the shorter.
    pub fn ratio(self) -> f64 {
        let (w, h) = (f64::from(self.width), f64::from(self.height));
        w.max(h) / w.min(h)
    }

    fn turned(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// The sizes a model takes.
///
/// ```
/// use scumble::picture::{Size, SizeRules};
/// let rules = SizeRules::Grid {
///     multiple: 16,
///     max_ratio: 3.0,
///     max_edge: 3840,
///     min_area: 655_360,
///     max_area: 8_294_400,
/// };
/// assert!(rules.allows(Size { width: 1088, height: 1360 }));
/// assert!(!rules.allows(Size { width: 1080, height: 1350 }));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeRules {
    /// Every size.
    #[default]
    Any,
    /// Sides on a grid, within bounds.
    Grid {
        /// Both sides are multiples of this.
        multiple: u32,
        /// The longer side over the shorter, at most.
        max_ratio: f64,
        /// The longer side, at most.
        max_edge: u32,
        /// Width × height, at least.
        min_area: u64,
        /// Width × height, at most.
        max_area: u64,
    },
    /// These sizes and no others.
    List(Vec<Size>),
}

/// Ratios are compared up to the rounding of a division.
const ROUNDING: f64 = 1e-9;

impl SizeRules {
    /// Whether a picture of this size may be sent.
    pub fn allows(&self, size: Size) -> bool {
        match self {
            Self::Any => size.pixels() > 0,
            Self::Grid {
                multiple,
                max_ratio,
                max_edge,
                min_area,
                max_area,
            } => {
                size.pixels() > 0
                    && [size.width, size.height]
                        .iter()
                        .all(|side| side % (*multiple).max(1) == 0 && side <= max_edge)
                    && size.ratio() <= max_ratio + ROUNDING
                    && (*min_area..=*max_area).contains(&size.pixels())
            }
            Self::List(sizes) => sizes.contains(&size),
        }
    }

    /// Every size that can be the best for a picture between `least` and `most`: all of a list, and
    /// of a grid the smallest that hold either of them or have their ratio.
    pub(super) fn candidates(&self, least: Size, most: Size) -> Vec<Size> {
        match self {
            Self::Any => Vec::new(),
            Self::List(sizes) => sizes
                .iter()
                .copied()
                .filter(|size| size.pixels() > 0)
                .collect(),
            Self::Grid {
                multiple, max_edge, ..
            } => {
                let step = (*multiple).max(1);
                let mut sizes: Vec<Size> = (1..=max_edge / step)
                    .map(|count| count * step)
                    .flat_map(|side| {
                        let beside = |least: Size, most: Size| {
                            [
                                least.height,
                                proportional(side, least),
                                proportional(side, most),
                            ]
                            .map(|other| self.with_width(side, other))
                        };
                        let wide = beside(least, most);
                        let high = beside(least.turned(), most.turned())
                            .map(|size| size.map(Size::turned));
                        wide.into_iter().chain(high).flatten()
                    })
                    .collect();
                sizes.sort_unstable();
                sizes.dedup();
                sizes
            }
        }
    }

    /// The smallest size of a grid with this width and at least this height.
    fn with_width(&self, width: u32, height: u32) -> Option<Size> {
        let Self::Grid {
            multiple,
            max_ratio,
            min_area,
            ..
        } = self
        else {
            return None;
        };
        let by_ratio = (f64::from(width) / max_ratio - ROUNDING).ceil() as u64;
        let by_area = min_area.div_ceil(u64::from(width));
        let height = u64::from(height).max(by_ratio).max(by_area).max(1);
        let height = u32::try_from(height.next_multiple_of(u64::from((*multiple).max(1)))).ok()?;
        let size = Size { width, height };
        self.allows(size).then_some(size)
    }

    /// The widest and the narrowest width over height, as ranges; a list has a point for each size.
    pub(super) fn ratios(&self) -> Vec<(f64, f64)> {
        match self {
            Self::Any => vec![(0.0, f64::INFINITY)],
            Self::Grid { max_ratio, .. } => vec![(1.0 / max_ratio, *max_ratio)],
            Self::List(sizes) => sizes
                .iter()
                .map(|size| f64::from(size.width) / f64::from(size.height))
                .map(|ratio| (ratio, ratio))
                .collect(),
        }
    }
}

/// The height that gives a width the ratio of a size, rounded up.
fn proportional(width: u32, size: Size) -> u32 {
    let height = (u64::from(width) * u64::from(size.height)).div_ceil(u64::from(size.width.max(1)));
    u32::try_from(height).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_without_a_single_size_do_no_harm() {
        let grid = SizeRules::Grid {
            multiple: 0,
            max_ratio: 0.0,
            max_edge: 40,
            min_area: 10,
            max_area: 5,
        };
        let any = Size {
            width: 7,
            height: 9,
        };
        assert_eq!(grid.candidates(any, any), []);
        assert_eq!(SizeRules::List(Vec::new()).candidates(any, any), []);
    }

    proptest! {
        #[test]
        fn whatever_is_offered_is_allowed(
            multiple in 1_u32..70, max_ratio in 1.0_f64..9.0, edge in 1_u32..1500,
            min_area in 1_u64..400_000, more in 0_u64..2_000_000,
            width in 1_u32..5000, height in 1_u32..5000,
        ) {
            let rules = SizeRules::Grid {
                multiple, max_ratio, max_edge: edge, min_area, max_area: min_area + more,
            };
            let least = Size { width, height };
            let most = Size { width: width * 2, height: height + 100 };
            for size in rules.candidates(least, most) {
                prop_assert!(rules.allows(size), "{size}");
            }
        }
    }
}
