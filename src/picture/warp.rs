//! A reply put back in its place: one resampling along both axes, or none.
//!
//! The map of a reply hardly turns, so it is taken as two passes, first along the rows and then
//! along the columns, after Catmull and Smith, "3-D Transformations of Images in Scanline Order"
//! (SIGGRAPH 1980): the same as sampling both axes at once, for a third of the work. The kernel is
//! Lanczos with three lobes, widened where the reply is larger than its place. What lies beyond the
//! reply's frame is mirrored, and [`super::cover`] tells where that is.

use std::ops::Range;

use rayon::prelude::*;

use super::motion::Affine;
use super::{Picture, Region};

/// The step by whole pixels that a map takes, if no pixel of the region would lie further than
/// `tolerance` from where that step puts it.
pub fn whole_step(map: &Affine, region: Region, tolerance: f64) -> Option<(i64, i64)> {
    let (x, y) = (f64::from(region.x), f64::from(region.y));
    let (w, h) = (f64::from(region.width), f64::from(region.height));
    let (u, v) = map.apply(x + w / 2.0, y + h / 2.0);
    let (right, below) = ((u - x - w / 2.0).round(), (v - y - h / 2.0).round());
    let corners = [(x, y), (x + w, y), (x, y + h), (x + w, y + h)];
    let near = corners.into_iter().all(|(x, y)| {
        let (u, v) = map.apply(x, y);
        (u - x - right).hypot(v - y - below) <= tolerance
    });
    near.then_some((right as i64, below as i64))
}

/// The reply moved by whole pixels: its samples are copied, not computed.
pub fn step(reply: &Picture, (right, below): (i64, i64), width: u32, height: u32) -> Picture {
    let channels = reply.layout().channels();
    let columns: Vec<usize> = (0..i64::from(width))
        .map(|x| mirrored(x + right, reply.width() as usize))
        .collect();
    let mut samples = Vec::with_capacity(width as usize * height as usize * channels);
    for y in 0..i64::from(height) {
        let row = reply.row(mirrored(y + below, reply.height() as usize) as u32);
        // Most rows are one stretch of the reply's.
        let inner = right.max(0)..(right + i64::from(width)).min(i64::from(reply.width()));
        for x in 0..(inner.start - right).clamp(0, i64::from(width)) as usize {
            samples.extend_from_slice(&row[columns[x] * channels..][..channels]);
        }
        if inner.start < inner.end {
            samples.extend_from_slice(
                &row[inner.start as usize * channels..inner.end as usize * channels],
            );
        }
        for x in (inner.end - right).clamp(0, i64::from(width)) as usize..width as usize {
            samples.extend_from_slice(&row[columns[x] * channels..][..channels]);
        }
    }
    Picture::new(width, height, reply.layout(), samples)
}

/// The picture that the reply shows, resampled once; `map` leads from its pixels to the reply's.
pub fn warp(reply: &Picture, map: &Affine, width: u32, height: u32) -> Picture {
    let channels = reply.layout().channels();
    let stride = width as usize * channels;
    let mut samples = vec![0; stride * height as usize];
    let passes = Passes::of(reply, map, width);
    samples
        .par_chunks_mut((stride * BAND).max(1))
        .enumerate()
        .for_each(|(band, rows)| passes.band(band * BAND, rows));
    Picture::new(width, height, reply.layout(), samples)
}

/// Rows that are computed together: enough that the rows they share with the next band are few.
const BAND: usize = 96;
/// Columns that are computed together.
const COLUMNS: usize = 1024;
/// Lobes of the kernel on each side.
const LOBES: f64 = 3.0;
/// Places between two pixels that have weights of their own.
const PHASES: usize = 256;

/// The weights of the kernel for every phase.
struct Kernel {
    taps: usize,
    weights: Vec<f32>,
}

