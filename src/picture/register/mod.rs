//! Registration: where the content of a reply lies relative to what was sent.
//!
//! Models repaint the whole picture and move it by some pixels, scale it by some per cent, stretch
//! one side against the other. The pose is found from coarse to fine on the pixels that should be
//! equal, from several starting points and for each way a frame can have changed, and then checked
//! by small blocks, each of which tells on its own how far off it is: only what most of them
//! confirm is believed.

mod agree;
mod plane;
mod pose;
mod scale;

use serde::{Deserialize, Serialize};

use super::motion::Affine;
use super::{Picture, Weights};
use agree::{Agreement, FEWEST_BLOCKS};
use pose::{FEWEST_POINTS, Fit, Point, Pose, doubt, refine};
use scale::{Level, levels};

/// The longest side at which replies are compared; finer detail decides nothing and costs memory.
const LONGEST: usize = 2048;

/// How a reply's frame relates to the frame that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// It has the same size.
    Same,
    /// Another size: the content was scaled with the frame, each side by its own factor.
    Stretched,
    /// Another size: the content kept its proportions and the frame was cut or extended.
    Cut,
}

/// Where a reply lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pinned {
    /// From pixels that were sent to pixels of the reply.
    pub map: Affine,
    /// The same for a faithful reply with such a frame.
    pub faithful: Affine,
    /// How the frame changed.
    pub frame: Frame,
    /// How far the blocks that agree are off, their median, in sent pixels.
    pub residual: f64,
    /// Share of the blocks with texture that agree, 0 to 1.
    pub confidence: f64,
    /// Whether another place agrees as well: what is locked repeats itself.
    pub repeats: bool,
}

/// What came of looking for a reply's place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Registered {
    /// It was found.
    Pinned(Pinned),
    /// There is structure, and it does not agree: the share of blocks that did, 0 to 1.
    Lost(f64),
    /// What should be equal has too little structure to tell a place from its neighbours.
    Plain,
}

/// Fewer locked pixels than this say too little …
pub const FEWEST_LOCKED: usize = 4096;
/// … and so does a smaller share of what was sent.
pub const LEAST_LOCKED: f64 = 0.02;

/// Whether so many locked pixels of a picture can tell where a reply lies.
pub fn is_enough(locked: usize, pixels: usize) -> bool {
    locked >= FEWEST_LOCKED && locked as f64 >= LEAST_LOCKED * pixels as f64
}

/// One standard deviation of the farthest corner, in sent pixels, above which a pose is a guess.
const DOUBTFUL: f64 = 0.6;

