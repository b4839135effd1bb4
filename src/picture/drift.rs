//! How far a reply moved what it should have left alone, and whether the lock held.

use fearless_simd::{Level, Simd, dispatch};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Layout, Picture, Weights,
    color::{AXES, cube_roots, linear_light},
};

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

/// Pixels that are looked at together: most runs of most masks are wholly in or wholly out.
const RUN: usize = 64;

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

    /// Counts the pixels of some rows.
    #[inline(always)]
    fn of<const C: usize>(
        a: &[[u8; C]],
        b: &[[u8; C]],
        weights: &[u8],
        counts: impl Fn(u8) -> bool,
    ) -> Self {
        let mut tally = Self::new();
        let runs = a.chunks(RUN).zip(b.chunks(RUN)).zip(weights.chunks(RUN));
        for ((a, b), weights) in runs {
            let mut wanted = [false; RUN];
            for (wanted, weight) in wanted.iter_mut().zip(weights) {
                *wanted = counts(*weight);
            }
            if wanted != [false; RUN] {
                tally.run(a, b, &wanted);
            }
        }
        tally
    }

    /// Counts the pixels of a run that are `wanted`.
    #[inline(always)]
    fn run<const C: usize>(&mut self, a: &[[u8; C]], b: &[[u8; C]], wanted: &[bool; RUN]) {
        let count = wanted.iter().filter(|wanted| **wanted).count();
        self.count += count;
        if a == b {
            self.histogram[0] += count as u32;
            return;
        }
        let mut distances = distances(a, b);
        for (distance, wanted) in distances.iter_mut().zip(wanted) {
            *distance = if *wanted { *distance } else { 0.0 };
        }
        // Pixels that differ have a distance, however small it is, and no others have.
        self.changed += distances.iter().filter(|d| **d > 0.0).count();
        self.visible += distances.iter().filter(|d| **d >= 1.0).count();
        let mut sums = [0.0; 4];
        for four in distances.as_chunks::<4>().0 {
            for (sum, distance) in sums.iter_mut().zip(four) {
                *sum += f64::from(*distance);
            }
        }
        self.sum += sums.iter().sum::<f64>();
        // A float becomes the nearest integer that there is.
        for step in distances.map(|distance| (distance / STEP) as i32) {
            self.histogram[(step as usize).min(STEPS - 1)] += 1;
        }
        self.histogram[0] -= (RUN - count) as u32;
    }

    fn finish(self) -> Option<Drift> {
        (self.count > 0).then(|| {
            let rank = (self.count as f64 * 0.99).ceil() as u64;
            let mut seen = 0;
            let p99 = self.histogram.iter().position(|n| {
                seen += u64::from(*n);
                seen >= rank
            });
            Drift {
                mean: self.sum / self.count as f64,
                p99: p99.unwrap_or(STEPS - 1) as f64 * f64::from(STEP),
                changed: self.changed as f64 / self.count as f64,
                visible: self.visible as f64 / self.count as f64,
            }
        })
    }
}

/// The distance of each pair of pixels of a run, 0 beyond the last.
///
/// All pairs are taken, also those that do not count, because loops without choices vectorise.
#[inline(always)]
fn distances<const C: usize>(a: &[[u8; C]], b: &[[u8; C]]) -> [f32; RUN] {
    let (mut of_a, mut of_b) = (linear(a), linear(b));
    cube_roots(&mut of_a);
    cube_roots(&mut of_b);
    let mut distances = [0.0_f32; RUN];
    if C == 2 || C == 4 {
        for ((a, b), distance) in a.iter().zip(b).zip(&mut distances) {
            *distance = f32::from(a[C - 1].abs_diff(b[C - 1])) / 2.55;
        }
    }
    for (at, distance) in distances.iter_mut().enumerate() {
        let [l, m, s] = [0, 1, 2].map(|cone| of_a[cone][at] - of_b[cone][at]);
        let [l, a, b] = AXES.map(|axis| axis[0] * l + axis[1] * m + axis[2] * s);
        *distance = distance.max((l * l + a * a + b * b).sqrt() * 100.0);
    }
    distances
}

/// The linear light of a run's pixels, one row for each channel, black beyond the last.
#[inline(always)]
fn linear<const C: usize>(pixels: &[[u8; C]]) -> [[f32; RUN]; 3] {
    let light = linear_light();
    let mut planes = [[0.0; RUN]; 3];
    let [r, g, b] = &mut planes;
    for (((r, g), b), pixel) in r.iter_mut().zip(g).zip(b).zip(pixels) {
        [*r, *g, *b] = color(pixel).map(|sample| light[usize::from(sample)]);
    }
    planes
}

