//! The judgement: what was measured, and what it means.

use serde::{Deserialize, Serialize};

use super::execute::Fit;
use super::plan::Plan;
use crate::picture::drift::{self, Drift, Lock};
use crate::picture::{Picture, Weights, mask::percent};
use crate::recipe::Kind;

/// How good a result is. Ordered: the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds what was promised.
    Pass,
    /// A person should look.
    Review,
    /// It must not be used.
    Fail,
}

impl Status {
    /// The word in records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Review => "review",
            Self::Fail => "fail",
        }
    }
}

/// A status with its reasons, each a sentence with the knob to try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// How good the result is.
    pub status: Status,
    /// Why.
    pub reasons: Vec<String>,
}

/// What was measured on one reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// How far the raw reply was from the source where nothing may change; `None` for a variation
    /// and where nothing is locked.
    pub drift: Option<Drift>,
    /// The lock on the composite in memory; `None` where nothing is locked.
    pub lock: Option<Lock>,
    /// How much changed inside the edit area.
    pub change: Option<Drift>,
    /// Share of the picture in the edit area, 0 to 1.
    pub edited: f64,
    /// Whether the source itself is one flat colour, so that a flat reply says nothing.
    pub flat_source: bool,
}

impl Figures {
    pub(super) fn measure(
        reference: &Picture,
        aligned: &Picture,
        result: &Picture,
        weights: &Weights,
        kind: Kind,
    ) -> Self {
        let locked = weights.locked() > 0;
        // A variation is meant to change everything, so a distance from the source means nothing.
        let drift = (locked && kind != Kind::Variation)
            .then(|| drift::drift(reference, aligned, weights))
            .flatten();
        Self {
            drift,
            lock: locked.then(|| drift::check_lock(reference, result, weights)),
            // An outpainting's reference is already a plausible border: a good reply may equal it.
            change: (kind != Kind::Outpaint)
                .then(|| drift::change(reference, result, weights))
                .flatten(),
            edited: weights.edited() as f64 / weights.values().len().max(1) as f64,
            flat_source: is_flat(reference),
        }
    }
}

/// A mean change below this, in OKLab distance × 100, is nothing …
const NOTHING: f64 = 0.05;
/// … unless at least this share of the edit area changed by an amount one can see.
const FEW: f64 = 0.0005;

pub(super) fn judge(figures: &Figures, reply: &Picture, fit: Fit, plan: &Plan) -> Verdict {
    let mut fail = Vec::new();
    let mut review = Vec::new();
    if let Some(lock) = figures.lock.filter(|lock| lock.changed > 0) {
        fail.push(format!(
            "the lock is broken: {} protected pixels differ",
            lock.changed
        ));
    }
    if fit == Fit::OtherRatio {
        fail.push(format!(
            "the reply is {}×{}, another ratio than the {}×{} that was sent: it does not cover the edit area",
            reply.width(), reply.height(), plan.canvas.width, plan.canvas.height
        ));
    }
    if is_flat(reply) && !figures.flat_source {
        fail.push(
            "the reply is blank: one flat colour; try another seed, model or prompt".to_owned(),
        );
    } else if figures
        .change
        .is_some_and(|change| change.mean < NOTHING && change.visible < FEW)
    {
        fail.push(
            "nothing changed inside the edit area; say in the prompt what should be different"
                .to_owned(),
        );
    }
    if let Some(drift) = figures.drift.filter(|drift| drift.mean > plan.max_drift) {
        review.push(format!(
            "the reply redrew the rest: its mean drift outside the edit area is {:.1}, the limit {:.1}, and {} of the locked pixels had moved (all were put back); look at the seam, or raise `max_drift`",
            drift.mean, plan.max_drift, percent(drift.changed)
        ));
    }
    if fit == Fit::Smaller {
        review.push(format!(
            "the reply was {}×{} and was enlarged to {}×{}; fine detail is lost",
            reply.width(),
            reply.height(),
            plan.canvas.width,
            plan.canvas.height
        ));
    }
    match (fail.is_empty(), review.is_empty()) {
        (false, _) => Verdict {
            status: Status::Fail,
            reasons: fail,
        },
        (true, false) => Verdict {
            status: Status::Review,
            reasons: review,
        },
        (true, true) => Verdict {
            status: Status::Pass,
            reasons: Vec::new(),
        },
    }
}

/// Whether the picture is one colour, alpha included, within the noise of an encoder.
fn is_flat(picture: &Picture) -> bool {
    const NOISE: u8 = 2;
    let mut pixels = picture.samples().chunks_exact(picture.layout().channels());
    let Some(first) = pixels.next() else {
        return true;
    };
    pixels.all(|pixel| {
        pixel
            .iter()
            .zip(first)
            .all(|(a, b)| a.abs_diff(*b) <= NOISE)
    })
}
