//! The search: for every patch over the gap the known patch that fits it best.

use super::Prior;
use super::guide::Guide;
use super::level::{Level, REACH};
use crate::provider::noise;

/// The shortest side of the coarsest level.
const COARSEST: usize = 28;

/// For every pixel the middle of the patch that fits best around it.
pub(super) struct Field {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) source: Vec<(u16, u16)>,
}

pub(super) fn search(work: Level, prior: Prior, seed: u64) -> Option<Field> {
    let mut levels = vec![work];
    while levels
        .last()
        .is_some_and(|level| level.width.min(level.height) >= COARSEST * 2)
    {
        let half = levels.last()?.halved();
        // A level without a whole known patch teaches nothing.
        if !half.sources().contains(&true) {
            break;
        }
        levels.push(half);
    }
    let count = levels.len();
    let mut above: Option<Search> = None;
    for (at, level) in levels.into_iter().enumerate().rev() {
        let mut search = Search::new(level, prior, seed.wrapping_add(at as u64), above.as_ref())?;
        let rounds = if at + 1 == count { 10 } else { 2 + at as u32 };
        for round in 0..rounds {
            search.match_patches(round);
            search.vote();
        }
        search.match_patches(rounds);
        above = Some(search);
    }
    let Search { level, near, .. } = above?;
    Some(Field {
        width: level.width,
        height: level.height,
        source: near,
    })
}

/// The state of the search on one level.
struct Search {
    level: Level,
    sources: Vec<bool>,
    targets: Vec<usize>,
    trust: Vec<f32>,
    near: Vec<(u16, u16)>,
    cost: Vec<f32>,
    prior: Prior,
    /// Where the known part of an extended canvas lies: left, top, right, bottom.
    known: [i32; 4],
    /// What an extended canvas should roughly show, and the same smoothness of the known part.
    guide: Option<Guide>,
    seed: u64,
}

impl Search {
    /// Begins a level from the one above it, or from scratch. `None` without any known patch.
    fn new(level: Level, prior: Prior, seed: u64, above: Option<&Self>) -> Option<Self> {
        let sources = level.sources();
        if !sources.contains(&true) {
            return None;
        }
        let targets = level.targets();
        // What is far from the known part was guessed from guesses.
        let trust = level
            .depths()
            .iter()
            .map(|depth| 0.92_f32.powf(*depth).max(0.05))
            .collect();
        let w = level.width as i32;
        let known_at = |at: &usize| !level.gap[*at];
        let columns = || {
            (0..level.gap.len())
                .filter(known_at)
                .map(|at| at as i32 % w)
        };
        let rows = || {
            (0..level.gap.len())
                .filter(known_at)
                .map(|at| at as i32 / w)
        };
        let known = [
            columns().min()?,
            rows().min()?,
            columns().max()?,
            rows().max()?,
        ];
        let guide = (prior == Prior::NearBorder).then(|| Guide::new(&level, known));
        let mut search = Self {
            guide,
            near: vec![(0, 0); level.gap.len()],
            cost: vec![f32::INFINITY; level.gap.len()],
            level,
            sources,
            targets,
            trust,
            prior,
            known,
            seed,
        };
        for index in 0..search.targets.len() {
            let at = search.targets[index];
            let (x, y) = (at as i32 % w, at as i32 / w);
            let wish = match above {
                Some(above) => {
                    let (u, v) =
                        above.near[(y / 2) as usize * above.level.width + (x / 2) as usize];
                    (i32::from(u) * 2 + (x & 1), i32::from(v) * 2 + (y & 1))
                }
                None => search.mirrored(x, y),
            };
            search.near[at] = search.nearest_source(wish, x, y);
        }
        match above {
            Some(_) => search.vote(),
            None => search.seed_colors(),
        }
        Some(search)
    }

    /// The first guess of the gap's colours: the guide, or what the first guess of the patches shows.
    fn seed_colors(&mut self) {
        for at in self
            .targets
            .iter()
            .copied()
            .filter(|at| self.level.gap[*at])
        {
            let (u, v) = self.near[at];
            self.level.color[at] = match &self.guide {
                Some(guide) => guide.wanted[at],
                None => self.level.color[usize::from(v) * self.level.width + usize::from(u)],
            };
        }
    }

