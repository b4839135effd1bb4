//! From coverage to blending weights: how the edit fades into the source.
//!
//! M is where the mask's coverage is above 0, E where the weight is above 0. The ramp is a smooth
//! function of the Euclidean distance to M's border and runs inward (`edit`, E ⊆ M), outward
//! (`keep`, E is M grown by the feather), or half each way (`both`). Pixels outside the picture are
//! no border: a mask that touches the frame does not fade there.

use serde::{Deserialize, Serialize};

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
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) values: Vec<u8>,
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

/// Lengths along the ramp, told by the squared distances that they are the roots of.
struct Ramp {
    /// How far the ramp runs from M's border.
    length: f32,
    /// Squared distances are exact below this.
    limit: u32,
    /// Distance to M's border, by its square between pixel centres.
    lengths: Vec<f32>,
}

impl Ramp {
    fn new(length: f32) -> Self {
        // One pixel more than the ramp tells its ridges from the plain beyond.
        let cap = length + 1.0;
        let limit = (cap * cap).ceil() as u32;
        let root = |square: u32| (square as f32).sqrt().min(cap);
        let lengths = (0..=limit).map(|square| (root(square) - HALF).max(0.0));
        Self {
            length,
            limit,
            lengths: lengths.collect(),
        }
    }

    /// The squared distance of every pixel of M to the pixels outside; 0 outside.
    fn depth(&self, width: usize, coverage: &[u8]) -> Vec<u32> {
        distance::squared(width, self.limit, coverage, |coverage| *coverage == 0)
    }

    /// The squared distance of every pixel outside M to M's pixels; 0 inside.
    fn height(&self, width: usize, coverage: &[u8]) -> Vec<u32> {
        distance::squared(width, self.limit, coverage, |coverage| *coverage > 0)
    }

    fn at(&self, square: u32) -> f32 {
        self.lengths[square as usize]
    }

    /// The least square whose distance to the border is the whole ramp.
    fn full(&self) -> u32 {
        self.lengths.partition_point(|own| *own < self.length) as u32
    }
}

/// The rows that a ramp can touch: those with coverage, and `margin` more on both sides.
fn rows(mask: &Mask, margin: usize) -> std::ops::Range<usize> {
    let width = (mask.width() as usize).max(1);
    let mut rows = mask.coverage().chunks_exact(width);
    let count = rows.len();
    let is_touched = |row: &[u8]| row.iter().fold(0, |any, v| any | v) > 0;
    let Some(first) = rows.position(is_touched) else {
        return 0..0;
    };
    let last = rows
        .rposition(is_touched)
        .map_or(first, |at| first + 1 + at);
    first.saturating_sub(margin)..(last + 1 + margin).min(count)
}

fn inward(mask: &Mask, feather: f32) -> Vec<u8> {
    let width = mask.width() as usize;
    // The pixels nearest to M in a column without M are in the row beside it.
    let rows = rows(mask, 1);
    let span = rows.start * width..rows.end * width;
    let ramp = Ramp::new(feather);
    let depth = ramp.depth(width, &mask.coverage()[span.clone()]);
    let reach = thickness(width, &depth, &ramp);
    let full = ramp.full();
    let mut values = mask.coverage().to_vec();
    let pixels = values[span].chunks_mut(TILE);
    for ((values, depth), reach) in pixels.zip(depth.chunks(TILE)).zip(reach.chunks(TILE)) {
        if !any_between(depth, 0, full) {
            continue;
        }
        for ((value, depth), reach) in values.iter_mut().zip(depth).zip(reach) {
            if *depth > 0 && *depth < full {
                let position = ramp.at(*depth) / ramp.at(*reach).min(feather);
                let weight = smooth_step(position) * f32::from(*value);
                // The ramp is above 0 in all of M, and so is the weight. A cast rounds down.
                *value = ((weight + 0.5) as u8).max(1);
            }
        }
    }
    values
}

fn outward(mask: &Mask, feather: f32) -> Vec<u8> {
    let width = mask.width() as usize;
    let ramp = Ramp::new(feather);
    let rows = rows(mask, feather.ceil() as usize + 1);
    let span = rows.start * width..rows.end * width;
    let outside = ramp.height(width, &mask.coverage()[span.clone()]);
    let weights = ramp.lengths.iter();
    let weights: Vec<u8> = weights.map(|own| above_zero(1.0 - own / feather)).collect();
    let mut values = vec![0; mask.coverage().len()];
    for (value, square) in values[span].iter_mut().zip(&outside) {
        *value = weights[*square as usize];
    }
    values
}