/// Finds where a reply lies; only pixels of weight 0 should be equal.
///
/// # Panics
/// When the weights have another size than what was sent.
pub fn register(sent: &Picture, reply: &Picture, weights: &Weights) -> Registered {
    assert_eq!(
        sent.size(),
        (weights.width(), weights.height()),
        "size of the weights"
    );
    let side = |picture: &Picture| picture.width().max(picture.height()) as usize;
    // Both are compared at about the same scale, that of the coarser one.
    let coarser = (side(sent) / side(reply).max(1)).max(1);
    let step = side(sent).div_ceil(LONGEST).max(coarser);
    let own = ((side(reply) * step) as f64 / side(sent).max(1) as f64)
        .round()
        .max(1.0) as usize;
    let levels = levels(sent, reply, weights, step, own);
    let Some(finest) = levels
        .first()
        .filter(|level| level.points.len() >= FEWEST_POINTS)
    else {
        return Registered::Plain;
    };
    // A thin strip has nothing left on the coarsest levels.
    let told = levels
        .iter()
        .take_while(|level| level.points.len() >= FEWEST_POINTS)
        .count();
    let levels = &levels[..told];
    let frames = frames(sent.size(), reply.size(), step, own);
    let quick = search(levels, &frames, &QUICK);
    let Judged {
        fit: found,
        agreement,
        repeats,
    } = match quick {
        Some(judged) if judged.agreement.is_convincing() => judged,
        // Worth a longer look before a reply that may have been paid for is given up.
        quick => match search(levels, &frames, &THOROUGH).or(quick) {
            Some(judged) => judged,
            None => return Registered::Lost(0.0),
        },
    };
    let half = (finest.width as f64 / 2.0, finest.height as f64 / 2.0);
    if agreement.blocks < FEWEST_BLOCKS {
        return Registered::Plain;
    }
    let confidence = agreement.share();
    if !agreement.is_convincing() {
        // Most of the few that there are agree: too little to be sure, and no other picture.
        return if agreement.is_alike() {
            Registered::Plain
        } else {
            Registered::Lost(confidence)
        };
    }
    let doubt = doubt(&finest.points, &finest.reply, &found.pose, half) * step as f64;
    if doubt > DOUBTFUL {
        return Registered::Plain;
    }
    // From working pixels to the pictures' own.
    let inward = Affine::scaled(1.0 / step as f64, 1.0 / step as f64, 0.0, 0.0);
    let outward = Affine::scaled(own as f64, own as f64, 0.0, 0.0);
    let full = |pose: &Pose| inward.then(&finest.map(pose)).then(&outward);
    let map = full(&found.pose);
    let size = (f64::from(sent.width()), f64::from(sent.height()));
    let (frame, faithful) = frames
        .iter()
        .map(|(frame, pose)| (*frame, full(pose)))
        .min_by(|(_, a), (_, b)| {
            map.apart(a, size.0, size.1)
                .total_cmp(&map.apart(b, size.0, size.1))
        })
        .unwrap_or((Frame::Same, map));
    let residual = agreement.residual * step as f64;
    Registered::Pinned(Pinned {
        map,
        faithful,
        frame,
        residual,
        confidence,
        repeats,
    })
}

/// The pose of a faithful reply for each way its frame can have changed, in working pixels.
fn frames(sent: (u32, u32), reply: (u32, u32), step: usize, own: usize) -> Vec<(Frame, Pose)> {
    let (w, h) = (
        f64::from(sent.0) / step as f64,
        f64::from(sent.1) / step as f64,
    );
    let (u, v) = (
        f64::from(reply.0) / own as f64,
        f64::from(reply.1) / own as f64,
    );
    let centred = |across: f64, down: f64| Pose::upright(u / 2.0, v / 2.0, across, down);
    let stretched = centred(u / w, v / h);
    if sent == reply {
        return vec![(Frame::Same, stretched)];
    }
    let mut frames = vec![(Frame::Stretched, stretched)];
    // The scale the model worked at, that of either side, cut or extended on the other.
    for scale in [step as f64 / own as f64, u / w, v / h] {
        let near = |(_, known): &(Frame, Pose)| {
            (known.a / scale - 1.0).abs() < 0.004 && (known.e / scale - 1.0).abs() < 0.004
        };
        // Replies at another scale by more than a half were scaled by whole steps.
        if !frames.iter().any(near) && (0.5..2.0).contains(&(scale / (u / w))) {
            frames.push((Frame::Cut, centred(scale, scale)));
        }
    }
    frames
}

/// How the search goes about it.
struct Search {
    /// Where the first looks are taken, as shares of the diagonal: what was measured on real replies
    /// stays within, and each look sees some 3 % around it.
    shifts: &'static [f64],
    /// The same for the scale.
    scales: &'static [f64],
    /// The level of the first looks, counted from the coarsest.
    from: usize,
    /// So many points tell a start that leads somewhere from one that does not.
    points: usize,
    /// How many poses go on to each finer level; the last number holds for all further ones.
    kept: &'static [usize],
}

const QUICK: Search = Search {
    shifts: &[-0.045, 0.0, 0.045],
    scales: &[0.95, 1.0, 1.05],
    from: 0,
    points: 400,
    kept: &[6, 4, 2, 2],
};
const THOROUGH: Search = Search {
    shifts: &[-0.08, -0.053, -0.027, 0.0, 0.027, 0.053, 0.08],
    scales: &[0.93, 0.965, 1.0, 1.035, 1.07],
    from: 1,
    points: 900,
    kept: &[40, 16, 6, 2],
};