    /// The pixel mirrored across the border of the known part, into a strip along it.
    fn mirrored(&self, x: i32, y: i32) -> (i32, i32) {
        if self.prior == Prior::Anywhere {
            let bits = noise::mix(x, y, self.seed);
            return (
                (bits % self.level.width as u64) as i32,
                ((bits >> 32) % self.level.height as u64) as i32,
            );
        }
        let [left, top, right, bottom] = self.known;
        // To and fro within a strip along the border: further in lie the subjects.
        let fold = |at: i32, low: i32, high: i32| {
            let strip = ((high - low) / 7).max(2 * REACH + 2);
            let back = |depth: i32| {
                let along = depth % (2 * strip);
                along.min(2 * strip - along)
            };
            if at < low {
                low + back(low - at)
            } else if at > high {
                high - back(at - high)
            } else {
                at
            }
        };
        (fold(x, left, right), fold(y, top, bottom))
    }

    /// A source at or close to the wish; found by looking around ever further, then anywhere.
    fn nearest_source(&self, wish: (i32, i32), x: i32, y: i32) -> (u16, u16) {
        let (w, h) = (self.level.width as i32, self.level.height as i32);
        let clamp = |(u, v): (i32, i32)| {
            (
                u.clamp(REACH, (w - 1 - REACH).max(REACH)),
                v.clamp(REACH, (h - 1 - REACH).max(REACH)),
            )
        };
        let wish = clamp(wish);
        let is_source = |(u, v): (i32, i32)| u < w && v < h && self.sources[(v * w + u) as usize];
        if is_source(wish) {
            return (wish.0 as u16, wish.1 as u16);
        }
        for tries in 0..400 {
            let bits = noise::mix(x * 31 + tries, y, self.seed ^ 0xfeed);
            let reach = 2 + tries / 4 * (w.max(h)) / 60;
            let off = |bits: u64| (bits % (2 * reach as u64 + 1)) as i32 - reach;
            let guess = clamp((wish.0 + off(bits & 0xffff_ffff), wish.1 + off(bits >> 32)));
            if is_source(guess) {
                return (guess.0 as u16, guess.1 as u16);
            }
        }
        let first = self.sources.iter().position(|source| *source).unwrap_or(0) as i32;
        ((first % w) as u16, (first / w) as u16)
    }

