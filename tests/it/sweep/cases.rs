//! Replies with a known truth: photographs, a part of which is replaced, moved as models move them.

use std::path::{Path, PathBuf};

use scumble::picture::motion::{Affine, Motion};
use scumble::picture::{Format, Layout, Mask, Picture, decode, encode, export};

/// A repeatable sequence of numbers (splitmix64), so that a case can be drawn again by its number.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between two numbers.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// The photographs of a folder, the longer side brought to `side`, and a crop of each that is
/// larger.
pub(crate) fn photographs(folder: &Path, side: u32) -> Vec<(String, Picture)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            Format::of_name(&name).is_some() && !name.contains("mask")
        })
        .collect();
    paths.sort();
    let mut photographs = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let full = decode(&std::fs::read(&path).unwrap(), u64::MAX)
            .unwrap()
            .picture;
        let full = full.to_layout(Layout::Rgb).into_owned();
        let (w, h) = full.size();
        let factor = f64::from(side) / f64::from(w.max(h));
        let scaled = |length: u32| (f64::from(length) * factor).round() as u32;
        let whole = export::scale(&full, scaled(w), scaled(h), export::Filter::Lanczos);
        if w.min(h) >= side {
            photographs.push((
                format!("{name}, a crop"),
                cut(&full, (w - side) / 2, (h - side) / 3, side, side),
            ));
        }
        photographs.push((name, whole));
    }
    photographs
}

fn cut(picture: &Picture, left: u32, top: u32, width: u32, height: u32) -> Picture {
    let mut samples = Vec::new();
    for y in top..top + height {
        samples.extend_from_slice(&picture.row(y)[left as usize * 3..(left + width) as usize * 3]);
    }
    Picture::new(width, height, Layout::Rgb, samples)
}

/// How the frame of the reply came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Same,
    CutOrExtended,
    Stretched,
}

/// One reply and the truth about it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) number: usize,
    pub(crate) photograph: String,
    pub(crate) source: Picture,
    pub(crate) mask: Mask,
    /// The source with the replacement in it, unmoved: what an ideal model would have sent.
    pub(crate) replaced: Picture,
    pub(crate) reply: Picture,
    /// From the source to the reply.
    pub(crate) truth: Affine,
    pub(crate) motion: Motion,
    pub(crate) frame: FrameKind,
    /// Whether a tenth of the locked part was changed as well.
    pub(crate) meddled: bool,
}

impl Case {
    /// Draws a case by its number.
    pub(crate) fn draw(number: usize, photographs: &[(String, Picture)]) -> Self {
        let mut dice = Dice::new(number as u64 + 1);
        let (photograph, source) = &photographs[number % photographs.len()];
        let other =
            &photographs[(number + 1 + dice.below(photographs.len() - 1)) % photographs.len()].1;
        let (w, h) = source.size();
        let unit = f64::from(w.max(h)) / 1024.0;
        let (changed, mask) = blob(w, h, dice.within(0.10, 0.40), 16.0 * unit, &mut dice);
        let other = export::fill(other, w, h);
        let replaced = swap(source, &other, &changed);
        let meddled = number % 2 == 1;
        let scene = if meddled {
            let (area, _) = blob(w, h, 0.10, 0.0, &mut dice);
            swap(&replaced, &other, &without(&area, &mask))
        } else {
            replaced.clone()
        };
        let motion = Motion {
            dx: dice.within(-24.0, 24.0) * unit,
            dy: dice.within(-24.0, 24.0) * unit,
            scale: dice.within(0.95, 1.05),
            stretch: dice.within(0.97, 1.03),
            rotation: dice.within(-1.0, 1.0),
        };
        let frame = [
            FrameKind::Same,
            FrameKind::Same,
            FrameKind::CutOrExtended,
            FrameKind::Stretched,
        ][number / 2 % 4];
        let (framed, size) = framing(frame, w, h, &mut dice);
        let truth = motion
            .around_centre(f64::from(w), f64::from(h))
            .then(&framed);
        let gains = [0; 3].map(|_| dice.within(0.9, 1.1));
        let grain = dice.within(0.0, 3.0);
        let moved = moved(&scene, &truth, size, gains, grain, &mut dice);
        let jpeg = encode::encode(&moved, Format::Jpeg, 80).unwrap();
        let reply = decode(&jpeg, u64::MAX).unwrap().picture;
        Self {
            number,
            photograph: photograph.clone(),
            source: source.clone(),
            mask,
            replaced,
            reply,
            truth,
            motion,
            frame,
            meddled,
        }
    }
}