/// What a search found.
#[derive(Debug, Clone, Copy)]
struct Judged {
    fit: Fit,
    agreement: Agreement,
    repeats: bool,
}

/// What a pose costs for lying half a diagonal away from a faithful one: of two that explain the
/// reply equally well, models move the picture by the lesser way.
const LAZY: f64 = 0.1;
/// A pose that explains this much less than the best is not followed further.
const HOPELESS: f64 = 0.25;
/// A pose so far from the best, in pixels of the finest level, is another place …
const ELSEWHERE: f64 = 3.0;
/// … and it is as good when so large a share of the blocks agrees, of those that agree with the best.
const AS_GOOD: f64 = 0.85;

/// From coarse to fine, keeping fewer poses at each level, and what the blocks say of the last.
fn search(levels: &[Level], frames: &[(Frame, Pose)], how: &Search) -> Option<Judged> {
    let from = how.from.min(levels.len().saturating_sub(2));
    let levels = &levels[..levels.len() - from];
    let (top, finest) = levels.last().zip(levels.first())?;
    let reach = top.reach();
    // Many starts with some of the points; the best go on with all.
    let few: Vec<Point> = top
        .points
        .iter()
        .step_by(top.points.len().div_ceil(how.points).max(1))
        .copied()
        .collect();
    let mut fits: Vec<Fit> = Vec::new();
    for (_, faithful) in frames {
        let start = faithful.times(1.0 / top.factor);
        for factor in how.scales {
            for (right, below) in how
                .shifts
                .iter()
                .flat_map(|x| how.shifts.iter().map(move |y| (x, y)))
            {
                let from = Pose::upright(
                    start.x + right * 2.0 * reach,
                    start.y + below * 2.0 * reach,
                    start.a * factor,
                    start.e * factor,
                );
                fits.push(refine(&few, &top.reply, from, reach, 7));
            }
        }
    }
    let most = |depth: usize| how.kept[depth.min(how.kept.len() - 1)];
    keep(&mut fits, most(0), top, frames);
    for (depth, level) in levels.iter().rev().skip(1).enumerate() {
        let steps = if depth < 2 { 10 } else { 6 };
        for fit in &mut fits {
            let pose = fit.pose.times(2.0);
            *fit = refine(&level.points, &level.reply, pose, level.reach(), steps);
        }
        keep(&mut fits, most(depth + 1), level, frames);
    }
    let judged: Vec<(Fit, Agreement)> = fits
        .into_iter()
        .map(|fit| (fit, Agreement::of(finest, &fit.pose)))
        .collect();
    let most = judged
        .iter()
        .map(|(_, agreement)| agreement.share())
        .fold(0.0, f64::max);
    // The fits are in order of cost and way; the first that is as good as any is the one.
    let as_good = |agreement: &Agreement| agreement.share() >= AS_GOOD * most;
    let (fit, agreement) = *judged.iter().find(|(_, agreement)| as_good(agreement))?;
    let elsewhere = |other: &Fit| apart(&fit.pose, &other.pose, finest.reach()) > ELSEWHERE;
    let repeats = judged
        .iter()
        .any(|(other, own)| as_good(own) && own.is_convincing() && elsewhere(other));
    Some(Judged {
        fit,
        agreement,
        repeats,
    })
}

/// How far two poses are apart at the end of a radius, in pixels.
fn apart(one: &Pose, other: &Pose, reach: f64) -> f64 {
    let linear = [
        one.a - other.a,
        one.b - other.b,
        one.d - other.d,
        one.e - other.e,
    ];
    let turn = linear.into_iter().map(f64::abs).fold(0.0, f64::max);
    (one.x - other.x).hypot(one.y - other.y) + reach * turn
}