#[inline(always)]
fn color<const C: usize>(pixel: &[u8; C]) -> [u8; 3] {
    [0, 1, 2].map(|channel| pixel[if C < 3 { 0 } else { channel }])
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
    let (a, b, weights) = (source.samples(), other.samples(), weights);
    match source.layout() {
        Layout::Grey => tally::<1>(a, b, weights, counts),
        Layout::GreyAlpha => tally::<2>(a, b, weights, counts),
        Layout::Rgb => tally::<3>(a, b, weights, counts),
        Layout::Rgba => tally::<4>(a, b, weights, counts),
    }
    .finish()
}

fn tally<const C: usize>(
    a: &[u8],
    b: &[u8],
    weights: &Weights,
    counts: impl Fn(u8) -> bool + Sync,
) -> Tally {
    let pixels = (ROWS * weights.width() as usize).max(1);
    let (a, b) = (a.as_chunks::<C>().0, b.as_chunks::<C>().0);
    let tallies: Vec<Tally> = a
        .par_chunks(pixels)
        .zip(b.par_chunks(pixels))
        .zip(weights.values().par_chunks(pixels))
        .map(|((a, b), weights)| {
            // The widest vectors of this machine: they give the same sums as any others.
            dispatch!(Level::new(), simd => simd.vectorize(
                #[inline(always)]
                || Tally::of(a, b, weights, &counts)
            ))
        })
        .collect();
    tallies.into_iter().fold(Tally::new(), Tally::add)
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
    let runs = source
        .samples()
        .chunks(RUN * channels)
        .zip(result.samples().chunks(RUN * channels));
    for ((a, b), weights) in runs.zip(weights.values().chunks(RUN)) {
        let locked: u8 = weights.iter().map(|weight| u8::from(*weight == 0)).sum();
        lock.checked += usize::from(locked);
        if locked > 0 && a != b {
            lock.compare(a, b, weights, channels);
        }
    }
    lock
}

impl Lock {
    /// Looks at a run pixel by pixel.
    fn compare(&mut self, a: &[u8], b: &[u8], weights: &[u8], channels: usize) {
        let pairs = a.chunks_exact(channels).zip(b.chunks_exact(channels));
        for ((a, b), weight) in pairs.zip(weights) {
            if *weight > 0 || a == b {
                continue;
            }
            let differences = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b));
            let largest = differences.max().unwrap_or(0);
            self.changed += 1;
            self.largest_difference = self.largest_difference.max(largest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, Mask, color::Lab};

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
    fn distances_are_those_of_oklab() {
        let mut colours = Vec::new();
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(17) {
                for b in [0, 1, 2, 3, 9, 30, 96, 128, 200, 254, 255] {
                    colours.push([r, g, b]);
                }
            }
        }
        let weights = Weights::new(&Mask::empty(1, 1), Feather::NONE, None);
        for one in colours.iter().step_by(7) {
            let source = Picture::filled(1, 1, Layout::Rgb, one);
            for other in &colours {
                let reply = Picture::filled(1, 1, Layout::Rgb, other);
                let found = super::drift(&source, &reply, &weights).unwrap();
                let exact = Lab::from_srgb(*one).distance(Lab::from_srgb(*other));
                assert!(
                    (found.mean - f64::from(exact)).abs() < 0.002,
                    "{one:?} {other:?}"
                );
                assert_eq!(found.changed, if one == other { 0.0 } else { 1.0 });
            }
        }
    }

    #[test]
    fn the_least_difference_counts_as_changed() {
        let weights = Weights::new(&Mask::empty(1, 1), Feather::NONE, None);
        for base in [
            [0; 3],
            [254; 3],
            [254, 254, 0],
            [0, 254, 254],
            [127, 0, 254],
        ] {
            for channel in 0..3 {
                let mut other = base;
                other[channel] += 1;
                let source = Picture::filled(1, 1, Layout::Rgb, &base);
                let reply = Picture::filled(1, 1, Layout::Rgb, &other);
                let drift = super::drift(&source, &reply, &weights).unwrap();
                assert_eq!(drift.changed, 1.0, "{base:?} {other:?}");
            }
        }
    }

    #[test]
    fn alpha_counts_as_much_as_colour() {
        let source = Picture::filled(4, 4, Layout::GreyAlpha, &[128, 255]);
        let reply = Picture::filled(4, 4, Layout::GreyAlpha, &[128, 204]);
        let drift = super::drift(&source, &reply, &halves()).unwrap();
        assert!((drift.mean - 20.0).abs() < 1e-4, "{drift:?}");
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
