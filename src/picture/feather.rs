//! From coverage to blending weights: how the edit fades into the source.
//!
//! M is where the mask's coverage is above 0, E where the weight is above 0. The ramp is a smooth
//! function of the Euclidean distance to M's border and runs inward (`edit`, E ⊆ M), outward
//! (`keep`, E is M grown by the feather), or half each way (`both`). Pixels outside the picture are
//! no border: a mask that touches the frame does not fade there.

use serde::{Deserialize, Serialize};

use super::warp::Cover;
use super::{Mask, distance, mask, smooth_step};

/// Which side of the mask's border the ramp eats.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FeatherInto {
    /// Inward: nothing outside the mask changes.
    #[default]
    Edit,
    /// Outward: the whole mask changes, and a band around it.
    Keep,
    /// Half each way.
    Both,
}

impl FeatherInto {
    /// The word in recipes and records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Keep => "keep",
            Self::Both => "both",
        }
    }
}

/// The widest ramp in pixels: wider ones cannot be told apart, and cost their square.
pub const WIDEST: f64 = 512.0;

/// A ramp's width and side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feather {
    /// Width of the ramp in pixels of the source, 0 for none.
    pub pixels: f32,
    /// The side.
    pub into: FeatherInto,
}

impl Feather {
    /// No ramp: the mask's own grey is the weight.
    pub const NONE: Self = Self {
        pixels: 0.0,
        into: FeatherInto::Edit,
    };
}

/// 8-bit blending weights of a picture's size: 0 = the source, 255 = the reply.
#[derive(Clone, PartialEq, Eq)]
pub struct Weights {
    width: u32,
    height: u32,
    values: Vec<u8>,
}

impl Weights {
    /// The weights of a mask with a feather; nothing that `protect` marks is in the edit area.
    ///
    /// # Panics
    /// When `protect` has another size than the mask.
    pub fn new(mask: &Mask, feather: Feather, protect: Option<&Mask>) -> Self {
        let mut values = if feather.pixels < 0.5 {
            mask.coverage().to_vec()
        } else {
            match feather.into {
                FeatherInto::Edit => inward(mask, feather.pixels),
                FeatherInto::Keep => outward(mask, feather.pixels),
                FeatherInto::Both => both(mask, feather.pixels),
            }
        };
        if let Some(protect) = protect {
            assert_eq!(protect.size(), mask.size(), "size of the protected region");
            for (value, kept) in values.iter_mut().zip(protect.coverage()) {
                if *kept > 0 {
                    *value = 0;
                }
            }
        }
        Self {
            width: mask.width(),
            height: mask.height(),
            values,
        }
    }

    /// Everything but the protected region; all of the picture without one.
    pub fn everything(width: u32, height: u32, protect: Option<&Mask>) -> Self {
        let all = Mask::new(width, height, vec![255; width as usize * height as usize]);
        Self::new(&all, Feather::NONE, protect)
    }

    /// Nothing may change: every pixel is locked.
    pub fn nothing(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            values: vec![0; width as usize * height as usize],
        }
    }

    /// The same weights with everything locked only where a reply shows it.
    #[must_use]
    pub fn within(&self, cover: &Cover) -> Self {
        let mut values = self.values.clone();
        let rows = values.chunks_exact_mut((self.width as usize).max(1));
        for (y, row) in (0_u32..).zip(rows) {
            let (from, to) = cover.row(y);
            let (before, rest) = row.split_at_mut(from as usize);
            for value in before.iter_mut().chain(&mut rest[(to - from) as usize..]) {
                *value = (*value).max(1);
            }
        }
        Self { values, ..*self }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All values, row by row.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// One value.
    pub fn at(&self, x: u32, y: u32) -> u8 {
        self.values[y as usize * self.width as usize + x as usize]
    }

    /// Number of pixels in the edit area.
    pub fn edited(&self) -> usize {
        self.values.iter().filter(|v| **v > 0).count()
    }

    /// Number of pixels that are locked.
    pub fn locked(&self) -> usize {
        self.values.len() - self.edited()
    }
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = self.edited() as f64 / self.values.len().max(1) as f64;
        write!(
            f,
            "Weights({}×{}, {} in E)",
            self.width,
            self.height,
            mask::percent(share)
        )
    }
}

/// A distance between pixel centres, measured from the border between the two pixels instead.
const HALF: f32 = 0.5;

