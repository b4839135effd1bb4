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
    let Some((finest, coarsest)) = levels.first().zip(levels.last()) else {
        return Registered::Plain;
    };
    if coarsest.points.len() < FEWEST_POINTS || finest.points.len() < FEWEST_POINTS {
        return Registered::Plain;
    }
    let frames = frames(sent.size(), reply.size(), step, own);
    let quick = search(&levels, &frames, &QUICK);
    let (found, agreement) = match quick {
        Some(judged) if judged.1.is_convincing() => judged,
        // Worth a longer look before a reply that may have been paid for is given up.
        quick => match search(&levels, &frames, &THOROUGH).or(quick) {
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
        return Registered::Lost(confidence);
    }
    let doubt = doubt(&finest.points, &finest.reply, &found.pose, half) * step as f64;
    if doubt > DOUBTFUL {
        return Registered::Plain;
    }
    // From working pixels to the pictures' own.
    let inward = Affine::scaled(1.0 / step as f64, 1.0 / step as f64, 0.0, 0.0);
    let outward = Affine::scaled(own as f64, own as f64, 0.0, 0.0);
    let whole = (
        f64::from(sent.width()) / step as f64,
        f64::from(sent.height()) / step as f64,
    );
    let full = |pose: &Pose| inward.then(&pose.map(whole.0, whole.1)).then(&outward);
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
    kept: &[6, 3, 2, 1],
};
const THOROUGH: Search = Search {
    shifts: &[-0.08, -0.053, -0.027, 0.0, 0.027, 0.053, 0.08],
    scales: &[0.93, 0.965, 1.0, 1.035, 1.07],
    from: 1,
    points: 900,
    kept: &[40, 16, 6, 2],
};

/// From coarse to fine, keeping fewer poses at each level, and what the blocks say of the last.
fn search(levels: &[Level], frames: &[(Frame, Pose)], how: &Search) -> Option<(Fit, Agreement)> {
    let from = how.from.min(levels.len().saturating_sub(2));
    let levels = &levels[..levels.len() - from];
    let top = levels.last()?;
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
    keep(&mut fits, most(0));
    for (depth, level) in levels.iter().rev().skip(1).enumerate() {
        let steps = if depth < 2 { 10 } else { 6 };
        fits = fits
            .iter()
            .map(|fit| {
                refine(
                    &level.points,
                    &level.reply,
                    fit.pose.times(2.0),
                    level.reach(),
                    steps,
                )
            })
            .collect();
        keep(&mut fits, most(depth + 1));
    }
    let finest = levels.first()?;
    fits.into_iter()
        .map(|fit| (fit, Agreement::of(finest, &fit.pose)))
        .max_by(|(_, a), (_, b)| a.share().total_cmp(&b.share()))
}

/// The best poses that differ from each other.
fn keep(fits: &mut Vec<Fit>, most: usize) {
    fits.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let mut kept: Vec<Fit> = Vec::new();
    for fit in fits.iter() {
        let same = |known: &Fit| {
            (known.pose.x - fit.pose.x).hypot(known.pose.y - fit.pose.y) < 0.7
                && (known.pose.a / fit.pose.a - 1.0).abs() < 0.01
                && (known.pose.e / fit.pose.e - 1.0).abs() < 0.01
        };
        if kept.len() < most && !kept.iter().any(same) {
            kept.push(*fit);
        }
    }
    *fits = kept;
}
