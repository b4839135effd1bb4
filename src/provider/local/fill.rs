//! Filling a gap from its surroundings.
//!
//! Patches of the known part are found that fit what is already there, from coarse to fine, and
//! every pixel of the gap is a vote of the patches that cover it: the scheme of Wexler, Shechtman
//! and Irani, "Space-Time Completion of Video" (PAMI 2007), with the search of Barnes et al.,
//! "PatchMatch" (SIGGRAPH 2009). The search runs at a bounded size; the pixels themselves are then
//! taken from the full-size picture, so large pictures stay sharp and memory stays small.

use super::noise;
use crate::picture::export::{Filter, scale};
use crate::picture::{Layout, Mask, Picture, Region};

/// Where good patches are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prior {
    /// Anywhere around the gap.
    Anywhere,
    /// Near the border, in the colours that meet it: a scene continues, its subjects do not.
    NearBorder,
}

/// The longest side at which patches are searched.
const WORK: u32 = 512;
/// A patch reaches this far from its middle.
const REACH: i32 = 3;
/// The shortest side of the coarsest level.
const COARSEST: usize = 28;

/// Fills what the mask marks.
pub(super) fn fill(picture: &Picture, mask: &Mask, prior: Prior, seed: u64) -> Picture {
    let Some(bounds) = mask.bounds() else {
        return picture.clone();
    };
    let window = context(bounds, picture.width(), picture.height(), prior);
    let by = (f64::from(WORK) / f64::from(window.width.max(window.height))).min(1.0);
    let work = Level::of_window(picture, mask, window, by);
    let Some(field) = search(work, prior, seed) else {
        return picture.clone();
    };
    paste(picture, mask, window, by, &field)
}

/// The gap with enough of its surroundings to learn from.
fn context(gap: Region, width: u32, height: u32, prior: Prior) -> Region {
    if prior == Prior::NearBorder {
        return Region {
            x: 0,
            y: 0,
            width,
            height,
        };
    }
    let margin = (gap.width.max(gap.height) * 3 / 4).max(64);
    let (x, y) = (gap.x.saturating_sub(margin), gap.y.saturating_sub(margin));
    let right = (gap.x + gap.width + margin).min(width);
    let bottom = (gap.y + gap.height + margin).min(height);
    Region {
        x,
        y,
        width: right - x,
        height: bottom - y,
    }
}

/// A picture at one size: colours, and where the gap is.
#[derive(Clone)]
struct Level {
    width: usize,
    height: usize,
    color: Vec<[f32; 3]>,
    gap: Vec<bool>,
}

/// For every pixel the middle of the patch that fits best around it.
struct Field {
    width: usize,
    height: usize,
    source: Vec<(u16, u16)>,
}

impl Level {
    fn of_window(picture: &Picture, mask: &Mask, window: Region, by: f64) -> Self {
        let side = |pixels: u32| ((f64::from(pixels) * by).round() as u32).max(1);
        let (width, height) = (side(window.width), side(window.height));
        let mut samples = Vec::with_capacity((window.width * window.height) as usize * 4);
        let mut rgb = picture.rgb();
        // Known pixels are opaque, the gap is transparent: scaling then mixes no gap into the rest.
        for y in 0..picture.height() {
            for x in 0..picture.width() {
                let color = rgb.next().unwrap_or_default();
                let inside = (window.x..window.x + window.width).contains(&x)
                    && (window.y..window.y + window.height).contains(&y);
                if inside {
                    samples.extend(color);
                    samples.push(if mask.at(x, y) > 0 { 0 } else { 255 });
                }
            }
        }
        let cut = Picture::new(window.width, window.height, Layout::Rgba, samples);
        let small = scale(&cut, width, height, Filter::Bilinear);
        let color = small.rgb().map(|rgb| rgb.map(f32::from)).collect();
        let gap = small
            .samples()
            .chunks_exact(4)
            .map(|pixel| pixel[3] < 250)
            .collect();
        Self {
            width: width as usize,
            height: height as usize,
            color,
            gap,
        }
    }