    /// Mean squared difference of two patches plus the prior, or more than `limit`.
    fn distance(&self, x: i32, y: i32, u: i32, v: i32, limit: f32) -> f32 {
        let (w, h) = (self.level.width as i32, self.level.height as i32);
        let extra = self.expected(x, y, u, v);
        if extra > limit {
            return extra;
        }
        let (mut sum, mut weight) = (0.0, 0.0);
        let (top, bottom) = ((-REACH).max(-y), REACH.min(h - 1 - y));
        let (left, right) = ((-REACH).max(-x), REACH.min(w - 1 - x));
        let all = ((bottom - top + 1) * (right - left + 1)) as f32;
        for dy in top..=bottom {
            let own = ((y + dy) * w + x) as usize;
            let other = ((v + dy) * w + u) as usize;
            for dx in left..=right {
                let at = (own as i32 + dx) as usize;
                let (a, b) = (
                    self.level.color[at],
                    self.level.color[(other as i32 + dx) as usize],
                );
                let trust = self.trust[at];
                let d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
                sum += trust * (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                weight += trust;
            }
            // The weights so far are at most all of them, so the mean can only be larger.
            if sum / all + extra > limit {
                return f32::INFINITY;
            }
        }
        sum / weight.max(1e-3) + extra
    }

    /// How unexpected a source is before any pixel of the patch is compared.
    fn expected(&self, x: i32, y: i32, u: i32, v: i32) -> f32 {
        let Some(guide) = &self.guide else { return 0.0 };
        let w = self.level.width as i32;
        let (wanted, offered) = (
            guide.wanted[(y * w + x) as usize],
            guide.offered[(v * w + u) as usize],
        );
        let off: f32 = wanted
            .iter()
            .zip(offered)
            .map(|(a, b)| (a - b) * (a - b))
            .sum();
        let (mx, my) = self.mirrored(x, y);
        let size = self.level.width.max(self.level.height) as f32;
        let far = ((u - mx) as f32 / size).powi(2) + ((v - my) as f32 / size).powi(2);
        off + far * 6_000.0
    }

    fn offer(&mut self, at: usize, u: i32, v: i32) {
        let (w, h) = (self.level.width as i32, self.level.height as i32);
        if u < 0 || v < 0 || u >= w || v >= h || !self.sources[(v * w + u) as usize] {
            return;
        }
        let found = self.distance(at as i32 % w, at as i32 / w, u, v, self.cost[at]);
        if found < self.cost[at] {
            self.cost[at] = found;
            self.near[at] = (u as u16, v as u16);
        }
    }

    /// One round: good neighbours pass their offset on, and each pixel looks around ever closer.
    fn match_patches(&mut self, round: u32) {
        let w = self.level.width as i32;
        for index in 0..self.targets.len() {
            let at = self.targets[index];
            let (u, v) = self.near[at];
            self.cost[at] = self.distance(
                at as i32 % w,
                at as i32 / w,
                i32::from(u),
                i32::from(v),
                f32::INFINITY,
            );
        }
        for sweep in 0..2_u32 {
            let forward = (round + sweep).is_multiple_of(2);
            let step: i32 = if forward { 1 } else { -1 };
            for index in 0..self.targets.len() {
                let index = if forward {
                    index
                } else {
                    self.targets.len() - 1 - index
                };
                let at = self.targets[index];
                let (x, y) = (at as i32 % w, at as i32 / w);
                for (dx, dy) in [(step, 0), (0, step)] {
                    let (nx, ny) = (x - dx, y - dy);
                    if nx < 0 || ny < 0 || nx >= w || ny >= self.level.height as i32 {
                        continue;
                    }
                    let neighbour = (ny * w + nx) as usize;
                    if self.cost[neighbour].is_finite() {
                        let (u, v) = self.near[neighbour];
                        self.offer(at, i32::from(u) + dx, i32::from(v) + dy);
                    }
                }
                let mut reach = self.level.width.max(self.level.height) as i32;
                let mut tries = 0;
                while reach >= 1 {
                    let (u, v) = self.near[at];
                    let salt = self.seed ^ (u64::from(round * 2 + sweep) << 32 | tries);
                    let bits = noise::mix(x, y, salt);
                    let off = |bits: u64| (bits % (2 * reach as u64 + 1)) as i32 - reach;
                    self.offer(
                        at,
                        i32::from(u) + off(bits & 0xffff_ffff),
                        i32::from(v) + off(bits >> 32),
                    );
                    reach /= 2;
                    tries += 1;
                }
            }
        }
    }

    /// Every pixel of the gap becomes the mean of what the patches over it show, the better ones
    /// counting more.
    fn vote(&mut self) {
        let (w, h) = (self.level.width as i32, self.level.height as i32);
        let finite: Vec<f32> = self
            .targets
            .iter()
            .map(|at| self.cost[*at])
            .filter(|cost| cost.is_finite())
            .collect();
        let typical = finite.iter().sum::<f32>() / finite.len().max(1) as f32;
        let spread = (typical * 0.5).max(4.0);
        let mut voted = Vec::with_capacity(self.targets.len());
        for at in self
            .targets
            .iter()
            .copied()
            .filter(|at| self.level.gap[*at])
        {
            let (x, y) = (at as i32 % w, at as i32 / w);
            let (mut sum, mut weight) = ([0.0; 3], 0.0);
            for cy in (y - REACH).max(0)..=(y + REACH).min(h - 1) {
                for cx in (x - REACH).max(0)..=(x + REACH).min(w - 1) {
                    let center = (cy * w + cx) as usize;
                    let (u, v) = self.near[center];
                    let (sx, sy) = (i32::from(u) + x - cx, i32::from(v) + y - cy);
                    let cost = if self.cost[center].is_finite() {
                        self.cost[center]
                    } else {
                        typical
                    };
                    let share = (-cost / spread).exp().max(1e-6) * self.trust[center];
                    let source = self.level.color[(sy * w + sx) as usize];
                    for (sum, value) in sum.iter_mut().zip(source) {
                        *sum += value * share;
                    }
                    weight += share;
                }
            }
            voted.push((at, sum.map(|sum: f32| sum / weight.max(1e-9))));
        }
        for (at, color) in voted {
            self.level.color[at] = color;
        }
    }
}
