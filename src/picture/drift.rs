//! How far a reply moved what it should have left alone, and whether the lock held.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Picture, Weights, color::Lab};

/// Difference between two pictures over some of their pixels, as OKLab distance × 100; a full change
/// of alpha counts as 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Mean over all locked pixels.
    pub mean: f64,
    /// 99th percentile.
    pub p99: f64,
    /// Share of the pixels that differ at all, 0 to 1.
    pub changed: f64,
    /// Share of the pixels that differ by 1 or more: by about the least one sees, 0 to 1.
    pub visible: f64,
}

/// What the lock was checked on, and what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Number of locked pixels, compared in every channel.
    pub checked: usize,
    /// How many of them differ from the source. The promise is that this is 0.
    pub changed: usize,
    /// The largest difference of a locked sample, 0 to 255.
    pub largest_difference: u8,
}

/// Steps of the histogram that the percentile is read from, in OKLab distance × 100.
const STEP: f32 = 0.05;
/// OKLab distances × 100 of 8-bit sRGB colours stay below 110.
const STEPS: usize = 2_200;

struct Tally {
    sum: f64,
    count: usize,
    changed: usize,
    visible: usize,
    histogram: Vec<u32>,
}

impl Tally {
    fn new() -> Self {
        Self {
            sum: 0.0,
            count: 0,
            changed: 0,
            visible: 0,
            histogram: vec![0; STEPS],
        }
    }

    fn add(mut self, other: Self) -> Self {
        self.sum += other.sum;
        self.count += other.count;
        self.changed += other.changed;
        self.visible += other.visible;
        for (own, more) in self.histogram.iter_mut().zip(other.histogram) {
            *own += more;
        }
        self
    }
}

/// Rows that one task takes: the sums are added in row order, so the figures never depend on how
/// many cores there are.
const ROWS: usize = 64;

/// Measures the drift outside the edit area; `None` when nothing is locked.
///
/// # Panics
/// When the sizes differ.
pub fn drift(source: &Picture, reply: &Picture, weights: &Weights) -> Option<Drift> {
    over(source, reply, weights, |weight| weight == 0)
}

/// Measures the change inside the edit area; `None` when nothing may change.
///
/// # Panics
/// When the sizes differ.
pub fn change(source: &Picture, result: &Picture, weights: &Weights) -> Option<Drift> {
    over(source, result, weights, |weight| weight > 0)
}

fn over(
    source: &Picture,
    other: &Picture,
    weights: &Weights,
    counts: impl Fn(u8) -> bool + Sync,
) -> Option<Drift> {
    assert_eq!(
        source.size(),
        other.size(),
        "size of the pictures to compare"
    );
    assert_eq!(
        source.size(),
        (weights.width(), weights.height()),
        "size of the weights"
    );
    let other = other.to_layout(source.layout());
    let channels = source.layout().channels();
    let (block, pixels) = (ROWS * source.stride(), ROWS * weights.width() as usize);
    let tallies: Vec<Tally> = source
        .samples()
        .par_chunks(block.max(1))
        .zip(other.samples().par_chunks(block.max(1)))
        .zip(weights.values().par_chunks(pixels.max(1)))
        .map(|((a, b), weights)| {
            let mut tally = Tally::new();
            let pairs = a.chunks_exact(channels).zip(b.chunks_exact(channels));
            for ((a, b), weight) in pairs.zip(weights) {
                if !counts(*weight) {
                    continue;
                }
                tally.count += 1;
                if a == b {
                    tally.histogram[0] += 1;
                    continue;
                }
                let distance = lab(a).distance(lab(b)).max(alpha_distance(a, b));
                tally.changed += 1;
                tally.visible += usize::from(distance >= 1.0);
                tally.sum += f64::from(distance);
                tally.histogram[((distance / STEP) as usize).min(STEPS - 1)] += 1;
            }
            tally
        })
        .collect();
    let tally = tallies.into_iter().fold(Tally::new(), Tally::add);
    (tally.count > 0).then(|| {
        let rank = (tally.count as f64 * 0.99).ceil() as u64;
        let mut seen = 0;
        let p99 = tally.histogram.iter().position(|n| {
            seen += u64::from(*n);
            seen >= rank
        });
        Drift {
            mean: tally.sum / tally.count as f64,
            p99: p99.unwrap_or(STEPS - 1) as f64 * f64::from(STEP),
            changed: tally.changed as f64 / tally.count as f64,
            visible: tally.visible as f64 / tally.count as f64,
        }
    })
}

