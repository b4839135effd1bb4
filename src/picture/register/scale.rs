//! The pyramid of one comparison: at each level the points of what was sent, and the reply.

use super::super::motion::Affine;
use super::super::{Picture, Weights};
use super::plane::Plane;
use super::pose::{Point, Pose};

/// A level: both pictures at half the size of the level before.
#[derive(Debug)]
pub(super) struct Level {
    /// How many working pixels of the finest level one pixel covers: 1, 2, 4, …
    pub(super) factor: f64,
    pub(super) width: usize,
    pub(super) height: usize,
    /// The centre of what was sent. The level has whole pixels, so its own centre may lie beyond.
    centre: (f64, f64),
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
    /// The map of a pose, from this level of what was sent to this level of the reply.
    pub(super) fn map(&self, pose: &Pose) -> Affine {
        pose.map(2.0 * self.centre.0, 2.0 * self.centre.1)
    }

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
    /// 1 where it counts, else 0: numbers, so that rows are combined at once.
    counts: Vec<u8>,
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
    let whole = (f64::from(sent.width()), f64::from(sent.height()));
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
        let covers = step as f64 * factor;
        let centre = (whole.0 / covers / 2.0, whole.1 / covers / 2.0);
        levels.push(Level {
            factor,
            width,
            height,
            centre,
            points: points(&detail, &ground, centre),
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
const PER_TILE: usize = 3;
/// On small levels that would be too few; there the squares are as small as it takes for so many.
const POINTS: usize = 1200;
/// A slope of less than half a level per pixel is grain.
const FAINT: f32 = 0.5;

/// The points with the clearest slope, spread over the picture.
fn points(detail: &Plane, ground: &Ground, centre: (f64, f64)) -> Vec<Point> {
    let (w, h) = (detail.width, detail.height);
    if w < 3 || h < 3 {
        return Vec::new();
    }
    // Half of at most 2,048 pixels loses nothing in a single float.
    let middle = (centre.0 as f32, centre.1 as f32);
    let room = ((w * h * PER_TILE) as f64 / POINTS as f64).sqrt() as usize;
    let tile = room.clamp(2, TILE);
    let mut points = Vec::new();
    let mut steep = vec![0.0_f32; tile * w];
    let mut best: Vec<(f32, usize)> = Vec::with_capacity(PER_TILE);
    for top in (1..h - 1).step_by(tile) {
        let rows = tile.min(h - 1 - top);
        for (row, out) in steep.chunks_exact_mut(w).take(rows).enumerate() {
            detail.steepness(top + row, out);
            for (value, counts) in out.iter_mut().zip(ground.row(top + row)) {
                *value *= f32::from(*counts);
            }
        }
        for left in (1..w - 1).step_by(tile) {
            best.clear();
            let right = (left + tile).min(w - 1);
            for row in 0..rows {
                for (x, value) in (left..right).zip(&steep[row * w + left..row * w + right]) {
                    if *value >= FAINT * FAINT {
                        keep(&mut best, *value, row * w + x);
                    }
                }
            }
            points.extend(best.iter().map(|(_, at)| {
                let (x, y) = (at % w, top + at / w);
                Point {
                    x: x as f32 + 0.5 - middle.0,
                    y: y as f32 + 0.5 - middle.1,
                    value: detail.row(y)[x],
                    slope: detail.slope(x, y),
                }
            }));
        }
    }
    points
}

/// Keeps a place among the steepest few.
#[inline]
fn keep(best: &mut Vec<(f32, usize)>, steep: f32, at: usize) {
    if best.len() < PER_TILE {
        best.push((steep, at));
    } else if let Some(least) = best.iter_mut().min_by(|a, b| a.0.total_cmp(&b.0))
        && least.0 < steep
    {
        *least = (steep, at);
    }
}

impl Ground {
    /// Working pixels under which every pixel is locked.
    fn of(weights: &Weights, step: usize) -> Self {
        let (w, h) = (weights.width() as usize, weights.height() as usize);
        let (width, height) = (w.div_ceil(step), h.div_ceil(step));
        let mut counts = vec![1; width * height];
        for (y, row) in weights.values().chunks_exact(w.max(1)).enumerate() {
            let out = &mut counts[y / step * width..][..width];
            if step == 1 {
                for (all, weight) in out.iter_mut().zip(row) {
                    *all = u8::from(*weight == 0);
                }
                continue;
            }
            for (all, cells) in out.iter_mut().zip(row.chunks(step)) {
                *all &= u8::from(cells.iter().all(|weight| *weight == 0));
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
            let row = |y: usize| self.row(y.min(self.height - 1));
            let pairs = row(2 * y).chunks(2).zip(row(2 * y + 1).chunks(2));
            counts.extend(pairs.map(|(a, b)| a.iter().chain(b).fold(1, |all, own| all & own)));
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
        let mut lines = self.counts.clone();
        for (out, row) in lines.chunks_exact_mut(w).zip(self.counts.chunks_exact(w)) {
            for by in 1..=margin.min(w - 1) {
                for (own, other) in out.iter_mut().zip(&row[by..]) {
                    *own &= other;
                }
                for (own, other) in out[by..].iter_mut().zip(row) {
                    *own &= other;
                }
            }
        }
        let mut counts = lines.clone();
        for (y, out) in counts.chunks_exact_mut(w).enumerate() {
            for other in y.saturating_sub(margin)..=(y + margin).min(h - 1) {
                for (own, other) in out.iter_mut().zip(&lines[other * w..][..w]) {
                    *own &= other;
                }
            }
        }
        Self { counts, ..*self }
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.counts[y * self.width..][..self.width]
    }

    #[inline]
    pub(super) fn counts(&self, x: usize, y: usize) -> bool {
        self.counts[y * self.width + x] == 1
    }
}