    /// Half the size; a pixel is known when at least two of its four are.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut color = Vec::with_capacity(width * height);
        let mut gap = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut known) = ([0.0; 3], 0);
                for (u, v) in [
                    (2 * x, 2 * y),
                    (2 * x + 1, 2 * y),
                    (2 * x, 2 * y + 1),
                    (2 * x + 1, 2 * y + 1),
                ] {
                    let at = v.min(self.height - 1) * self.width + u.min(self.width - 1);
                    if !self.gap[at] {
                        known += 1;
                        for (sum, value) in sum.iter_mut().zip(self.color[at]) {
                            *sum += value;
                        }
                    }
                }
                gap.push(known < 2);
                color.push(sum.map(|sum: f32| sum / (known.max(1) as f32)));
            }
        }
        Self {
            width,
            height,
            color,
            gap,
        }
    }

    /// Whether a whole patch of known pixels lies around each pixel.
    fn sources(&self) -> Vec<bool> {
        let (w, h) = (self.width as i32, self.height as i32);
        let clear = |x: i32, y: i32| {
            x >= REACH && y >= REACH && x < w - REACH && y < h - REACH && {
                (y - REACH..=y + REACH)
                    .all(|v| (x - REACH..=x + REACH).all(|u| !self.gap[(v * w + u) as usize]))
            }
        };
        (0..w * h).map(|at| clear(at % w, at / w)).collect()
    }

    /// The pixels whose patch touches the gap.
    fn targets(&self) -> Vec<usize> {
        let (w, h) = (self.width as i32, self.height as i32);
        let touches = |x: i32, y: i32| {
            ((y - REACH).max(0)..=(y + REACH).min(h - 1)).any(|v| {
                ((x - REACH).max(0)..=(x + REACH).min(w - 1))
                    .any(|u| self.gap[(v * w + u) as usize])
            })
        };
        (0..w * h)
            .filter(|at| touches(at % w, at / w))
            .map(|at| at as usize)
            .collect()
    }

    /// How far each pixel of the gap lies from the known part, in pixels of the grid.
    fn depths(&self) -> Vec<f32> {
        let far = (self.width + self.height) as f32;
        let mut depth: Vec<f32> = self
            .gap
            .iter()
            .map(|gap| if *gap { far } else { 0.0 })
            .collect();
        let (w, h) = (self.width, self.height);
        for pass in 0..2 {
            for step in 0..w * h {
                let at = if pass == 0 { step } else { w * h - 1 - step };
                let (x, y) = (at % w, at / w);
                let mut best = depth[at];
                if pass == 0 {
                    if x > 0 {
                        best = best.min(depth[at - 1] + 1.0)
                    }
                    if y > 0 {
                        best = best.min(depth[at - w] + 1.0)
                    }
                } else {
                    if x + 1 < w {
                        best = best.min(depth[at + 1] + 1.0)
                    }
                    if y + 1 < h {
                        best = best.min(depth[at + w] + 1.0)
                    }
                }
                depth[at] = best;
            }
        }
        depth
    }
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

/// The colours an extended scene should have, before it has any texture.
///
/// Without it the search copies whatever fits: above a head it puts another head.
struct Guide {
    wanted: Vec<[f32; 3]>,
    offered: Vec<[f32; 3]>,
}

