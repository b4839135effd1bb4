//! The judgement: what was measured, and what it means.

use serde::{Deserialize, Serialize};

use super::align::Standing;
use super::measure::{Figures, Lit, Shown};
use crate::picture::mask::percent;
use crate::recipe::{Checks, Kind};

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
    /// Why. For `pass`: what was put right on the way.
    pub reasons: Vec<String>,
}

/// The sentences of one verdict.
#[derive(Debug, Default)]
struct Sentences {
    fail: Vec<String>,
    review: Vec<String>,
    told: Vec<String>,
}

impl Sentences {
    fn verdict(self) -> Verdict {
        let status = match (self.fail.is_empty(), self.review.is_empty()) {
            (false, _) => Status::Fail,
            (true, false) => Status::Review,
            (true, true) => Status::Pass,
        };
        // Beside what must not be used, what a person should look at is noise.
        let asked = if status == Status::Fail {
            self.fail
        } else {
            self.review
        };
        let reasons = asked.into_iter().chain(self.told).collect();
        Verdict { status, reasons }
    }
}

/// A mean change below this, in OKLab distance × 100, is nothing …
const NOTHING: f64 = 0.05;
/// … unless at least this share of the edit area changed by an amount one can see.
const FEW: f64 = 0.0005;
/// What the model redrew everywhere says nothing about a change when it is more than this.
const REDRAWN: f64 = 2.5;
/// A gap at the frame that is narrower than this share of the shorter side is continued.
const NARROW: f64 = 0.03;
/// The most of the edit area that a reply may leave transparent where the source is opaque.
const SHEER: f64 = 0.02;
/// A reply with less than this share of the detail that was sent has lost some.
const ENLARGED: f64 = 0.97;

/// Judges one reply and what was made of it.
pub(super) fn judge(figures: &Figures, kind: Kind, checks: &Checks) -> Verdict {
    let mut said = Sentences::default();
    if let Some(lock) = figures.lock.filter(|lock| lock.changed > 0) {
        let changed = lock.changed;
        said.fail.push(format!(
            "the lock is broken: {changed} protected pixels differ"
        ));
    }
    of_the_reply(&figures.shown, &mut said);
    if said.fail.is_empty() {
        of_its_place(figures, kind, &mut said);
        of_the_change(figures, &mut said);
    }
    of_the_rest(figures, kind, checks, &mut said);
    of_the_wishes(figures, &mut said);
    said.verdict()
}

/// What is wrong with the reply as a picture.
fn of_the_reply(shown: &Shown, said: &mut Sentences) {
    match shown.lit {
        Lit::Whole => {}
        Lit::Blank => said.fail.push(
            "the reply is blank: one flat colour; try another seed, model or prompt".to_owned(),
        ),
        Lit::CutOff(share) => said.fail.push(format!(
            "the reply is cut off: its lower {} are one flat colour; ask again",
            percent(share)
        )),
    }
}

/// Where the reply lay.
fn of_its_place(figures: &Figures, kind: Kind, said: &mut Sentences) {
    let Shown {
        width,
        height,
        asked,
        ..
    } = figures.shown;
    let of_another_ratio = {
        let (own, sent) = (
            f64::from(width) / f64::from(height),
            f64::from(asked.0) / f64::from(asked.1),
        );
        // Half a per cent is what rounding to a grid of 16 does to a ratio.
        (own / sent - 1.0).abs() > 0.005
    };
    let ratio = |how: &str| {
        format!(
            "the reply is {width}×{height}, another ratio than the {}×{} that was sent, and {how}: ask for the size that was sent",
            asked.0, asked.1
        )
    };
    match figures.standing {
        Standing::Exact if (width, height) != asked => {
            said.fail.push(format!(
                "the reply is {width}×{height}, and {}×{} was sent",
                asked.0, asked.1
            ));
        }
        Standing::Exact => {}
        Standing::Found(found) => {
            said.told.extend(
                found.in_words().map(|lay| format!("the reply lay {lay} and was put back")),
            );
            if found.repeats {
                said.review.push("what is locked repeats itself, so the reply may belong elsewhere; the nearest place was taken, look at it".to_owned());
            }
        }
        Standing::Lost(share) => said.fail.push(format!(
            "the reply cannot be aligned with the source: {} of what should be equal agrees; check that it was made from this picture, or ask again",
            if share < 0.005 { "nothing".to_owned() } else { percent(share) }
        )),
        Standing::TooLittle | Standing::Plain if of_another_ratio => {
            said.fail.push(ratio("where it belongs cannot be told"));
        }
        Standing::TooLittle if kind != Kind::Variation => said.review.push(
            "too little of the picture is locked to tell where the reply lies, so it was taken as it lay; look at the seam, or mark less".to_owned(),
        ),
        Standing::Plain if kind != Kind::Variation => said.review.push(
            "what is locked is too plain to tell where the reply lies, so it was taken as it lay; look at the seam".to_owned(),
        ),
        Standing::Free if of_another_ratio => said.review.push(ratio(
            "how its framing changed cannot be told, so it was stretched",
        )),
        Standing::Free if figures.lock.is_some() => said.review.push(
            "the variation's framing cannot be told, so what is protected may not meet the rest; look at it".to_owned(),
        ),
        Standing::TooLittle | Standing::Plain | Standing::Free => {}
    }
    if figures.sheer > SHEER {
        said.fail.push(format!(
            "the reply is transparent in {} of the edit area, and the source is not; export it with its background",
            percent(figures.sheer)
        ));
    }
    let limit = NARROW * f64::from(figures.shorter_side);
    if figures.gap > limit.max(2.0) {
        said.fail.push(format!(
            "the reply does not cover the edit area: {:.0} px are missing at its frame; ask again, or keep the mask off the frame",
            figures.gap
        ));
    } else if figures.gap > 0.5 {
        said.review.push(format!(
            "the reply's frame lacks up to {:.0} px of the edit area, which continue it; look at the picture's edge",
            figures.gap.ceil()
        ));
    }
    if figures.detail < ENLARGED {
        said.review.push(format!(
            "the reply shows the picture at {} of the size it was sent at, and was enlarged; fine detail is lost",
            percent(figures.detail)
        ));
    }
}