/// The best poses that differ from each other, best first.
fn keep(fits: &mut Vec<Fit>, most: usize, level: &Level, frames: &[(Frame, Pose)]) {
    let reach = level.reach();
    let way = |fit: &Fit| {
        let from = |(_, pose): &(Frame, Pose)| {
            apart(&fit.pose, &pose.times(1.0 / level.factor), reach) / reach
        };
        frames.iter().map(from).fold(f64::INFINITY, f64::min)
    };
    let mut ranked: Vec<(f64, Fit)> = fits
        .iter()
        .map(|fit| (fit.cost + LAZY * way(fit), *fit))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let best = ranked.first().map_or(0.0, |(rank, _)| *rank);
    fits.clear();
    for (rank, fit) in ranked {
        let same = |known: &Fit| apart(&known.pose, &fit.pose, reach) < 1.0;
        if fits.len() < most && rank <= best + HOPELESS && !fits.iter().any(same) {
            fits.push(fit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Feather, Layout, Mask};

    /// A scene with detail at every scale.
    fn scene(width: u32, height: u32) -> Picture {
        let wave = |v: f64, step: f64| (v / step).sin();
        let samples = (0..width * height)
            .map(|at| {
                let (x, y) = (f64::from(at % width), f64::from(at / width));
                let value = 128.0
                    + 40.0 * wave(x + 0.3 * y, 91.0) * wave(y, 67.0)
                    + 30.0 * wave(x - 0.2 * y, 23.0) * wave(y + 0.1 * x, 29.0)
                    + 20.0 * wave(x, 7.0) * wave(y, 9.0)
                    + 25.0 * wave(x + 0.4 * y, 1.9) * wave(y - 0.3 * x, 2.3);
                value.round() as u8
            })
            .collect();
        Picture::new(width, height, Layout::Grey, samples)
    }

    fn corner_edited(width: u32, height: u32) -> Weights {
        let coverage = (0..width * height)
            .map(|at| {
                if at % width < width / 4 && at / width < height / 4 {
                    255
                } else {
                    0
                }
            })
            .collect();
        Weights::new(&Mask::new(width, height, coverage), Feather::NONE, None)
    }

    #[test]
    fn a_faithful_reply_of_a_large_picture_lies_where_it_is() {
        // Sides beyond the limit that are no multiples of the step.
        for (w, h) in [(2049, 1537), (3001, 2002), (4100, 300)] {
            let picture = scene(w, h);
            let found = register(&picture, &picture, &corner_edited(w, h));
            let Registered::Pinned(pinned) = found else {
                panic!("{w}×{h}: {found:?}");
            };
            let off = pinned
                .map
                .farthest(&Affine::IDENTITY, f64::from(w), f64::from(h));
            assert!(off < 0.1, "{w}×{h}: off by {off}");
        }
    }

    #[test]
    fn a_strip_with_texture_is_not_plain() {
        let picture = scene(600, 600);
        let coverage = (0..360_000).map(|at| {
            if (230..370).contains(&(at % 600)) {
                0
            } else {
                255
            }
        });
        let weights = Weights::new(
            &Mask::new(600, 600, coverage.collect()),
            Feather::NONE,
            None,
        );
        let moved = crate::picture::warp::step(&picture, (-5, 3), 600, 600);
        let found = register(&picture, &moved, &weights);
        let Registered::Pinned(pinned) = found else {
            panic!("{found:?}");
        };
        let truth = Affine::scaled(1.0, 1.0, 5.0, -3.0);
        assert!(pinned.map.apart(&truth, 600.0, 600.0) < 0.5, "{pinned:?}");
    }

    #[test]
    fn a_plain_picture_is_plain_and_another_one_is_lost() {
        let plain = Picture::filled(300, 300, Layout::Rgb, &[90, 90, 90]);
        let weights = corner_edited(300, 300);
        assert_eq!(register(&plain, &plain, &weights), Registered::Plain);
        let scene = scene(300, 300);
        let mut seed = 7_u32;
        let samples = (0..90_000).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        });
        let other = Picture::new(300, 300, Layout::Grey, samples.collect());
        let found = register(&scene, &other, &weights);
        assert!(matches!(found, Registered::Lost(_)), "{found:?}");
    }
}