impl Guide {
    /// Continues the border outward, ever more blurred along it, and blurs the known part alike.
    fn new(level: &Level, [left, top, right, bottom]: [i32; 4]) -> Self {
        let (w, h) = (level.width as i32, level.height as i32);
        let mut wanted = level.color.clone();
        let at = |x: i32, y: i32| (y * w + x) as usize;
        for (first, last, step) in [(top - 1, 0, -1), (bottom + 1, h - 1, 1)] {
            let count = (last - first) * step + 1;
            for n in 0..count.max(0) {
                let (y, from) = (first + n * step, first + (n - 1) * step);
                let row: Vec<[f32; 3]> = (0..w).map(|x| wanted[at(x, from)]).collect();
                for (x, color) in blurred(&row, 1 + n as usize / 10).into_iter().enumerate() {
                    wanted[at(x as i32, y)] = color;
                }
            }
        }
        for (first, last, step) in [(left - 1, 0, -1), (right + 1, w - 1, 1)] {
            let count = (last - first) * step + 1;
            for n in 0..count.max(0) {
                let (x, from) = (first + n * step, first + (n - 1) * step);
                let column: Vec<[f32; 3]> = (0..h).map(|y| wanted[at(from, y)]).collect();
                for (y, color) in blurred(&column, 1 + n as usize / 10)
                    .into_iter()
                    .enumerate()
                {
                    wanted[at(x, y as i32)] = color;
                }
            }
        }
        let reach = REACH as usize;
        let mut offered: Vec<[f32; 3]> = level
            .color
            .chunks_exact(level.width)
            .flat_map(|row| blurred(row, reach))
            .collect();
        for x in 0..level.width {
            let column: Vec<[f32; 3]> = (0..level.height)
                .map(|y| offered[y * level.width + x])
                .collect();
            for (y, color) in blurred(&column, reach).into_iter().enumerate() {
                offered[y * level.width + x] = color;
            }
        }
        Self { wanted, offered }
    }
}

/// A running mean; the ends are repeated.
fn blurred(line: &[[f32; 3]], radius: usize) -> Vec<[f32; 3]> {
    let last = line.len() as isize - 1;
    let reach = radius as isize;
    let at = |n: isize| line[n.clamp(0, last) as usize];
    let add = |sum: &mut [f32; 3], color: [f32; 3], sign: f32| {
        for (sum, value) in sum.iter_mut().zip(color) {
            *sum += value * sign;
        }
    };
    let mut sum = [0.0; 3];
    (-reach..=reach).for_each(|n| add(&mut sum, at(n), 1.0));
    (0..=last)
        .map(|n| {
            let mean = sum.map(|sum| sum / (2 * radius + 1) as f32);
            add(&mut sum, at(n + reach + 1), 1.0);
            add(&mut sum, at(n - reach), -1.0);
            mean
        })
        .collect()
}