impl Kernel {
    /// For sampling every `spacing` pixels.
    fn new(spacing: f64) -> Self {
        let widen = spacing.abs().max(1.0);
        let half = (LOBES * widen).ceil() as usize;
        let taps = 2 * half;
        let mut weights = Vec::with_capacity(taps * (PHASES + 1));
        for phase in 0..=PHASES {
            let offset = phase as f64 / PHASES as f64;
            let own: Vec<f64> = (0..taps)
                .map(|tap| lanczos((tap as f64 - (half - 1) as f64 - offset) / widen))
                .collect();
            let sum: f64 = own.iter().sum();
            weights.extend(own.iter().map(|weight| (weight / sum) as f32));
        }
        Self { taps, weights }
    }

    /// The first pixel and the weights for a place between pixel centres.
    #[inline]
    fn at(&self, place: f64) -> (i64, &[f32]) {
        // A cast rounds towards 0, and quicker than `floor` where the processor has no such step.
        let whole = place as i64;
        let floor = whole - i64::from(place < whole as f64);
        let phase = ((place - floor as f64) * PHASES as f64 + 0.5) as usize;
        let first = floor - (self.taps / 2 - 1) as i64;
        (first, &self.weights[phase * self.taps..][..self.taps])
    }
}

fn lanczos(t: f64) -> f64 {
    let x = std::f64::consts::PI * t;
    if t.abs() < 1e-9 {
        1.0
    } else if t.abs() < LOBES {
        LOBES * x.sin() * (x / LOBES).sin() / (x * x)
    } else {
        0.0
    }
}

/// Where a place beyond the border is mirrored to.
#[inline]
fn mirrored(at: i64, length: usize) -> usize {
    let length = length as i64;
    if (0..length).contains(&at) {
        return at as usize;
    }
    let around = at.rem_euclid(2 * length);
    // Within the length, which is a number of pixels.
    (if around < length {
        around
    } else {
        2 * length - 1 - around
    }) as usize
}

/// Both passes of one map.
struct Passes<'a> {
    reply: &'a Picture,
    map: Affine,
    width: usize,
    across: Kernel,
    down: Kernel,
    /// Whether colours have to be weighed by their opacity.
    sheer: bool,
}

impl<'a> Passes<'a> {
    fn of(reply: &'a Picture, map: &Affine, width: u32) -> Self {
        let channels = reply.layout().channels();
        let sheer = reply.layout().has_alpha()
            && reply
                .samples()
                .iter()
                .skip(channels - 1)
                .step_by(channels)
                .any(|alpha| *alpha < 255);
        Self {
            reply,
            map: *map,
            width: width as usize,
            across: Kernel::new(map.a - map.b * map.d / map.e),
            down: Kernel::new(map.e),
            sheer,
        }
    }

    /// Computes some rows of the result, some columns at a time: where the map turns, a narrow piece
    /// needs few more rows of the reply than it has itself.
    fn band(&self, top: usize, out: &mut [u8]) {
        for left in (0..self.width).step_by(COLUMNS) {
            self.piece(left..(left + COLUMNS).min(self.width), top, out);
        }
    }

    fn piece(&self, columns: Range<usize>, top: usize, out: &mut [u8]) {
        let Affine { d, e, f, .. } = self.map;
        let channels = self.reply.layout().channels();
        let stride = self.width * channels;
        let rows = out.len() / stride;
        let place = |x: usize, y: usize| d * (x as f64 + 0.5) + e * (y as f64 + 0.5) + f - 0.5;
        let corners =
            [columns.start, columns.end - 1].map(|x| [top, top + rows - 1].map(|y| place(x, y)));
        let corners = || corners.iter().flatten().copied();
        let half = (self.down.taps / 2) as i64;
        let first = corners().fold(f64::INFINITY, f64::min).floor() as i64 - half;
        let end = corners().fold(f64::NEG_INFINITY, f64::max).floor() as i64 + half + 2;
        let width = columns.len();
        let mut lines = vec![Pixel::default(); (end - first) as usize * width];
        let mut row = Vec::new();
        for (line, at) in lines.chunks_exact_mut(width).zip(first..end) {
            self.along_row(columns.start, at, &mut row, line);
        }
        for (y, out) in out.chunks_exact_mut(stride).enumerate() {
            let out = &mut out[columns.start * channels..columns.end * channels];
            let place = |x: usize| place(columns.start + x, top + y);
            self.along_columns(&lines, width, first, place, out);
        }
    }