/// From the source's frame to the reply's, and the reply's size.
fn framing(kind: FrameKind, w: u32, h: u32, dice: &mut Dice) -> (Affine, (u32, u32)) {
    let size = |across: f64, down: f64| {
        (
            (f64::from(w) * across).round() as u32,
            (f64::from(h) * down).round() as u32,
        )
    };
    match kind {
        FrameKind::Same => (Affine::IDENTITY, (w, h)),
        FrameKind::CutOrExtended => {
            let (width, height) = size(dice.within(0.96, 1.04), dice.within(0.96, 1.04));
            let spare = |new: u32, old: u32| f64::from(new) - f64::from(old);
            let right = spare(width, w) * dice.within(0.2, 0.8);
            let below = spare(height, h) * dice.within(0.2, 0.8);
            (Affine::scaled(1.0, 1.0, right, below), (width, height))
        }
        FrameKind::Stretched => {
            let (width, height) = size(dice.within(0.9, 1.15), dice.within(0.9, 1.15));
            let factor = |new: u32, old: u32| f64::from(new) / f64::from(old);
            (
                Affine::scaled(factor(width, w), factor(height, h), 0.0, 0.0),
                (width, height),
            )
        }
    }
}

/// Some overlapping discs that cover a share of the picture, and the same with a margin: people
/// mark an object and a little around it.
fn blob(w: u32, h: u32, share: f64, margin: f64, dice: &mut Dice) -> (Mask, Mask) {
    let (width, height) = (f64::from(w), f64::from(h));
    let (mut inner, mut outer) = (vec![0_u8; (w * h) as usize], vec![0_u8; (w * h) as usize]);
    let (mut x, mut y) = (
        dice.within(0.25, 0.75) * width,
        dice.within(0.25, 0.75) * height,
    );
    let mut covered = 0;
    while (covered as f64) < share * width * height {
        let (a, b) = (
            dice.within(0.05, 0.14) * width,
            dice.within(0.05, 0.14) * height,
        );
        for row in 0..h {
            for column in 0..w {
                let at = (row * w + column) as usize;
                let (u, v) = (f64::from(column) - x, f64::from(row) - y);
                if (u / a).hypot(v / b) < 1.0 && inner[at] == 0 {
                    inner[at] = 255;
                    covered += 1;
                }
                if (u / (a + margin)).hypot(v / (b + margin)) < 1.0 {
                    outer[at] = 255;
                }
            }
        }
        x = (x + dice.within(-1.2, 1.2) * a).clamp(0.1 * width, 0.9 * width);
        y = (y + dice.within(-1.2, 1.2) * b).clamp(0.1 * height, 0.9 * height);
    }
    (Mask::new(w, h, inner), Mask::new(w, h, outer))
}

fn without(mask: &Mask, other: &Mask) -> Mask {
    let pairs = mask.coverage().iter().zip(other.coverage());
    let coverage = pairs
        .map(|(own, other)| if *other > 0 { 0 } else { *own })
        .collect();
    Mask::new(mask.width(), mask.height(), coverage)
}

fn swap(picture: &Picture, other: &Picture, mask: &Mask) -> Picture {
    let mut result = picture.clone();
    let pixels = result
        .samples_mut()
        .chunks_exact_mut(3)
        .zip(other.samples().chunks_exact(3));
    for ((pixel, new), coverage) in pixels.zip(mask.coverage()) {
        if *coverage > 0 {
            pixel.copy_from_slice(new);
        }
    }
    result
}

/// The scene as the reply shows it, with Keys' cubic kernel; beyond its border it is mirrored.
fn moved(
    scene: &Picture,
    truth: &Affine,
    size: (u32, u32),
    gains: [f64; 3],
    grain: f64,
    dice: &mut Dice,
) -> Picture {
    let back = truth.inverse().unwrap();
    let (w, h) = (scene.width() as i32, scene.height() as i32);
    let mirror = |at: i32, length: i32| {
        let at = at.rem_euclid(2 * length);
        if at < length { at } else { 2 * length - 1 - at }
    };
    let kernel = |t: f64| {
        let t = t.abs();
        if t < 1.0 {
            (1.5 * t - 2.5) * t * t + 1.0
        } else if t < 2.0 {
            ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
        } else {
            0.0
        }
    };
    let mut samples = Vec::with_capacity((size.0 * size.1 * 3) as usize);
    for y in 0..size.1 {
        for x in 0..size.0 {
            let (u, v) = back.apply(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let (u, v) = (u - 0.5, v - 0.5);
            let (left, top) = (u.floor() as i32, v.floor() as i32);
            let mut sums = [0.0; 3];
            for row in -1..=2 {
                let down = kernel(v - f64::from(top + row));
                let line = mirror(top + row, h) * w;
                for column in -1..=2 {
                    let weight = down * kernel(u - f64::from(left + column));
                    let at = (line + mirror(left + column, w)) as usize * 3;
                    for (sum, sample) in sums.iter_mut().zip(&scene.samples()[at..at + 3]) {
                        *sum += weight * f64::from(*sample);
                    }
                }
            }
            for (sum, gain) in sums.iter().zip(gains) {
                // Four uniform numbers have a standard deviation of 1/√3 about their sum.
                let noise: f64 = (0..4).map(|_| dice.within(-0.5, 0.5)).sum::<f64>() * 1.732;
                samples.push((sum * gain + noise * grain).round().clamp(0.0, 255.0) as u8);
            }
        }
    }
    Picture::new(size.0, size.1, Layout::Rgb, samples)
}