fn inward(mask: &Mask, feather: f32) -> Vec<u8> {
    let inside = depth(mask, feather);
    let reach = thickness(mask, &inside, feather);
    mask.coverage()
        .iter()
        .zip(inside.iter().zip(&reach))
        .map(|(coverage, (depth, reach))| {
            let weight = smooth_step(depth / reach) * f32::from(*coverage);
            // The ramp is above 0 in all of M, and so is the weight.
            if *coverage == 0 {
                0
            } else {
                (weight.round() as u8).max(1)
            }
        })
        .collect()
}

fn outward(mask: &Mask, feather: f32) -> Vec<u8> {
    let outside = height(mask, feather);
    mask.coverage()
        .iter()
        .zip(&outside)
        .map(|(coverage, height)| {
            if *coverage > 0 {
                255
            } else {
                above_zero(1.0 - height / feather)
            }
        })
        .collect()
}

fn both(mask: &Mask, feather: f32) -> Vec<u8> {
    let half = feather / 2.0;
    let inside = depth(mask, half);
    let reach = thickness(mask, &inside, half);
    let outside = height(mask, half);
    let coverage = mask.coverage().iter();
    coverage
        .zip(inside.iter().zip(&reach).zip(&outside))
        .map(|(coverage, ((depth, reach), height))| {
            let position = if *coverage > 0 {
                depth / reach
            } else {
                -height / half
            };
            above_zero(f32::midpoint(position, 1.0))
        })
        .collect()
}

/// Distance of every pixel of M to M's border, exact up to `cap`; 0 outside.
fn depth(mask: &Mask, cap: f32) -> Vec<f32> {
    let coverage = mask.coverage();
    let (w, h) = (mask.width() as usize, mask.height() as usize);
    let mut distances = distance::to_set(w, h, cap + 1.0, |at| coverage[at] == 0);
    for value in &mut distances {
        *value = (*value - HALF).max(0.0);
    }
    distances
}

/// Distance of every pixel outside M to M's border, exact up to `cap`; 0 inside.
fn height(mask: &Mask, cap: f32) -> Vec<f32> {
    let coverage = mask.coverage();
    let (w, h) = (mask.width() as usize, mask.height() as usize);
    let mut distances = distance::to_set(w, h, cap + 1.0, |at| coverage[at] > 0);
    for value in &mut distances {
        *value = (*value - HALF).max(0.0);
    }
    distances
}

/// The local half thickness of M, at most `cap`: the radius of the largest disc inside M that
/// covers the pixel. Where M is thinner than two feathers, the ramp is this long instead.
fn thickness(mask: &Mask, depth: &[f32], cap: f32) -> Vec<f32> {
    let (w, h) = (mask.width() as usize, mask.height() as usize);
    // Everything a full-size disc covers has the full length.
    let to_deep = distance::to_set(w, h, cap + 1.0, |at| depth[at] >= cap);
    let mut reach: Vec<f32> = to_deep
        .iter()
        .zip(depth)
        .map(|(far, own)| if *far < cap + HALF { cap } else { *own })
        .collect();
    for y in 0..h {
        for x in 0..w {
            let at = y * w + x;
            let radius = depth[at];
            if radius <= 0.0 || reach[at] >= cap || !is_ridge(depth, w, h, x, y) {
                continue;
            }
            let span = radius.ceil() as usize;
            for v in y.saturating_sub(span)..=(y + span).min(h - 1) {
                for u in x.saturating_sub(span)..=(x + span).min(w - 1) {
                    let (dx, dy) = (u as f32 - x as f32, v as f32 - y as f32);
                    let other = v * w + u;
                    if depth[other] > 0.0 && dx.hypot(dy) <= radius + HALF {
                        reach[other] = reach[other].max(radius);
                    }
                }
            }
        }
    }
    for value in &mut reach {
        *value = value.max(HALF);
    }
    reach
}

/// Whether no neighbour's disc contains this pixel's disc. The slack absorbs the eight directions
/// of the grid, which miss the steepest ascent by up to 22.5 degrees.
fn is_ridge(depth: &[f32], w: usize, h: usize, x: usize, y: usize) -> bool {
    const SLACK: f32 = 0.85;
    let own = depth[y * w + x];
    for v in y.saturating_sub(1)..=(y + 1).min(h - 1) {
        for u in x.saturating_sub(1)..=(x + 1).min(w - 1) {
            let step = if u != x && v != y {
                std::f32::consts::SQRT_2
            } else {
                1.0
            };
            if (u, v) != (x, y) && depth[v * w + u] >= own + SLACK * step {
                return false;
            }
        }
    }
    true
}