/// Whether anything changed.
fn of_the_change(figures: &Figures, said: &mut Sentences) {
    let Some(change) = figures.change else {
        return;
    };
    let still = change.mean < NOTHING && change.visible < FEW;
    // No more than what the model redrew of everything else, nowhere.
    let grain = figures.grain.is_some_and(|grain| {
        grain.mean <= REDRAWN
            && change.mean <= 1.15 * grain.mean
            && change.p99 <= 1.25 * grain.p99 + 0.5
            && figures.beyond < FEW
    });
    if still || grain {
        said.fail.push(
            "nothing changed inside the edit area; say in the prompt what should be different"
                .to_owned(),
        );
    }
}

/// What the reply did to what it should have left alone.
fn of_the_rest(figures: &Figures, kind: Kind, checks: &Checks, said: &mut Sentences) {
    if let Some(drift) = figures.drift.filter(|drift| drift.mean > checks.max_drift) {
        said.review.push(format!(
            "the reply redrew the rest: its mean drift outside the edit area is {:.1}, the limit {:.1}, and {} of the locked pixels had moved (all were put back); look at the seam, or raise `max_drift`",
            drift.mean, checks.max_drift, percent(drift.changed)
        ));
    }
    if let Some(tone) = figures.tone.filter(|tone| tone.at_bound) {
        let [r, g, b] = tone.gain;
        said.review.push(format!(
            "the reply's colours are further off than a match puts right (red × {r:.2}, green × {g:.2}, blue × {b:.2} was the most); look at the edit's tone"
        ));
    }
    if let Some(seam) = figures.seam.filter(|seam| seam.step > seam.allowed) {
        let why = if kind == Kind::Outpaint {
            "look along the source's border, or raise `max_seam`"
        } else if figures.is_tight() {
            "the reply changed what lies just outside the mask, so its edge is tight: `grow = 4`, or more than it is"
        } else {
            "widen `feather`, or raise `max_seam`"
        };
        said.review.push(format!(
            "the seam shows: a step of {:.2} where {:.2} is allowed; {why}",
            seam.step, seam.allowed
        ));
    }
}

/// What the recipe asks of the result.
fn of_the_wishes(figures: &Figures, said: &mut Sentences) {
    if let Some(palette) = figures
        .palette
        .filter(|palette| palette.share < palette.allowed)
    {
        said.review.push(format!(
            "{} of the edit area shows the palette's colours, at least {} are asked for; name the colours in the prompt, or lower `min_palette`",
            percent(palette.share),
            percent(palette.allowed)
        ));
    }
    if let Some(logo) = figures.logo.filter(|logo| logo.structure < logo.allowed) {
        said.review.push(format!(
            "the logo did not survive: {:.2} of its structure is left, at least {:.2} is asked for; protect it with `--protect`, or lower `min_logo`",
            logo.structure, logo.allowed
        ));
    }
}

/// A reply brought back is better the fewer its faults, and the less its seam shows.
pub(super) fn is_better(one: (&Verdict, &Figures), other: (&Verdict, &Figures)) -> bool {
    let rank = |(verdict, figures): (&Verdict, &Figures)| {
        let excess = figures
            .seam
            .map_or(0.0, |seam| (seam.step - seam.allowed).max(0.0));
        (
            verdict.status,
            excess + figures.drift.map_or(0.0, |drift| drift.mean) / 10.0,
        )
    };
    let (a, b) = (rank(one), rank(other));
    a.0 < b.0 || (a.0 == b.0 && a.1 < b.1)
}
