//! The check of a pose: small blocks, each of which tells on its own how far off it is.

use super::plane::Plane;
use super::pose::Pose;
use super::scale::Level;

/// What the blocks say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// Blocks with enough texture to tell.
    pub(super) blocks: usize,
    /// Blocks that lie where the pose says.
    pub(super) agree: usize,
    /// How far those are off, their median, in pixels of the level.
    pub(super) residual: f64,
}

/// The picture is divided into so many fields along its longer side; each gives one block.
const FIELDS: usize = 14;
/// A block that is off by more lies elsewhere, in pixels of the level.
const OFF: f32 = 1.0;
/// The least correlation of a block with its place in the reply.
const ALIKE: f32 = 0.5;
/// The least texture of a block: its mean square slope. An edge is enough: it tells how far the
/// block is off across it, and whether the pose holds along it is for [`super::pose::doubt`].
const TEXTURE: f32 = 0.6;
/// A direction with less than this share of the block's texture says nothing.
const ALONG: f32 = 0.02;
/// Every second pixel of a block is plenty.
const STRIDE: usize = 2;

/// The share of blocks that has to agree.
const CONFIDENT: f64 = 0.4;
/// The least number of blocks that has to be there, and to agree.
pub(super) const FEWEST_BLOCKS: usize = 5;

impl Agreement {
    /// Whether a pose that so many blocks confirm can be believed.
    pub(super) fn is_convincing(&self) -> bool {
        self.is_alike() && self.agree >= FEWEST_BLOCKS
    }

    /// Whether enough of the blocks that there are agree, however few they are.
    pub(super) fn is_alike(&self) -> bool {
        self.share() >= CONFIDENT
    }

    pub(super) fn share(&self) -> f64 {
        self.agree as f64 / self.blocks.max(1) as f64
    }

    /// Asks the clearest block of every field.
    pub(super) fn of(level: &Level, pose: &Pose) -> Self {
        let field = level.width.max(level.height).div_ceil(FIELDS).max(8);
        let side = field.clamp(8, 32);
        let (mut blocks, mut offs) = (0, Vec::new());
        for top in (1..level.height.saturating_sub(side)).step_by(field) {
            for left in (1..level.width.saturating_sub(side)).step_by(field) {
                let Some(block) = Block::clearest(level, left, top, field, side) else {
                    continue;
                };
                blocks += 1;
                if let Some((x, y)) = block.shift(&level.reply, pose, level)
                    && x.hypot(y) <= OFF
                {
                    offs.push(x.hypot(y));
                }
            }
        }
        offs.sort_by(f32::total_cmp);
        let residual = offs.get(offs.len() / 2).map_or(0.0, |off| f64::from(*off));
        Self {
            blocks,
            agree: offs.len(),
            residual,
        }
    }
}

/// A square of locked pixels.
#[derive(Debug)]
struct Block {
    /// Column, row, value, slopes.
    pixels: Vec<(f32, f32, f32, f32, f32)>,
    /// Sums of the squared slopes: across, mixed, down.
    tensor: (f32, f32, f32),
}

impl Block {
    /// The block with the clearest texture of a field, of the four it has room for.
    fn clearest(level: &Level, left: usize, top: usize, field: usize, side: usize) -> Option<Self> {
        let spare = field.saturating_sub(side);
        let mut best: Option<(f32, Self)> = None;
        for (x, y) in [(0, 0), (spare, 0), (0, spare), (spare, spare)] {
            let block = Self::at(level, left + x, top + y, side);
            let Some((texture, block)) = block.and_then(|b| Some((b.texture()?, b))) else {
                continue;
            };
            if best.as_ref().is_none_or(|(known, _)| texture > *known) {
                best = Some((texture, block));
            }
            if spare == 0 {
                break;
            }
        }
        best.map(|(_, block)| block)
    }