fn search(work: Level, prior: Prior, seed: u64) -> Option<Field> {
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

/// Takes the pixels of the gap from the full-size picture, each a mean over its close neighbours'
/// offsets, which hides where one patch ends and the next begins.
fn paste(picture: &Picture, mask: &Mask, window: Region, by: f64, field: &Field) -> Picture {
    let mut result = picture.clone();
    let channels = picture.layout().channels();
    let stride = picture.stride();
    for y in window.y..window.y + window.height {
        for x in window.x..window.x + window.width {
            if mask.at(x, y) == 0 {
                continue;
            }
            let (mut sum, mut weight) = ([0.0_f64; 4], 0.0);
            for (dx, dy, share) in [
                (0, 0, 4.0),
                (-2, 0, 1.0),
                (2, 0, 1.0),
                (0, -2, 1.0),
                (0, 2, 1.0),
            ] {
                let Some((u, v)) = origin(x, y, dx, dy, window, by, field) else {
                    continue;
                };
                if mask.at(u, v) > 0 {
                    continue;
                }
                for (sum, value) in sum.iter_mut().zip(picture.pixel(u, v)) {
                    *sum += f64::from(*value) * share;
                }
                weight += share;
            }
            if weight > 0.0 {
                let at = y as usize * stride + x as usize * channels;
                for (value, sum) in result.samples_mut()[at..at + channels].iter_mut().zip(sum) {
                    *value = (sum / weight).round() as u8;
                }
            }
        }
    }
    result
}

/// Where the pixel comes from by the offset of a neighbour on the search's grid.
fn origin(
    x: u32,
    y: u32,
    dx: i32,
    dy: i32,
    window: Region,
    by: f64,
    field: &Field,
) -> Option<(u32, u32)> {
    let near = |at: u32, start: u32, step: i32, limit: usize| {
        let on_grid = ((f64::from(at - start) + 0.5) * by) as i32 + step;
        on_grid.clamp(0, limit as i32 - 1)
    };
    let (gx, gy) = (
        near(x, window.x, dx, field.width),
        near(y, window.y, dy, field.height),
    );
    let (u, v) = field.source[gy as usize * field.width + gx as usize];
    if (u, v) == (0, 0) {
        return None;
    }
    let moved = |at: u32, from: i32, to: u16| {
        i64::from(at) + ((f64::from(to) - f64::from(from)) / by).round() as i64
    };
    let (u, v) = (moved(x, gx, u), moved(y, gy, v));
    let inside = |at: i64, start: u32, length: u32| {
        (i64::from(start)..i64::from(start) + i64::from(length)).contains(&at)
    };
    (inside(u, window.x, window.width) && inside(v, window.y, window.height))
        .then_some((u as u32, v as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(width: u32, height: u32) -> Picture {
        let samples = (0..width * height)
            .flat_map(|at| {
                let (x, y) = (at % width, at / width);
                if (x / 4 + y / 4) % 2 == 0 {
                    [30, 60, 90]
                } else {
                    [200, 180, 160]
                }
            })
            .collect();
        Picture::new(width, height, Layout::Rgb, samples)
    }

    fn hole(width: u32, height: u32, region: Region) -> Mask {
        let coverage = (0..width * height)
            .map(|at| {
                let (x, y) = (at % width, at / width);
                let inside = (region.x..region.x + region.width).contains(&x)
                    && (region.y..region.y + region.height).contains(&y);
                if inside { 255 } else { 0 }
            })
            .collect();
        Mask::new(width, height, coverage)
    }

    #[test]
    fn a_regular_texture_is_continued() {
        let truth = checks(96, 80);
        let mask = hole(
            96,
            80,
            Region {
                x: 34,
                y: 26,
                width: 24,
                height: 20,
            },
        );
        let mut damaged = truth.clone();
        for y in 26..46 {
            for x in 34..58 {
                let at = (y * 96 + x) * 3;
                damaged.samples_mut()[at..at + 3].copy_from_slice(&[255, 0, 255]);
            }
        }
        let filled = fill(&damaged, &mask, Prior::Anywhere, 1);
        let wrong = truth
            .rgb()
            .zip(filled.rgb())
            .filter(|(a, b)| a[0].abs_diff(b[0]) > 60)
            .count();
        assert!(wrong < 60, "{wrong} of 480 pixels are wrong");
        assert!(
            filled.rgb().all(|p| p != [255, 0, 255]),
            "nothing of the gap's colour is left"
        );
    }

    #[test]
    fn what_the_mask_does_not_mark_is_untouched_and_the_seed_decides_the_rest() {
        let picture = checks(64, 64);
        let mask = hole(
            64,
            64,
            Region {
                x: 0,
                y: 40,
                width: 64,
                height: 24,
            },
        );
        let (one, two) = (
            fill(&picture, &mask, Prior::NearBorder, 5),
            fill(&picture, &mask, Prior::NearBorder, 5),
        );
        assert_eq!(one, two);
        assert_eq!(
            one.samples()[..40 * 64 * 3],
            picture.samples()[..40 * 64 * 3]
        );
    }

    #[test]
    fn tiny_pictures_and_full_masks_do_no_harm() {
        for (w, h) in [(1, 1), (1, 50), (9, 9)] {
            let picture = Picture::filled(w, h, Layout::Rgb, &[9, 9, 9]);
            let all = Mask::new(w, h, vec![255; (w * h) as usize]);
            assert_eq!(fill(&picture, &all, Prior::Anywhere, 1), picture);
        }
    }
}
