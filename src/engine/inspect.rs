//! Judging a finished picture that was made elsewhere: whether it kept what it should have kept.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::House;
use super::align::{self, Manner, Registration, Sent, Standing};
use super::measure::{self, Lit};
use super::order::Input;
use super::scene::{self, Pixels, Scene, SceneSpec};
use super::verify::{Status, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::picture::drift::{self, Drift, Lock};
use crate::picture::mask::percent;
use crate::picture::seam::Seam;
use crate::picture::{Canvas, Feather, Layout, Placement};

/// What to judge.
#[derive(Debug)]
pub struct Exhibit {
    /// What decides the pixels that should be the source's own.
    pub scene: SceneSpec,
    /// The finished picture.
    pub result: Input,
    /// The ramp the edit was given: it decides how far outside the mask something may change.
    pub feather: Feather,
    /// Mean drift above which a person should look.
    pub max_drift: f64,
    /// The most the step across the mask's border may be, if that is asked: OKLab distance × 100.
    pub max_step: Option<f64>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The judgement.
    pub verdict: Verdict,
    /// Whether what should have stayed is the source's own; `None` where nothing is locked.
    pub lock: Option<Lock>,
    /// How far what should have stayed is from the source.
    pub drift: Option<Drift>,
    /// How much changed where something may change.
    pub change: Option<Drift>,
    /// How the picture lies relative to the source, when it is not the source's own there.
    pub registration: Option<Registration>,
    /// The mean step across the mask's border, OKLab distance × 100.
    pub seam: Option<f64>,
    /// Share of the picture that may change, 0 to 1.
    pub edited: f64,
    /// Whether the file is lossy, so that it cannot be the source's own bit for bit.
    pub derived: bool,
}

/// Two decoders of one JPEG differ by no more, in 8-bit levels.
const DECODERS: u8 = 5;
/// Above this mean drift a lossy file is not only a copy of what was locked.
const LOSSY: f64 = 2.0;
/// A mean change below this is nothing, OKLab distance × 100.
const NOTHING: f64 = 0.05;

/// What the files say besides their pixels.
#[derive(Debug, Clone, Copy)]
struct Files {
    other_profile: bool,
    from_jpeg: bool,
}

fn richer(one: Layout, other: Layout) -> Layout {
    let is_grey = |layout| matches!(layout, Layout::Grey | Layout::GreyAlpha);
    match (
        is_grey(one) && is_grey(other),
        one.has_alpha() || other.has_alpha(),
    ) {
        (true, false) => Layout::Grey,
        (true, true) => Layout::GreyAlpha,
        (false, false) => Layout::Rgb,
        (false, true) => Layout::Rgba,
    }
}

/// Judges a finished picture.
///
/// # Errors
/// Kind `Input` for pictures and masks that cannot be used or do not fit each other.
pub fn inspect(exhibit: &Exhibit, house: &House) -> Result<Inspection> {
    let spec = &exhibit.scene;
    let scene = Scene::build(spec, &house.blobs)?;
    let file = Pixels {
        name: exhibit.result.name.clone(),
        sha256: house.blobs.hold(exhibit.result.bytes.as_slice()),
    };
    let decoded = scene::open(&file, "result", spec.max_pixels, &house.blobs)?;
    let source = &scene.source;
    if decoded.picture.size() != source.size() {
        let ((w, h), (width, height)) = (decoded.picture.size(), source.size());
        return Err(Error::new(
            ErrorKind::Input,
            format!("the result is {w}×{h}, the source {width}×{height}: nothing can be compared bit for bit"),
        )
        .hint("judge the master, at the source's own size; an export is a derived picture, and an outpainting has a canvas of its own"));
    }
    let derived = !decoded.format.is_lossless();
    // What either of the two can tell apart is compared: also opacity that only one of them has.
    let layout = richer(source.layout(), decoded.picture.layout());
    let files = Files {
        other_profile: source.profile() != decoded.picture.profile(),
        from_jpeg: !scene.format.is_lossless(),
    };
    let source = &Arc::new(source.to_layout(layout).into_owned());
    let result = decoded.picture.to_layout(layout).into_owned();
    let canvas = Canvas::of(source.width(), source.height());
    let weights = scene.weights(spec.kind, canvas, exhibit.feather);
    let sent = Sent {
        canvas,
        placement: Placement::whole(canvas),
        picture: source,
        weights: &weights,
    };
    let lit = measure::look(&result, &sent).lit;
    let locked = weights.locked() > 0;
    let lock = locked.then(|| drift::check_lock(source, &result, &weights));
    let drift = drift::drift(source, &result, &weights);
    let change = drift::change(source, &result, &weights);
    let seam = Seam::of(&weights).step(&result, &result);
    let is_broken = lock.is_some_and(|lock| lock.changed > 0);
    let standing = is_broken.then(|| align::align(result, &sent, Manner::OnTheLocked).standing);
    let registration = match standing {
        Some(Standing::Found(registration)) => Some(registration),
        _ => None,
    };
    let mut found = Inspection {
        verdict: Verdict {
            status: Status::Pass,
            reasons: Vec::new(),
        },
        lock,
        drift,
        change,
        registration,
        seam,
        edited: weights.edited() as f64 / weights.values().len().max(1) as f64,
        derived,
    };
    found.verdict = found.judge(exhibit, lit, files);
    Ok(found)
}

impl Inspection {
    fn judge(&self, exhibit: &Exhibit, lit: Lit, of: Files) -> Verdict {
        let (mut fail, mut review) = (Vec::new(), Vec::new());
        match lit {
            Lit::Whole => {}
            Lit::Blank => fail.push("the result is blank: one flat colour".to_owned()),
            Lit::CutOff(share) => fail.push(format!(
                "the result is cut off: its lower {} are one flat colour",
                percent(share)
            )),
        }
        if let Some(lock) = self.lock.filter(|lock| lock.changed > 0) {
            self.of_the_lock(lock, of.from_jpeg, &mut fail, &mut review);
        }
        if of.other_profile {
            review.push(
                "its colour profile is not the source's, so the same numbers mean other colours"
                    .to_owned(),
            );
        }
        if self.lock.is_none() {
            review.push("nothing is locked: the mask covers the whole picture".to_owned());
        }
        if self
            .change
            .is_some_and(|change| change.mean < NOTHING && change.visible == 0.0)
        {
            fail.push("nothing changed inside the mask".to_owned());
        }
        if let Some(drift) = self.drift.filter(|drift| drift.mean > exhibit.max_drift) {
            review.push(format!(
                "its mean drift outside the mask is {:.1}, the limit {:.1}",
                drift.mean, exhibit.max_drift
            ));
        }
        if let (Some(step), Some(most)) = (self.seam, exhibit.max_step)
            && step > most
        {
            review.push(format!(
                "the step across the mask's border is {step:.1}, the limit {most:.1}"
            ));
        }
        let (status, reasons) = match (fail.is_empty(), review.is_empty()) {
            (false, _) => (Status::Fail, fail),
            (true, false) => (Status::Review, review),
            (true, true) => (Status::Pass, Vec::new()),
        };
        Verdict { status, reasons }
    }

    fn of_the_lock(
        &self,
        lock: Lock,
        from_jpeg: bool,
        fail: &mut Vec<String>,
        review: &mut Vec<String>,
    ) {
        let differ = format!(
            "{} of {} protected pixels differ, by up to {} levels",
            lock.changed, lock.checked, lock.largest_difference
        );
        if from_jpeg && lock.largest_difference <= DECODERS {
            review.push(format!(
                "{differ}: decoders of one JPEG differ by that much; start from a PNG to compare bit for bit"
            ));
            return;
        }
        let is_copy = self.drift.is_some_and(|drift| drift.mean < LOSSY);
        if self.derived && is_copy {
            review.push(format!(
                "a JPEG is a lossy copy, so it cannot be the source's own: {differ}; judge the PNG"
            ));
            return;
        }
        let lay = self.registration.and_then(|lay| lay.in_words());
        let put_back = lay.map_or_else(String::new, |lay| format!("; the picture lies {lay}"));
        fail.push(format!(
            "{differ}{put_back}; `scumble run RECIPE SOURCE --mask MASK --reply RESULT` puts the source back"
        ));
    }
}