    /// Some columns of a row of the reply in single floats, weighed by their opacity where that
    /// matters.
    fn load(&self, y: usize, columns: Range<usize>, row: &mut Vec<Pixel>) {
        let channels = self.reply.layout().channels();
        let samples = &self.reply.row(y as u32)[columns.start * channels..columns.end * channels];
        row.clear();
        row.extend(samples.chunks_exact(channels).map(|pixel| {
            let mut loaded = Pixel::default();
            for (value, sample) in loaded.iter_mut().zip(pixel) {
                *value = f32::from(*sample);
            }
            if self.sheer {
                let share = loaded[channels - 1] / 255.0;
                loaded[..channels - 1]
                    .iter_mut()
                    .for_each(|color| *color *= share);
            }
            loaded
        }));
    }

    /// First pass: what some columns of the result see in one row of the reply.
    fn along_row(&self, left: usize, at: i64, row: &mut Vec<Pixel>, line: &mut [Pixel]) {
        let Affine { a, b, c, d, e, f } = self.map;
        let slope = a - b * d / e;
        let start = b / e * (at as f64 + 0.5 - f) + c - 0.5;
        let place = |x: usize| slope * ((left + x) as f64 + 0.5) + start;
        let (width, taps) = (self.reply.width() as usize, self.across.taps);
        let (one, other) = (place(0), place(line.len() - 1));
        let low = one.min(other).floor() as i64 - taps as i64;
        let high = one.max(other).floor() as i64 + taps as i64 + 1;
        // Near its ends the row is mirrored, and any of it may be needed.
        let inner = low >= 0 && high <= width as i64;
        let loaded = if inner {
            low as usize..high as usize
        } else {
            0..width
        };
        let offset = loaded.start as i64;
        self.load(mirrored(at, self.reply.height() as usize), loaded, row);
        for (x, out) in line.iter_mut().enumerate() {
            let (first, weights) = self.across.at(place(x));
            let begin = first - offset;
            *out = if begin >= 0 && begin as usize + taps <= row.len() {
                let pixels = &row[begin as usize..begin as usize + taps];
                weighed(weights, |tap| pixels[tap])
            } else {
                weighed(weights, |tap| row[mirrored(first + tap as i64, width)])
            };
        }
    }

    /// Second pass: one row of the result, from the lines of the first.
    fn along_columns(
        &self,
        lines: &[Pixel],
        width: usize,
        first: i64,
        place: impl Fn(usize) -> f64,
        out: &mut [u8],
    ) {
        let channels = self.reply.layout().channels();
        for (x, out) in out.chunks_exact_mut(channels).enumerate() {
            let (from, weights) = self.down.at(place(x));
            // The lines were chosen so that every tap lies among them.
            let top = (from - first) as usize * width + x;
            let mut sum = weighed(weights, |tap| lines[top + tap * width]);
            if self.sheer {
                let alpha = sum[channels - 1].max(1e-3);
                sum[..channels - 1]
                    .iter_mut()
                    .for_each(|color| *color *= 255.0 / alpha);
            }
            for (sample, value) in out.iter_mut().zip(sum) {
                // A float becomes the nearest sample that there is.
                *sample = (value + 0.5) as u8;
            }
        }
    }
}

/// Up to four samples; four are added in one step, so fewer gain nothing.
type Pixel = [f32; 4];

