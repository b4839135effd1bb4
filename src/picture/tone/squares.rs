//! What small squares of the locked pixels say about a reply's tone.

use rayon::prelude::*;

use super::super::cover::Cover;
use super::super::{Picture, Weights, color::rgb};

/// The largest remainder, in 8-bit levels.
const REMAINDER: f32 = 18.0;
/// How far the remainder reaches, in squares, as a standard deviation.
const REACH: f32 = 1.6;
/// How far from the edit area a square still says something about the tone there, in squares.
const NEAR: f32 = 8.0;
/// Samples this near to black or white may have been clipped.
const CLIPPED: u8 = 3;

/// One square of locked pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Square {
    /// All of them: what the remainder is read from.
    pub(super) all: Means,
    /// Those that were not clipped: what a gain can be read from.
    unclipped: Means,
    /// The largest weight in the square is above 0: the edit area reaches into it.
    edited: bool,
}

/// Sums, and then means, over some pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Means {
    pub(super) count: f32,
    source: [f32; 3],
    reply: [f32; 3],
}

impl Means {
    fn add(&mut self, own: [u8; 3], other: [u8; 3]) {
        self.count += 1.0;
        for channel in 0..3 {
            self.source[channel] += f32::from(own[channel]);
            self.reply[channel] += f32::from(other[channel]);
        }
    }

    /// Sums become means; what is fewer than `least` says nothing.
    fn settle(&mut self, least: f32) {
        if self.count < least {
            *self = Self::default();
        } else {
            self.source = self.source.map(|sum| sum / self.count);
            self.reply = self.reply.map(|sum| sum / self.count);
        }
    }
}

/// Means over all squares of a side.
pub(super) fn squares(
    source: &Picture,
    reply: &Picture,
    weights: &Weights,
    cover: &Cover,
    side: u32,
) -> Vec<Square> {
    let columns = source.width().div_ceil(side) as usize;
    let nothing = Square {
        all: Means::default(),
        unclipped: Means::default(),
        edited: false,
    };
    let rows = source.height().div_ceil(side);
    let mut squares: Vec<Square> = (0..rows)
        .into_par_iter()
        .flat_map_iter(|row| {
            let mut line = vec![nothing; columns];
            // Every second row tells a mean as well.
            for y in (row * side..((row + 1) * side).min(source.height())).step_by(2) {
                add_row(&mut line, y, source, reply, weights, cover, side);
            }
            line
        })
        .collect();
    // A quarter of a square is needed to tell its mean.
    let least = (side * side) as f32 / 8.0;
    for square in &mut squares {
        square.all.settle(least.min(16.0));
        square.unclipped.settle(least.min(16.0));
    }
    squares
}

fn add_row(
    line: &mut [Square],
    y: u32,
    source: &Picture,
    reply: &Picture,
    weights: &Weights,
    cover: &Cover,
    side: u32,
) {
    let width = source.width() as usize;
    let weights = &weights.values()[y as usize * width..][..width];
    let (from, to) = cover.row(y);
    let (own, other) = (source.row(y), reply.row(y));
    let (n, m) = (source.layout().channels(), reply.layout().channels());
    for (at, square) in line.iter_mut().enumerate() {
        let left = at * side as usize;
        let right = (left + side as usize).min(width);
        square.edited |= weights[left..right].iter().any(|weight| *weight > 0);
        let shown = left.max(from as usize)..right.min(to as usize);
        for x in shown {
            if weights[x] > 0 {
                continue;
            }
            let (own, other) = (rgb(&own[x * n..][..n]), rgb(&other[x * m..][..m]));
            let unclipped = |sample: &u8| (CLIPPED..=255 - CLIPPED).contains(sample);
            square.all.add(own, other);
            if own.iter().all(unclipped) && other.iter().all(unclipped) {
                square.unclipped.add(own, other);
            }
        }
    }
}

/// How much each square says about the tone at the seam: 1 at the edit area, less further away.
pub(super) fn nearness(squares: &[Square], columns: usize) -> Vec<f32> {
    let rows = squares.len() / columns;
    // Distance to the nearest edited square by two sweeps of a chamfer.
    let mut far: Vec<f32> = squares
        .iter()
        .map(|square| if square.edited { 0.0 } else { 1e6 })
        .collect();
    let mut relax = |at: usize, x: usize, y: usize, ways: &[(isize, isize, f32)]| {
        for (dx, dy, cost) in ways {
            let (u, v) = (x as isize + dx, y as isize + dy);
            if (0..columns as isize).contains(&u) && (0..rows as isize).contains(&v) {
                far[at] = far[at].min(far[v as usize * columns + u as usize] + cost);
            }
        }
    };
    for at in 0..squares.len() {
        let ways = [(-1, 0, 1.0), (0, -1, 1.0), (-1, -1, 1.4), (1, -1, 1.4)];
        relax(at, at % columns, at / columns, &ways);
    }
    for at in (0..squares.len()).rev() {
        let ways = [(1, 0, 1.0), (0, 1, 1.0), (1, 1, 1.4), (-1, 1, 1.4)];
        relax(at, at % columns, at / columns, &ways);
    }
    far.iter()
        .map(|far| (-far / NEAR).exp().max(1e-3))
        .collect()
}