fn alpha_distance(a: &[u8], b: &[u8]) -> f32 {
    match (a, b) {
        ([_, a], [_, b]) | ([_, _, _, a], [_, _, _, b]) => f32::from(a.abs_diff(*b)) / 2.55,
        _ => 0.0,
    }
}

fn lab(pixel: &[u8]) -> Lab {
    match *pixel {
        [v] | [v, _] => Lab::from_srgb([v; 3]),
        [r, g, b, ..] => Lab::from_srgb([r, g, b]),
        [] => Lab {
            l: 0.0,
            a: 0.0,
            b: 0.0,
        },
    }
}

/// Compares every sample outside the edit area.
///
/// # Panics
/// When the sizes or layouts differ.
pub fn check_lock(source: &Picture, result: &Picture, weights: &Weights) -> Lock {
    assert_eq!(source.size(), result.size(), "size of source and result");
    assert_eq!(
        source.layout(),
        result.layout(),
        "layout of source and result"
    );
    let channels = source.layout().channels();
    let mut lock = Lock {
        checked: 0,
        changed: 0,
        largest_difference: 0,
    };
    let pairs = source
        .samples()
        .chunks_exact(channels)
        .zip(result.samples().chunks_exact(channels));
    for ((a, b), weight) in pairs.zip(weights.values()) {
        if *weight > 0 {
            continue;
        }
        lock.checked += 1;
        if a != b {
            lock.changed += 1;
            let largest = a
                .iter()
                .zip(b)
                .map(|(a, b)| a.abs_diff(*b))
                .max()
                .unwrap_or(0);
            lock.largest_difference = lock.largest_difference.max(largest);
        }
    }
    lock
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, Layout, Mask};

    fn halves() -> Weights {
        let coverage = (0..16).map(|at| if at % 4 < 2 { 0 } else { 255 }).collect();
        Weights::new(&Mask::new(4, 4, coverage), Feather::NONE, None)
    }

    #[test]
    fn only_the_locked_half_counts() {
        let source = Picture::filled(4, 4, Layout::Rgb, &[100, 100, 100]);
        let mut reply = source.clone();
        for y in 0..4 {
            for x in 2..4 {
                reply.samples_mut()[(y * 4 + x) * 3] = 255;
            }
        }
        let drift = super::drift(&source, &reply, &halves()).unwrap();
        assert_eq!((drift.mean, drift.p99, drift.changed), (0.0, 0.0, 0.0));
        assert!(change(&source, &reply, &halves()).unwrap().mean > 5.0);
        assert_eq!(check_lock(&source, &reply, &halves()).changed, 0);
    }

    #[test]
    fn one_level_in_one_channel_breaks_the_lock() {
        let source = Picture::filled(4, 4, Layout::Rgba, &[1, 2, 3, 0]);
        let mut result = source.clone();
        result.samples_mut()[2] = 4;
        let lock = check_lock(&source, &result, &halves());
        assert_eq!(
            lock,
            Lock {
                checked: 8,
                changed: 1,
                largest_difference: 1
            }
        );
    }

    #[test]
    fn drift_is_measured_in_units_one_can_see() {
        let source = Picture::filled(4, 4, Layout::Grey, &[128]);
        let reply = Picture::filled(4, 4, Layout::Grey, &[130]);
        let drift = super::drift(&source, &reply, &halves()).unwrap();
        assert!((0.3..1.2).contains(&drift.mean), "{drift:?}");
        assert_eq!(drift.changed, 1.0);
    }
}