/// The ramp as a weight, never rounded down to 0 while the ramp is above it.
fn above_zero(t: f32) -> u8 {
    if t <= 0.0 {
        0
    } else {
        ((smooth_step(t) * 255.0).round() as u8).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(size: u32, from: u32, to: u32) -> Mask {
        let inside = |v: u32| (from..to).contains(&v);
        let coverage = (0..size * size)
            .map(|at| {
                if inside(at % size) && inside(at / size) {
                    255
                } else {
                    0
                }
            })
            .collect();
        Mask::new(size, size, coverage)
    }

    fn row(weights: &Weights, y: u32) -> Vec<u8> {
        (0..weights.width()).map(|x| weights.at(x, y)).collect()
    }

    #[test]
    fn edit_fades_inside_the_mask_only() {
        let weights = Weights::new(
            &square(32, 8, 24),
            Feather {
                pixels: 4.0,
                into: FeatherInto::Edit,
            },
            None,
        );
        let middle = row(&weights, 16);
        assert_eq!(&middle[6..14], [0, 0, 11, 81, 174, 244, 255, 255]);
    }

    #[test]
    fn keep_fades_outside_and_leaves_the_mask_whole() {
        let weights = Weights::new(
            &square(32, 8, 24),
            Feather {
                pixels: 4.0,
                into: FeatherInto::Keep,
            },
            None,
        );
        let middle = row(&weights, 16);
        assert_eq!(&middle[2..10], [0, 0, 11, 81, 174, 244, 255, 255]);
    }

    #[test]
    fn both_is_half_at_the_border() {
        let weights = Weights::new(
            &square(32, 8, 24),
            Feather {
                pixels: 4.0,
                into: FeatherInto::Both,
            },
            None,
        );
        let middle = row(&weights, 16);
        assert_eq!(&middle[5..11], [0, 11, 81, 174, 244, 255]);
    }

    #[test]
    fn a_thin_line_reaches_full_weight_all_the_same() {
        let coverage = (0..40 * 40).map(|at| {
            if (18..22).contains(&(at % 40)) {
                255
            } else {
                0
            }
        });
        let mask = Mask::new(40, 40, coverage.collect());
        let weights = Weights::new(
            &mask,
            Feather {
                pixels: 10.0,
                into: FeatherInto::Edit,
            },
            None,
        );
        let middle = row(&weights, 20);
        assert!(
            middle[19] > 200 && middle[20] > 200,
            "{:?}",
            &middle[16..24]
        );
        assert_eq!((middle[17], middle[22]), (0, 0));
    }

    #[test]
    fn the_frame_is_no_border() {
        let coverage = (0..20 * 20)
            .map(|at| if at % 20 < 10 { 255 } else { 0 })
            .collect();
        let mask = Mask::new(20, 20, coverage);
        let weights = Weights::new(
            &mask,
            Feather {
                pixels: 4.0,
                into: FeatherInto::Edit,
            },
            None,
        );
        assert_eq!(weights.at(0, 0), 255);
    }

    #[test]
    fn protect_always_wins() {
        let protect = square(32, 12, 20);
        for into in [FeatherInto::Edit, FeatherInto::Keep, FeatherInto::Both] {
            let feather = Feather { pixels: 6.0, into };
            let weights = Weights::new(&square(32, 8, 24), feather, Some(&protect));
            assert!((12..20).all(|x| weights.at(x, 15) == 0));
        }
    }

    proptest! {
        #[test]
        fn the_edit_area_is_what_the_design_says(
            width in 1_u32..24,
            height in 1_u32..24,
            seed in proptest::collection::vec(prop::sample::select(vec![0_u8, 0, 1, 128, 255, 255]), 576),
            pixels in 0.5_f32..9.0,
        ) {
            let mask = Mask::new(width, height, seed[..(width * height) as usize].to_vec());
            let edit = Weights::new(&mask, Feather { pixels, into: FeatherInto::Edit }, None);
            let keep = Weights::new(&mask, Feather { pixels, into: FeatherInto::Keep }, None);
            let both = Weights::new(&mask, Feather { pixels, into: FeatherInto::Both }, None);
            let near = distance::to_set(width as usize, height as usize, 99.0, |at| mask.coverage()[at] > 0);
            for (at, near) in near.iter().enumerate() {
                prop_assert_eq!(edit.values()[at] > 0, mask.coverage()[at] > 0);
                prop_assert_eq!(keep.values()[at] > 0, near - HALF < pixels);
                prop_assert_eq!(both.values()[at] > 0, near - HALF < pixels / 2.0);
            }
        }
    }
}