/// The gain of a channel: the weighted median of the ratios, then the mean of the squares that
/// agree with it. Half of the squares may be spoilt.
pub(super) fn gain(squares: &[Square], nearness: &[f32], channel: usize) -> f64 {
    let mut ratios: Vec<Ratio> = squares
        .iter()
        .zip(nearness)
        .filter(|(square, _)| square.unclipped.count > 0.0 && square.unclipped.reply[channel] > 4.0)
        .map(|(square, near)| {
            let (own, other) = (
                square.unclipped.source[channel],
                square.unclipped.reply[channel],
            );
            // Bright squares tell a ratio better than dark ones.
            Ratio {
                value: own / other,
                weight: near * square.unclipped.count * other,
                level: other,
            }
        })
        .collect();
    if ratios.is_empty() {
        return 1.0;
    }
    ratios.sort_by(|a, b| a.value.total_cmp(&b.value));
    let mut gain = median(ratios.iter().map(|ratio| (ratio.value, ratio.weight)));
    for _ in 0..3 {
        let off = |ratio: &Ratio| (ratio.value - gain).abs() * ratio.level;
        let mut offs: Vec<(f32, f32)> = ratios
            .iter()
            .map(|ratio| (off(ratio), ratio.weight))
            .collect();
        offs.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Less than a level is the noise of rounding.
        let limit = 2.5 * median(offs.into_iter()).max(0.4);
        let (mut sum, mut whole) = (0.0, 0.0);
        for ratio in ratios.iter().filter(|ratio| off(ratio) <= limit) {
            sum += ratio.weight * ratio.value;
            whole += ratio.weight;
        }
        gain = sum / whole;
    }
    f64::from(gain)
}

/// Source over reply in one square.
struct Ratio {
    value: f32,
    weight: f32,
    /// The reply's level.
    level: f32,
}

/// The weighted median of values in ascending order.
fn median(values: impl Iterator<Item = (f32, f32)> + Clone) -> f32 {
    let half = values.clone().map(|(_, weight)| weight).sum::<f32>() / 2.0;
    let mut seen = 0.0;
    let mut last = 0.0;
    for (value, weight) in values {
        last = value;
        seen += weight;
        if seen >= half {
            break;
        }
    }
    last
}

/// What the gain leaves, spread smoothly over all squares; it dies out where nothing is known.
pub(super) fn remainder(squares: &[Square], columns: usize, gain: [f64; 3]) -> Vec<[f32; 3]> {
    let rest: Vec<Option<([f32; 3], f32)>> = squares
        .iter()
        .map(|square| {
            if square.all.count < 1.0 {
                return None;
            }
            let off: [f32; 3] = std::array::from_fn(|channel| {
                square.all.source[channel] - gain[channel] as f32 * square.all.reply[channel]
            });
            let most = off
                .iter()
                .fold(0.0_f32, |most, level| most.max(level.abs()));
            // A square that is further off was redrawn, and says nothing about the tone.
            let trust = 1.0 - (most / REMAINDER).powi(2);
            (trust > 0.0).then_some((off, square.all.count * trust * trust))
        })
        .collect();
    let full = squares
        .iter()
        .map(|square| square.all.count)
        .fold(1.0, f32::max);
    let rows = squares.len() / columns;
    let reach = (3.0 * REACH).ceil() as usize;
    let bell = |dx: usize, dy: usize| (-((dx * dx + dy * dy) as f32) / (2.0 * REACH * REACH)).exp();
    (0..squares.len())
        .map(|at| {
            let (x, y) = (at % columns, at / columns);
            // Half a square's worth of "nothing to add" makes the remainder die out.
            let (mut sum, mut weight) = ([0.0; 3], 0.5 * full);
            for v in y.saturating_sub(reach)..=(y + reach).min(rows - 1) {
                for u in x.saturating_sub(reach)..=(x + reach).min(columns - 1) {
                    let Some((off, own)) = &rest[v * columns + u] else {
                        continue;
                    };
                    let share = own * bell(u.abs_diff(x), v.abs_diff(y));
                    weight += share;
                    for channel in 0..3 {
                        sum[channel] += share * off[channel];
                    }
                }
            }
            sum.map(|sum: f32| sum / weight)
        })
        .collect()
}