/// The weighted sum of some pixels, which `pixel` finds by the number of their tap.
#[inline(always)]
fn weighed(weights: &[f32], pixel: impl Fn(usize) -> Pixel) -> Pixel {
    let mut sum = Pixel::default();
    let mut add = |tap: usize, weight: f32| {
        let pixel = pixel(tap);
        for channel in 0..4 {
            sum[channel] += weight * pixel[channel];
        }
    };
    // Most replies are about as large as their place; a loop of a known length is unrolled.
    if let Ok(weights) = <&[f32; 2 * LOBES as usize]>::try_from(weights) {
        weights
            .iter()
            .enumerate()
            .for_each(|(tap, weight)| add(tap, *weight));
    } else {
        for (tap, weight) in weights.iter().enumerate() {
            add(tap, *weight);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;
    use crate::picture::cover::Cover;
    use crate::picture::motion::Motion;
    use proptest::prelude::*;

    /// A smooth scene, brightest where its waves meet.
    fn scene(width: u32, height: u32, map: &Affine) -> Picture {
        let samples = (0..width * height)
            .flat_map(|at| {
                let (x, y) = map.apply(f64::from(at % width) + 0.5, f64::from(at / width) + 0.5);
                let wave = |step: f64, phase: f64| {
                    128.0 + 90.0 * (x / step + phase).sin() * (y / step).cos()
                };
                [wave(9.0, 0.0), wave(11.0, 1.0), wave(14.0, 2.0)].map(|v| v.round() as u8)
            })
            .collect();
        Picture::new(width, height, Layout::Rgb, samples)
    }

    #[test]
    fn a_moved_scene_comes_back() {
        let motion = Motion {
            dx: 5.3,
            dy: -3.8,
            scale: 1.04,
            stretch: 0.98,
            rotation: 0.9,
        };
        let map = motion.around_centre(120.0, 90.0);
        let source = scene(120, 90, &Affine::IDENTITY);
        let reply = scene(120, 90, &map.inverse().unwrap());
        let back = warp(&reply, &map, 120, 90);
        let cover = Cover::of(&map, (120, 90), 120, 90);
        let mut seen = 0;
        for y in 0..90 {
            let (from, to) = cover.row(y);
            for x in from + 4..to.saturating_sub(4).max(from + 4) {
                if !(4..86).contains(&y) {
                    continue;
                }
                let (a, b) = (source.pixel(x, y), back.pixel(x, y));
                assert!(
                    a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 3),
                    "{x},{y}: {a:?} {b:?}"
                );
                seen += 1;
            }
        }
        assert!(seen > 7_000, "{seen}");
    }

    #[test]
    fn a_reply_of_twice_the_size_is_averaged() {
        // A checkerboard of single pixels has no detail left at half its size.
        let samples = (0..64 * 64).map(|at| if (at % 64 + at / 64) % 2 == 0 { 0 } else { 255 });
        let reply = Picture::new(64, 64, Layout::Grey, samples.collect());
        let half = warp(&reply, &Affine::scaled(2.0, 2.0, 0.0, 0.0), 32, 32);
        assert!(
            half.samples().iter().all(|v| (110..=145).contains(v)),
            "{:?}",
            &half.samples()[..9]
        );
    }

    #[test]
    fn colour_under_transparency_does_not_bleed() {
        let samples = (0..40 * 4).flat_map(|at| {
            if at % 40 < 20 {
                [0, 255, 0, 0]
            } else {
                [200, 0, 0, 255]
            }
        });
        let reply = Picture::new(40, 4, Layout::Rgba, samples.collect());
        let moved = warp(&reply, &Affine::scaled(1.0, 1.0, 0.5, 0.0), 40, 4);
        let edge = moved.pixel(19, 2);
        assert!(edge[3] > 60 && edge[3] < 200 && edge[1] < 20, "{edge:?}");
    }

    proptest! {
        #[test]
        fn whole_steps_copy_and_agree_with_the_kernel(
            w in 1_u32..20, h in 1_u32..20, right in -6_i64..7, below in -6_i64..7,
        ) {
            let picture = scene(w, h, &Affine::IDENTITY);
            let stepped = step(&picture, (right, below), w, h);
            let map = Affine::scaled(1.0, 1.0, right as f64, below as f64);
            prop_assert_eq!(&stepped, &warp(&picture, &map, w, h));
            let region = Region { x: 0, y: 0, width: w, height: h };
            prop_assert_eq!(whole_step(&map, region, 0.1), Some((right, below)));
            let cover = Cover::of(&map, (w, h), w, h);
            for y in 0..h {
                for x in 0..w {
                    let (u, v) = (i64::from(x) + right, i64::from(y) + below);
                    let inside = (0..i64::from(w)).contains(&u) && (0..i64::from(h)).contains(&v);
                    prop_assert_eq!(cover.holds(x, y), inside);
                }
            }
        }
    }
}
