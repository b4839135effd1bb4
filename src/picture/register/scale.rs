//! The pyramid of one comparison: at each level the points of what was sent, and the reply.

use super::super::{Picture, Weights};
use super::plane::Plane;
use super::pose::Point;

/// A level: both pictures at half the size of the level before.
#[derive(Debug)]
pub(super) struct Level {
    /// How many working pixels of the finest level one pixel covers: 1, 2, 4, …
    pub(super) factor: f64,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Detail of what was sent.
    pub(super) sent: Plane,
    /// Where both should be equal.
    pub(super) locked: Ground,
    /// Places that say where they are.
    pub(super) points: Vec<Point>,
    /// Detail of the reply.
    pub(super) reply: Plane,
}

impl Level {
    /// Half the diagonal.
    pub(super) fn reach(&self) -> f64 {
        (self.width as f64).hypot(self.height as f64) / 2.0
    }
}

/// Pixels that count.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    width: usize,
    height: usize,
    counts: Vec<bool>,
}

/// The longest side of the coarsest level lies between this and twice this.
const COARSEST: usize = 44;
/// What slow changes of tone are told from: half the side of a square in pixels of the level.
const AROUND: usize = 6;
/// How near the border of the edit area a point may lie: the blur reaches that far.
const MARGIN: usize = 2;

/// All levels, the finest first. `step` and `own` are pixels per working pixel.
pub(super) fn levels(
    sent: &Picture,
    reply: &Picture,
    weights: &Weights,
    step: usize,
    own: usize,
) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    let mut sent = Plane::luma(sent, step);
    let mut reply = Plane::luma(reply, own);
    let mut locked = Ground::of(weights, step);
    let mut factor = 1.0;
    loop {
        let (width, height) = (sent.width, sent.height);
        let long = width.max(height);
        let is_last = long < 2 * COARSEST || width.min(height) < 12;
        let detail = sent.detail(AROUND);
        let ground = locked.eroded(MARGIN);
        levels.push(Level {
            factor,
            width,
            height,
            points: points(&detail, &ground, long),
            sent: detail,
            locked: ground,
            reply: reply.detail(AROUND),
        });
        if is_last {
            return levels;
        }
        sent = sent.halved();
        reply = reply.halved();
        locked = locked.halved();
        factor *= 2.0;
    }
}

/// The side of the squares that each give their clearest points …
const TILE: usize = 12;
/// … and how many.
const PER_TILE: usize = 5;
/// A slope of less than half a level per pixel is grain.
const FAINT: f32 = 0.5;

/// The points with the clearest slope, spread over the picture; on small levels all of them.
fn points(detail: &Plane, ground: &Ground, long: usize) -> Vec<Point> {
    let (w, h) = (detail.width, detail.height);
    let middle = (w as f32 / 2.0, h as f32 / 2.0);
    let all = long < 4 * COARSEST;
    let (tile, most) = if all {
        (w.max(h), usize::MAX)
    } else {
        (TILE, PER_TILE)
    };
    let mut points = Vec::new();
    let mut best: Vec<(f32, usize, usize)> = Vec::new();
    for top in (1..h.saturating_sub(1)).step_by(tile) {
        for left in (1..w.saturating_sub(1)).step_by(tile) {
            best.clear();
            for y in top..(top + tile).min(h - 1) {
                for x in left..(left + tile).min(w - 1) {
                    if !ground.counts(x, y) {
                        continue;
                    }
                    let (gx, gy) = detail.slope(x, y);
                    let steep = gx * gx + gy * gy;
                    if steep < FAINT * FAINT {
                        continue;
                    }
                    if best.len() < most {
                        best.push((steep, x, y));
                    } else if let Some(least) = best.iter_mut().min_by(|a, b| a.0.total_cmp(&b.0))
                        && least.0 < steep
                    {
                        *least = (steep, x, y);
                    }
                }
            }
            points.extend(best.iter().map(|(_, x, y)| Point {
                x: *x as f32 + 0.5 - middle.0,
                y: *y as f32 + 0.5 - middle.1,
                value: detail.row(*y)[*x],
                slope: detail.slope(*x, *y),
            }));
        }
    }
    points
}

impl Ground {
    /// Working pixels under which every pixel is locked.
    fn of(weights: &Weights, step: usize) -> Self {
        let (w, h) = (weights.width() as usize, weights.height() as usize);
        let (width, height) = (w.div_ceil(step), h.div_ceil(step));
        let mut counts = vec![true; width * height];
        for (y, row) in weights.values().chunks_exact(w.max(1)).enumerate() {
            let out = &mut counts[y / step * width..][..width];
            for (all, cells) in out.iter_mut().zip(row.chunks(step)) {
                *all &= cells.iter().all(|weight| *weight == 0);
            }
        }
        Self {
            width,
            height,
            counts,
        }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut counts = Vec::with_capacity(width * height);
        for y in 0..height {
            let row = |y: usize| &self.counts[y.min(self.height - 1) * self.width..][..self.width];
            let pairs = row(2 * y).chunks(2).zip(row(2 * y + 1).chunks(2));
            counts.extend(pairs.map(|(a, b)| a.iter().chain(b).all(|counts| *counts)));
        }
        Self {
            width,
            height,
            counts,
        }
    }

    /// Only what lies further than `margin` from everything else; the frame is no border.
    fn eroded(&self, margin: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let all = |from: &[bool], length: usize, at: usize, stride: usize, offset: usize| {
            let (first, last) = (at.saturating_sub(margin), (at + margin).min(length - 1));
            (first..=last).all(|k| from[offset + k * stride])
        };
        let mut lines = Vec::with_capacity(w * h);
        for y in 0..h {
            lines.extend((0..w).map(|x| all(&self.counts, w, x, 1, y * w)));
        }
        let mut counts = Vec::with_capacity(w * h);
        for y in 0..h {
            counts.extend((0..w).map(|x| all(&lines, h, y, w, x)));
        }
        Self { counts, ..*self }
    }

    #[inline]
    pub(super) fn counts(&self, x: usize, y: usize) -> bool {
        self.counts[y * self.width + x]
    }
}