    fn at(level: &Level, left: usize, top: usize, side: usize) -> Option<Self> {
        let mut pixels = Vec::with_capacity(side * side / (STRIDE * STRIDE) + side);
        let mut tensor = (0.0, 0.0, 0.0);
        let (right, bottom) = (
            (left + side).min(level.width),
            (top + side).min(level.height),
        );
        let mut all = 0;
        for y in (top..bottom).step_by(STRIDE) {
            for x in (left..right).step_by(STRIDE) {
                all += 1;
                if !level.locked.counts(x, y) {
                    continue;
                }
                let (gx, gy) = level.sent.slope(x, y);
                tensor = (tensor.0 + gx * gx, tensor.1 + gx * gy, tensor.2 + gy * gy);
                pixels.push((x as f32 + 0.5, y as f32 + 0.5, level.sent.row(y)[x], gx, gy));
            }
        }
        (pixels.len() * 2 >= all && pixels.len() >= 12).then_some(Self { pixels, tensor })
    }

    /// Mean square slope; `None` when there is too little to tell.
    fn texture(&self) -> Option<f32> {
        let (across, _, down) = self.tensor;
        let mean = (across + down) / self.pixels.len() as f32;
        (mean >= TEXTURE).then_some(mean)
    }

    /// How far the block lies from where the pose says, in pixels of what was sent; `None` when
    /// nothing like it is there.
    fn shift(&self, reply: &Plane, pose: &Pose, level: &Level) -> Option<(f32, f32)> {
        let map = level.map(pose);
        let places: Vec<(f32, f32)> = self
            .pixels
            .iter()
            .map(|(x, y, ..)| {
                let (u, v) = map.apply(f64::from(*x), f64::from(*y));
                (u as f32, v as f32)
            })
            .collect();
        let (across, mixed, down) = self.tensor;
        let faint = ALONG * (across + down);
        let (across, down) = (across + faint, down + faint);
        let area = across * down - mixed * mixed;
        let [a, b, d, e] = [pose.a, pose.b, pose.d, pose.e].map(|v| v as f32);
        let (mut x, mut y) = (0.0_f32, 0.0_f32);
        let mut alike = 0.0;
        for turn in 0..5 {
            let seen: Vec<f32> = places
                .iter()
                .map(|(u, v)| {
                    let (right, below) = (x * a + y * b, x * d + y * e);
                    reply.at(u + right, v + below).unwrap_or(f32::NAN)
                })
                .collect();
            let moments = Moments::of(&self.pixels, &seen)?;
            alike = moments.correlation();
            if turn == 4 {
                break;
            }
            let (mut p, mut q) = (0.0, 0.0);
            for ((_, _, value, gx, gy), seen) in self.pixels.iter().zip(&seen) {
                let rest = (seen - moments.mean.1) / moments.gain() - (value - moments.mean.0);
                p += gx * rest;
                q += gy * rest;
            }
            let (right, below) = (
                (down * p - mixed * q) / area,
                (across * q - mixed * p) / area,
            );
            x -= right;
            y -= below;
            let far = x.hypot(y);
            if far.is_nan() || far >= 6.0 {
                return None;
            }
            if right.hypot(below) < 0.01 {
                break;
            }
        }
        (alike >= ALIKE).then_some((x, y))
    }
}

/// Means and spreads of a block and of what is seen in its place.
struct Moments {
    mean: (f32, f32),
    own: f32,
    other: f32,
    product: f32,
}

impl Moments {
    /// `None` when a part of the block is out of sight.
    fn of(pixels: &[(f32, f32, f32, f32, f32)], seen: &[f32]) -> Option<Self> {
        let count = pixels.len() as f32;
        let mean = (
            pixels.iter().map(|pixel| pixel.2).sum::<f32>() / count,
            seen.iter().sum::<f32>() / count,
        );
        if mean.1.is_nan() {
            return None;
        }
        let (mut own, mut other, mut product) = (0.0, 0.0, 0.0);
        for (pixel, seen) in pixels.iter().zip(seen) {
            let (a, b) = (pixel.2 - mean.0, seen - mean.1);
            own += a * a;
            other += b * b;
            product += a * b;
        }
        Some(Self {
            mean,
            own,
            other,
            product,
        })
    }

    fn correlation(&self) -> f32 {
        self.product / (self.own * self.other).sqrt().max(1e-6)
    }

    /// The contrast of what is seen over the block's own.
    fn gain(&self) -> f32 {
        (self.product / self.own.max(1e-6)).clamp(0.3, 3.0)
    }
}