fn both(mask: &Mask, feather: f32) -> Vec<u8> {
    let width = mask.width() as usize;
    let half = feather / 2.0;
    let ramp = Ramp::new(half);
    let rows = rows(mask, half.ceil() as usize + 1);
    let span = rows.start * width..rows.end * width;
    let coverage = &mask.coverage()[span.clone()];
    let inside = ramp.depth(width, coverage);
    let reach = thickness(width, &inside, &ramp);
    let outside = ramp.height(width, coverage);
    let (full, weight) = (ramp.full(), |position| {
        above_zero(f32::midpoint(position, 1.0))
    });
    let beyond = ramp.lengths.iter();
    let beyond: Vec<u8> = beyond.map(|own| weight(-own / half)).collect();
    let mut values = vec![0; mask.coverage().len()];
    let squares = inside.iter().zip(&reach).zip(&outside);
    for (value, ((depth, reach), height)) in values[span].iter_mut().zip(squares) {
        // A pixel is either inside or outside, and one of the two distances is 0.
        *value = if *depth == 0 {
            beyond[*height as usize]
        } else if *depth >= full {
            255
        } else {
            weight(ramp.at(*depth) / ramp.at(*reach).min(half))
        };
    }
    values
}

/// Pixels that are looked at together: most tiles of most masks have no ramp.
const TILE: usize = 32;

fn any_between(values: &[u32], low: u32, high: u32) -> bool {
    let is_between = |v: &u32| u32::from(*v > low) & u32::from(*v < high);
    values.iter().fold(0, |any, v| any | is_between(v)) > 0
}

/// The local half thickness of M, at most the ramp's length, by its square like the depth: the
/// radius of the largest disc inside M that covers the pixel. Where M is thinner than two feathers,
/// the ramp is this long instead.
fn thickness(width: usize, depth: &[u32], ramp: &Ramp) -> Vec<u32> {
    let full = ramp.full();
    // Everything a full-size disc covers has the full length.
    let mut reach = distance::squared(width, full, depth, |depth| *depth >= full);
    for (reach, depth) in reach.iter_mut().zip(depth) {
        *reach = if *reach < full { ramp.limit } else { *depth };
    }
    for start in (0..depth.len()).step_by(TILE) {
        let tile = start..(start + TILE).min(depth.len());
        if !any_between(&reach[tile.clone()], 0, full) {
            continue;
        }
        for at in tile {
            if reach[at] > 0 && reach[at] < full && is_ridge(width, depth, ramp, at) {
                stamp(width, depth, at, &mut reach);
            }
        }
    }
    reach
}

/// Every pixel that the disc around this one covers can reach as far as its centre.
fn stamp(width: usize, depth: &[u32], at: usize, reach: &mut [u32]) {
    let (x, y, square) = (at % width, at / width, depth[at]);
    let span = square.isqrt() as usize;
    for v in y.saturating_sub(span)..=(y + span).min(depth.len() / width - 1) {
        for u in x.saturating_sub(span)..=(x + span).min(width - 1) {
            let (dx, dy) = (u.abs_diff(x), v.abs_diff(y));
            let other = v * width + u;
            if depth[other] > 0 && dx * dx + dy * dy <= square as usize {
                reach[other] = reach[other].max(square);
            }
        }
    }
}

/// Whether no neighbour's disc contains this pixel's disc. The slack absorbs the eight directions
/// of the grid, which miss the steepest ascent by up to 22.5 degrees.
fn is_ridge(width: usize, depth: &[u32], ramp: &Ramp, at: usize) -> bool {
    const SLACK: f32 = 0.85;
    let (x, y, own) = (at % width, at / width, ramp.at(depth[at]));
    for v in y.saturating_sub(1)..=(y + 1).min(depth.len() / width - 1) {
        for u in x.saturating_sub(1)..=(x + 1).min(width - 1) {
            let step = if u != x && v != y {
                std::f32::consts::SQRT_2
            } else {
                1.0
            };
            if (u, v) != (x, y) && ramp.at(depth[v * width + u]) >= own + SLACK * step {
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
        ((smooth_step(t) * 255.0 + 0.5) as u8).max(1)
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
            let near = distance::squared(width as usize, 9_801, mask.coverage(), |own| *own > 0);
            for (at, near) in near.iter().map(|square| (*square as f32).sqrt()).enumerate() {
                prop_assert_eq!(edit.values()[at] > 0, mask.coverage()[at] > 0);
                prop_assert_eq!(keep.values()[at] > 0, near - HALF < pixels);
                prop_assert_eq!(both.values()[at] > 0, near - HALF < pixels / 2.0);
            }
        }
    }
}
